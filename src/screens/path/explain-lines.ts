import { hopTitles, type PathExplanation } from '../../doctor/path/explain.ts';
import type { Verdict } from '../../doctor/path/hop.ts';
import type { Printable } from '../../host/printable.ts';
import type { Look } from '../../ui/look.ts';
import { truncate, wrapWords } from '../../ui/text.ts';
import { paint, type Token } from '../../ui/theme.ts';
import { verdictWords } from './path-lines.ts';

/** What came of a question: nothing yet, the way of the packet, or why there is no answer. */
export type ExplainAnswer =
  | { readonly kind: 'asking' }
  | { readonly kind: 'answer'; readonly explanation: PathExplanation }
  | { readonly kind: 'error'; readonly reason: Printable };

const tokens: Readonly<Record<Verdict, Token>> = { pass: 'good', stop: 'bad', unknown: 'warn', 'not-judged': 'muted' };
const verdictWidth = 12;
const probeOffer = 'Nothing was sent. To try it with packets from the hub: meshtui explain FROM TO --probe';

/**
 * The decisions on a packet's way, one below another, then the sentence that they come to:
 *
 *       pass        laptop (10.8.0.4) goes to nas (192.168.60.10).
 *       STOP        The kernel has no route for 192.168.60.10.
 *                   $ ip route get 192.168.60.10 from 10.8.0.4 iif wg0
 *
 * Where the height is not enough for all, the first decisions are left out: the last one and the sentence say the most.
 */
export function explainLines(answer: ExplainAnswer | undefined, width: number, height: number, look: Look): string[] {
  const block = (token: Token, text: string, indent: number) =>
    wrapWords(text.replaceAll('…', look.glyphs.ellipsis), Math.max(20, Math.min(width, 120) - indent - 2)).map(
      (line) => ' '.repeat(indent) + paint(look.theme, token, line),
    );
  if (answer === undefined) {
    const text =
      'Names of peers, addresses, or hosts: two of them, such as "laptop nas" or "10.8.0.4 192.168.1.50:445/tcp".';
    return ['', ...block('muted', text, 3), ...block('muted', 'Nothing is sent; the kernel is asked.', 3)];
  }
  if (answer.kind === 'asking') return ['', ...block('muted', `Asking the kernel ${look.glyphs.ellipsis}`, 3)];
  if (answer.kind === 'error') return ['', ...block('warn', answer.reason, 3)];
  const { hops, sentence, passes } = answer.explanation;
  const indent = 3 + verdictWidth;
  const decisions = hops.flatMap(({ hop, verdict, says, evidence }) => {
    const [first = '', ...rest] = block('text', verdict === 'not-judged' ? `${hopTitles[hop]}: ${says}` : says, indent);
    const sign = `   ${paint(look.theme, tokens[verdict], verdictWords[verdict].padEnd(verdictWidth))}`;
    const proof = evidence.flatMap(({ command, line }) => [
      ...block('heading', `$ ${command}`, indent),
      ' '.repeat(indent + 2) +
        paint(look.theme, 'muted', truncate(line, Math.max(10, width - indent - 3), look.glyphs.ellipsis)),
    ]);
    return [sign + first.trimStart(), ...rest, ...(verdict === 'stop' ? proof : [])];
  });
  const lines = [...decisions, ...block('muted', probeOffer, 3)];
  const end = block(passes ? 'good' : 'bad', sentence, 3);
  const room = height - end.length - 1;
  if (room < 1) return end.slice(0, height);
  const isLong = lines.length > room;
  const shown = isLong ? [...block('muted', look.glyphs.ellipsis, 3), ...lines.slice(lines.length - room + 1)] : lines;
  return [...shown, '', ...end];
}

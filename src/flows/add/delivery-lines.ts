import { formLines } from '../../ui/form/form-lines.ts';
import { type Look, paintSpans } from '../../ui/look.ts';
import { qrLines } from '../../ui/qr/lines.ts';
import { truncate } from '../../ui/text.ts';
import { paint, type Token } from '../../ui/theme.ts';
import { hasPrivateKey } from '../../wg/profile/check-profile.ts';
import { writeProfile } from '../../wg/profile/formats.ts';
import { gatewaySteps, isGateway } from '../../wg/profile/write-gateway.ts';
import { openWrtSteps } from '../../wg/profile/write-openwrt.ts';
import { tooSmallWords } from '../deliver/screen.ts';
import { indent, prose, type Room } from '../prose.ts';
import type { Delivering } from './delivery.ts';
import type { Proof } from './proof.ts';

/** Lines of a whole screen below the code: the proof, and the keys. */
const belowCode = 2;

/**
 * The lines of a whole screen but its last, which is the keys', where the code is shown: nothing around it but the proof
 * below. Undefined where something else is shown, between header and key bar as always, or the code does not fit.
 */
export function codeScreen(flow: Delivering, { width, height }: Room, look: Look): string[] | undefined {
  const { symbol } = flow.delivery;
  if (flow.view !== 'code' || symbol === undefined || flow.file !== undefined || flow.isLeaving) return undefined;
  const drawing = qrLines(symbol, { columns: width, rows: height - belowCode }, look.glyphs);
  if (drawing.outcome !== 'drawn') return undefined;
  const below = Array.from({ length: height - belowCode - drawing.rows }, () => '');
  return [...drawing.lines, ...below, proofLine(flow.delivery.proof, width, look)];
}

/** The delivery between header and key bar, at most as many lines as the room has. */
export function deliveryLines(flow: Delivering, screen: Room, room: Room, look: Look): string[] {
  const head = [
    '',
    ' '.repeat(indent) + paint(look.theme, 'strong', flow.title),
    ...proofLines(flow.delivery.proof, room, look),
    '',
  ];
  const foot = flow.says.flatMap((sentence) => prose('accent', sentence, room, look));
  const height = Math.max(1, room.height - head.length - foot.length);
  return [...head, ...bodyLines(flow, screen, { ...room, height }, look).slice(0, height), ...foot].slice(
    0,
    room.height,
  );
}

function bodyLines(flow: Delivering, screen: Room, room: Room, look: Look): string[] {
  if (flow.file !== undefined) return formLines(flow.file, {}, {}, room.width, room.height, look);
  if (flow.isLeaving) {
    return [
      ...prose(
        'warn',
        'The private key was made for this screen, and is stored nowhere. Leaving takes it away for good.',
        room,
        look,
      ),
      ...prose(
        'text',
        'Whoever records this terminal (tmux, screen, script) may have kept what it showed.',
        room,
        look,
      ),
    ];
  }
  switch (flow.view) {
    case 'code':
      return refusalLines(flow, screen, room, look);
    case 'text':
      return textLines(flow, room, look);
    case 'ways':
      return wayLines(flow, room, look);
  }
}

/** Why there is no code, by the exact size that it needs with its line below. */
function refusalLines({ delivery }: Delivering, screen: Room, room: Room, look: Look): string[] {
  const { symbol } = delivery;
  if (symbol === undefined) return [];
  const drawing = qrLines(symbol, { columns: screen.width, rows: screen.height - belowCode }, look.glyphs);
  if (drawing.outcome === 'drawn') return [];
  const { columns, rows } = drawing.needs;
  const words = tooSmallWords({ columns, rows: rows + belowCode }, { columns: screen.width, rows: screen.height });
  return [
    ...words.flatMap((sentence) => prose('warn', sentence, room, look)),
    '',
    ...wayLines({ delivery }, room, look),
  ];
}

function textLines({ delivery, top }: Delivering, room: Room, look: Look): string[] {
  const { profile } = delivery.client;
  const [first] = writeProfile(profile, hasPrivateKey(profile) ? 'wg-quick' : 'card');
  const lines = first?.text.reveal().trimEnd().split('\n') ?? [];
  const from = Math.min(top, Math.max(0, lines.length - room.height));
  return lines
    .slice(from)
    .map((line) => ' '.repeat(indent) + truncate(line, room.width - indent - 1, look.glyphs.ellipsis));
}

/** What there is to do with it: for a gateway, step by step. */
function wayLines({ delivery }: Pick<Delivering, 'delivery'>, room: Room, look: Look): string[] {
  const { profile } = delivery.client;
  if (!hasPrivateKey(profile)) {
    return prose('text', 'Fill in on the device what t shows; its private key stays where it is.', room, look);
  }
  if (isGateway(profile)) {
    return gatewaySteps(profile).flatMap(({ where, title, commands }) => [
      ...prose('text', `${where}: ${title}`, room, look),
      ...commands.map(
        (command) =>
          ' '.repeat(indent + 2) +
          paint(look.theme, 'heading', truncate(command, room.width - indent - 3, look.glyphs.ellipsis)),
      ),
    ]);
  }
  return [
    ...prose(
      'text',
      'Scan the code with the WireGuard app, or write a file (f), fetch it and import it there.',
      room,
      look,
    ),
    ...prose('muted', `OpenWrt: ${openWrtSteps.join(' ')}`, room, look).slice(0, 3),
  ];
}

const proofTokens: Readonly<Record<Proof['state']['kind'], Token>> = {
  waiting: 'warn',
  proven: 'good',
  'timed-out': 'bad',
};
const proofWords: Readonly<Record<Proof['state']['kind'], string>> = {
  waiting: 'waiting',
  proven: 'proven',
  'timed-out': 'not yet',
};

function proofLine({ state, says }: Proof, width: number, look: Look): string {
  return paintSpans(look.theme, [
    [proofTokens[state.kind], ` ${proofWords[state.kind].padEnd(9)}`],
    ['text', truncate(says, Math.max(1, width - 12), look.glyphs.ellipsis)],
  ]);
}

function proofLines({ state, says, seen }: Proof, room: Room, look: Look): string[] {
  return [
    ...seen.flatMap((sentence) => prose('good', sentence, room, look)),
    ...(state.kind === 'proven' ? prose('good', says, room, look) : prose(proofTokens[state.kind], says, room, look)),
  ];
}

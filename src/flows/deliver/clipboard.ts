/**
 * A text for the clipboard of the operator's own terminal (OSC 52, XTerm Control Sequences). No terminal says whether it
 * took it, and only some say that they could; so it is sent when the operator asks for it, and {@link copiedWords} say to
 * look.
 */
import { known, type Printable } from '../../host/printable.ts';
import { Secret } from '../../wg/secret.ts';

/** Bytes that the terminal with the least room takes: 100,000 with the sequence around it, in base64. */
const mostClipboardBytes = 74_994;

type Environment = Readonly<Record<string, string | undefined>>;

/** What goes to the terminal, or why nothing does. */
type ClipboardResult =
  /** To be written to the terminal as it is. */
  | { readonly outcome: 'sequence'; readonly sequence: Secret; readonly says: readonly Printable[] }
  | { readonly outcome: 'refused'; readonly reason: Printable };

/**
 * What puts the text into the clipboard, through tmux where it runs inside one, and what to say after it was written.
 *
 * tmux gets it only to pass it on: what it reads itself stays in its paste buffers, where the key does not belong. screen
 * keeps long sequences from the terminal.
 */
export function clipboardSequence(text: Secret, environment: Environment): ClipboardResult {
  const bytes = Buffer.from(text.reveal(), 'utf8');
  if (bytes.length > mostClipboardBytes) {
    bytes.fill(0);
    return refused(`This is ${bytes.length} bytes; terminals take ${mostClipboardBytes} into their clipboard.`);
  }
  const around = multiplexerOf(environment);
  if (around === 'screen') {
    bytes.fill(0);
    return refused('This runs inside screen, which does not pass it on to the terminal. Take a file.');
  }
  const copy = `\u001b]52;c;${bytes.toString('base64')}\u0007`;
  bytes.fill(0);
  const sequence = around === 'tmux' ? `\u001bPtmux;${copy.replaceAll('\u001b', '\u001b\u001b')}\u001b\\` : copy;
  return { outcome: 'sequence', sequence: new Secret(sequence), says: copiedWords(around === 'tmux') };
}

/** sudo drops TMUX and STY, and keeps TERM. */
function multiplexerOf({ TMUX, STY, TERM = '' }: Environment): 'tmux' | 'screen' | undefined {
  if (TMUX !== undefined && TMUX !== '') return 'tmux';
  if (STY !== undefined && STY !== '') return 'screen';
  if (TERM.startsWith('tmux')) return 'tmux';
  return TERM.startsWith('screen') ? 'screen' : undefined;
}

function copiedWords(isTmux: boolean): readonly Printable[] {
  return [
    known('Sent to the clipboard of the terminal. It does not say whether it took it: paste it and look.'),
    known('kitty, foot, WezTerm, Ghostty, Alacritty and Windows Terminal do; iTerm2 where its settings allow it.'),
    ...(isTmux ? [known('tmux passes it on where its option allow-passthrough is on.')] : []),
    known('It stays in the clipboard until something else is copied.'),
  ];
}

function refused(reason: string): ClipboardResult {
  return { outcome: 'refused', reason: known(reason) };
}

/** Variables that change what a program draws and that must not leak in from where it is started. */
const leaking =
  /^(CI|CONTINUOUS_INTEGRATION|NO_COLOR|FORCE_COLOR|COLORTERM|TERM|TERM_PROGRAM.*|TMUX.*|STY|VITEST.*|VITE_.*|TEST|NODE_ENV|DEV|PROD|MODE|BASE_URL|SSR|COLUMNS|LINES|LANG|LANGUAGE|LC_.*|SSH_.*|SUDO_.*|INK_.*|MESHTUI_.*|npm_.*)$/;

/** The environment of a person at a modern terminal, whatever that of this process is; `undefined` removes a variable. */
export function cleanEnvironment(added: Readonly<Record<string, string | undefined>> = {}): Record<string, string> {
  const all = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !leaking.test(name))),
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
    LANG: 'C.UTF-8',
    ...added,
  };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

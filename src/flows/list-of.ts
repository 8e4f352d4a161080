/** The items of texts with commas between them, without blanks around them; empty ones are none. */
export function listOf(...texts: readonly string[]): string[] {
  return texts
    .flatMap((text) => text.split(','))
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

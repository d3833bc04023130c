/** A fingerprint or peer id in groups of four, as people compare them. */
export function grouped(text: string): string {
  return text.match(/.{1,4}/g)?.join(' ') ?? '';
}

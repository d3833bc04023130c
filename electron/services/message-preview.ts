const previewLength = 160;
/** Code points of the end of a file's name that stay: what kind of file it says it is stands there. */
const endLength = 16;

/** First line of a text, short, for the conversation list. */
export function previewOf(text: string): string {
  const [line = ''] = text.trimStart().split('\n', 1);
  if (line.length <= previewLength) return line;
  const start = line.slice(0, previewLength);
  // Where no character takes two places, places are characters.
  if (!/[\ud800-\udfff]/.test(start)) return start;
  return Array.from(line.slice(0, previewLength * 2)).slice(0, previewLength).join('');
}

/** The name of a file, as short: cut in its middle, as `photo….exe` cut at its end would look like a photo. */
export function previewOfName(name: string): string {
  const signs = Array.from(name);
  return signs.length <= previewLength ? previewOf(name) : `${previewOf(signs.slice(0, previewLength - 1 - endLength).join(''))}…${signs.slice(-endLength).join('')}`;
}

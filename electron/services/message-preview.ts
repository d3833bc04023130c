const previewLength = 160;

/** First line of a text, short, for the conversation list. */
export function previewOf(text: string): string {
  const [line = ''] = text.trimStart().split('\n', 1);
  if (line.length <= previewLength) return line;
  const start = line.slice(0, previewLength);
  // Where no character takes two places, places are characters.
  if (!/[\ud800-\udfff]/.test(start)) return start;
  return Array.from(line.slice(0, previewLength * 2)).slice(0, previewLength).join('');
}

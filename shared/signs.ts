/** One emoji: a flag, or a picture with its colour of skin and whatever it is joined with. */
const sign = /\p{Regional_Indicator}{2}|\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})*(?:\u200d\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})*)*/gu;
/** Most of a query that count. */
const mostSigns = 8;

/** Without what only changes how it looks: colour of skin, and whether it is drawn as a picture. */
function bareSign(text: string): string {
  return text.replace(/\ufe0f|\p{Emoji_Modifier}/gu, '');
}

/** The emoji in a text, bare, each once; of a query the first ones. */
export function signsIn(text: string, most = mostSigns): readonly string[] {
  return [...new Set(Array.from(text.matchAll(sign), ([found]) => bareSign(found)))].slice(0, most);
}

/** Where these stand in a text, as [start, end) in UTF-16 units, at most `most` of them. */
export function placesOfSigns(text: string, signs: readonly string[], most: number): [start: number, end: number][] {
  const places: [number, number][] = [];
  if (signs.length === 0) return places;
  for (const found of text.matchAll(sign)) {
    if (places.length >= most) break;
    if (signs.some((each) => bareSign(found[0]).startsWith(each))) places.push([found.index, found.index + found[0].length]);
  }
  return places;
}

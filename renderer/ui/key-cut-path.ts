/** Blade of the key glyph: eight cuts, each as deep as one hex digit of the key's short id says. A new key looks new. */
const cutWidth = 3.6;
const bladeStart = 14;
const spine = 5;
const depthMost = 5;
const bladeHeight = 7.5;

/** SVG path of the blade in a 48 × 18 box. Characters beyond hex count as 7. */
export function bladePath(id: string): string {
  const depths = cutDepths(id);
  let path = `M${bladeStart} ${spine}H${bladeStart + depths.length * cutWidth + 2}l2 2`;
  let x = bladeStart + depths.length * cutWidth + 4;
  for (const depth of [...depths].reverse()) {
    const y = spine + bladeHeight - depth;
    path += `L${round(x - 1)} ${round(y)}H${round(x - cutWidth + 0.6)}`;
    x -= cutWidth;
  }
  return `${path}L${bladeStart} ${spine + bladeHeight}Z`;
}

function cutDepths(id: string): number[] {
  const digits = id.slice(0, 8).padEnd(8, '7');
  return Array.from(digits, (digit) => {
    const value = Number.parseInt(digit, 16);
    return ((Number.isNaN(value) ? 7 : value) / 15) * depthMost;
  });
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Eight hex digits out of any text, for pictures only: nothing is derived from it. */
export function pictureDigits(text: string): string {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0');
}

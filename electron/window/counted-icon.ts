/** Digits of three by five, a row a number of three bits; `+` last. */
const digits = [
  [7, 5, 5, 5, 7], [2, 6, 2, 2, 7], [7, 1, 7, 4, 7], [7, 1, 3, 1, 7], [5, 5, 7, 1, 1],
  [7, 4, 7, 1, 7], [7, 4, 7, 5, 7], [7, 1, 2, 2, 2], [7, 5, 7, 5, 7], [7, 5, 7, 1, 7],
] as const;

/** Blue, green, red, opaque: the order of a bitmap of Electron. */
const ground = [0x2a, 0x3a, 0xd0, 0xff] as const;
const ink = [0xff, 0xff, 0xff, 0xff] as const;

/**
 * Draws a dot with a number, 1 to 99, in the lower right corner of a square bitmap (four bytes a pixel, `size` pixels a side), for
 * the icon beside the clock: two digits where they can be read. Changes and returns `pixels`; 0 draws nothing.
 */
export function drawCount(pixels: Buffer, size: number, count: number): Buffer {
  if (count <= 0) return pixels;
  const text = String(Math.min(count, 99));
  const scale = Math.max(1, Math.floor(size / 16));
  const width = (text.length * 4 - 1) * scale;
  const height = 5 * scale;
  const radius = height / 2 + scale * 1.5;
  const half = Math.max(radius, width / 2 + scale * 2);
  const put = (x: number, y: number, colour: readonly number[]): void => {
    if (x < 0 || y < 0 || x >= size || y >= size) return;
    for (let part = 0; part < 4; part += 1) pixels[(y * size + x) * 4 + part] = colour[part] ?? 0;
  };
  const centreX = size - half;
  const centreY = size - radius;
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      // A circle, drawn out to the sides where two digits stand in it.
      const beyond = Math.max(0, Math.abs(x + 0.5 - centreX) - (half - radius));
      if (Math.hypot(beyond, y + 0.5 - centreY) <= radius) put(x, y, ground);
    }
  }
  const left = Math.round(centreX - width / 2);
  const top = Math.round(centreY - height / 2);
  [...text].forEach((letter, at) => {
    (digits[Number(letter)] ?? []).forEach((row, y) => {
      for (let x = 0; x < 3; x += 1) {
        if (((row >> (2 - x)) & 1) === 0) continue;
        for (let dy = 0; dy < scale; dy += 1) for (let dx = 0; dx < scale; dx += 1) put(left + (at * 4 + x) * scale + dx, top + y * scale + dy, ink);
      }
    });
  });
  return pixels;
}

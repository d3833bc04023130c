/**
 * Vectors of files say what is wrong as a change to a good one, so that no file stands in them twice: `at` and `to`, bytes written over others (from the end
 * where `at` is negative); `cut`, so many bytes left away behind; `more`, bytes behind; `moved`, two stretches of this length that change places.
 *
 * @param {Uint8Array} good
 * @param {{ at?: number, to?: string, cut?: number, more?: string, moved?: { at: number, length: number } }} how
 */
export const changed = (good, { at, to, cut = 0, more = '', moved }) => {
  const bytes = Buffer.from(good);
  if (to !== undefined) bytes.set(Buffer.from(to, 'hex'), at === undefined ? 0 : at < 0 ? bytes.length + at : at);
  const rest = moved ? Buffer.concat([bytes.subarray(0, moved.at), bytes.subarray(moved.at + moved.length, moved.at + 2 * moved.length), bytes.subarray(moved.at, moved.at + moved.length), bytes.subarray(moved.at + 2 * moved.length)]) : bytes;
  return Buffer.concat([rest.subarray(0, rest.length - cut), Buffer.from(more, 'hex')]);
};

/** Behind a name that was cut, the isolation of one that runs the other way may end. */
const cut = /…\u2069?$/u;

/** A sentence with these values in it: one that ends in “…”, such as the name of somebody who is known by their key alone, brings no full stop behind it. */
export function withOneMark(sentence: string, values: Readonly<Record<string, string | number>> | undefined): string {
  if (values === undefined || !sentence.includes('…')) return sentence;
  let said = sentence;
  for (const value of Object.values(values)) {
    if (typeof value !== 'string' || !cut.test(value)) continue;
    // What goes on with a letter or a digit is no end of a sentence.
    said = said.split(`${value}.`).reduce((before, behind) => `${before}${value}${/^[\p{L}\p{N}.]/u.test(behind) ? '.' : ''}${behind}`);
  }
  return said;
}

/**
 * Whether a field's text changed by more than one letter put in: pasted, dropped or read from somewhere, so that it can be judged already. What is typed is not
 * finished at every letter.
 */
export function cameAtOnce(before: string, after: string): boolean {
  const shorter = Math.min(before.length, after.length);
  let ahead = 0;
  while (ahead < shorter && before[ahead] === after[ahead]) ahead += 1;
  let behind = 0;
  while (behind < shorter - ahead && before.at(-1 - behind) === after.at(-1 - behind)) behind += 1;
  return after.length - ahead - behind > 1;
}

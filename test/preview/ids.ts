/** A stable id of 32 hex digits from any name. */
export function idOf(name: string): string {
  let hash = 0x811c9dc5;
  let id = '';
  for (let round = 0; round < 4; round += 1) {
    for (const character of `${round}${name}`) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
    id += hash.toString(16).padStart(8, '0');
  }
  return id;
}

/** A stable peer id from any name. */
export function peerIdOf(name: string): string {
  const digits = idOf(name) + idOf(`${name}*`);
  return Array.from({ length: 52 }, (_, index) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(digits[index] ?? '0', 16) * 2 + (index % 2)] ?? 'a').join('');
}

export const ownInstance = idOf('own device');

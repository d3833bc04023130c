import { WireError } from '../wire/wire-error';

/**
 * What a device is to its person (protocol.md §2): the `certifier` holds the identity key in use; `exchange` may issue exchange
 * credentials with its own key; an `archive` keeps what the others know and gives its sessions away, and takes none of theirs (S4-30).
 */
export type Role = 'certifier' | 'exchange' | 'archive';

const bits: readonly (readonly [Role, number])[] = [
  ['certifier', 1],
  ['exchange', 2],
  ['archive', 4],
];

/** One byte of flags. */
export function rolesToByte(roles: readonly Role[]): number {
  return bits.reduce((byte, [role, bit]) => (roles.includes(role) ? byte | bit : byte), 0);
}

export function rolesFromByte(byte: number): Role[] {
  if (byte > 7) throw new WireError('unknown role');
  return bits.filter(([, bit]) => (byte & bit) !== 0).map(([role]) => role);
}

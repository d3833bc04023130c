import { WireError } from '../wire/wire-error';

/**
 * What a device may do for its person (protocol.md §2): the `certifier` holds the identity key in use; `exchange` may
 * issue exchange credentials with its own key.
 */
export type Role = 'certifier' | 'exchange';

const bits: readonly (readonly [Role, number])[] = [
  ['certifier', 1],
  ['exchange', 2],
];

/** One byte of flags. */
export function rolesToByte(roles: readonly Role[]): number {
  return bits.reduce((byte, [role, bit]) => (roles.includes(role) ? byte | bit : byte), 0);
}

export function rolesFromByte(byte: number): Role[] {
  if (byte > 3) throw new WireError('unknown role');
  return bits.filter(([, bit]) => (byte & bit) !== 0).map(([role]) => role);
}

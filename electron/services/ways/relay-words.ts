import type { PeerId } from '../../engine/ids';
import { maxDepositBytes } from '../../engine/dialog/deposit';
import { peerIdFromBytes, peerIdToBytes } from '../../engine/wire/ids';
import { Reader, WireError } from '../../engine/wire/reader';
import { Writer } from '../../engine/wire/writer';

/**
 * What own devices say to each other on the topic `relay` (protocol.md §11): `kind u8 ‖ fields`.
 *
 * ```
 * carry 1, back 2            id[16] | peer id[32] | LP(deposit)
 * took 3, carrying 4, done 5 count u16 (1–1,024) | count × id[16]
 * which 6                    nothing
 * ```
 */
export type RelayWord = CarriedWord | IdsWord | { readonly kind: 'which' };

/** `carry`: bring this to that person. `back`: that person's word for the receiving device. */
export interface CarriedWord {
  readonly kind: 'carry' | 'back';
  readonly id: Uint8Array;
  readonly peerId: PeerId;
  readonly deposit: Uint8Array;
}

/** `took`: these are durable here. `carrying`: these I have of you. `done`: forget these. */
export interface IdsWord {
  readonly kind: 'took' | 'carrying' | 'done';
  readonly ids: readonly Uint8Array[];
}

const kinds = { carry: 1, back: 2, took: 3, carrying: 4, done: 5, which: 6 } as const;
export const relayIdBytes = 16;
export const maxRelayIds = 1_024;

export function encodeRelayWord(word: RelayWord): Uint8Array {
  if (word.kind === 'which') return new Writer(1).u8(kinds.which).finish();
  if ('deposit' in word) {
    return new Writer(word.deposit.length + 64).u8(kinds[word.kind]).fixed(word.id).fixed(peerIdToBytes(word.peerId)).lp(word.deposit).finish();
  }
  const writer = new Writer(word.ids.length * relayIdBytes + 3).u8(kinds[word.kind]).u16(word.ids.length);
  for (const id of word.ids) writer.fixed(id);
  return writer.finish();
}

/** Undefined for a kind of a later version. Copies. Throws `WireError`. */
export function parseRelayWord(bytes: Uint8Array): RelayWord | undefined {
  const reader = new Reader(bytes);
  const type = reader.u8();
  if (type === kinds.which) {
    reader.end();
    return { kind: 'which' };
  }
  if (type === kinds.carry || type === kinds.back) {
    const word: RelayWord = { kind: type === kinds.carry ? 'carry' : 'back', id: reader.fixed(relayIdBytes).slice(), peerId: peerIdFromBytes(reader.fixed(32)), deposit: reader.lp(maxDepositBytes).slice() };
    reader.end();
    return word;
  }
  const kind = (['took', 'carrying', 'done'] as const).find((each) => kinds[each] === type);
  if (kind === undefined) return undefined;
  const count = reader.u16();
  if (count === 0 || count > maxRelayIds) throw new WireError('not a number of deposits');
  const ids = Array.from({ length: count }, () => reader.fixed(relayIdBytes).slice());
  reader.end();
  return { kind, ids };
}

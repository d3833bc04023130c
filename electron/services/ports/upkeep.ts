import type { InstanceId, PeerId } from '../../engine/ids';

/** A device of somebody, or of the own person, that another of their devices stopped; in force until a list above `listVersion`. */
export interface SuspensionRow {
  readonly peerId: PeerId;
  readonly instanceId: InstanceId;
  readonly listVersion: number;
  /** The statement as it came, verified before it was stored. */
  readonly statement: Uint8Array;
}

export interface SuspensionStore {
  /** In the order they came. */
  list(): readonly SuspensionRow[];
  put(row: SuspensionRow): void;
  /** Those of lists below this version: the identity has spoken since. */
  removeBelow(peerId: PeerId, listVersion: number): void;
}

/** What a device has to remember of getting in step with the others. */
export const upkeepNotes = {
  /** Identity keys on their way to this device, closed: giver[16] ‖ move[16] ‖ bytes. */
  incoming: 'incoming',
  /** What opens keys that left this device: taker[16] ‖ move[16] ‖ transfer key[32]. */
  outgoing: 'outgoing',
  /** Keys of conversations are to be replaced as after a compromise: empty, or H of the exchange credential[32] that must not stay in use either. */
  distrust: 'distrust',
  /** A later key of the own person that a contact knows and this device did not make (`renewed-elsewhere.ts`). */
  renewed: 'renewed',
  /** The identity key that contacts who are reached by mailbox alone get a card of: H(SPKI)[32] (`ways/key-by-mail.ts`). */
  toldByMail: 'told-by-mail',
  /** Another own device has the identity key, which was not handed over (`key-taken.ts`). */
  keyTaken: 'key-taken',
  /** Another own device holds the identity key as well, out of a backup or a copy of this one (`key-taken.ts`). */
  keyCopied: 'key-copied',
  /** The person said of the recovery key that it is on paper, or used it from there: empty. */
  onPaper: 'on-paper',
  /** Devices that the certifier was asked to let in, and perhaps did (`devices/asked-for.ts`). */
  askedFor: 'asked-for',
} as const;
export type UpkeepNote = (typeof upkeepNotes)[keyof typeof upkeepNotes];

export interface UpkeepStore {
  get(note: UpkeepNote): Uint8Array | undefined;
  put(note: UpkeepNote, value: Uint8Array): void;
  remove(note: UpkeepNote): void;
}

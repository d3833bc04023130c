import type { MailboxPlace } from '../../engine/certificates/mailbox-place';
import type { InstanceId, PeerId } from '../../engine/ids';
import type { DeviceMailboxRow, DeviceMailboxStore } from '../ports/device-mailboxes';
import type { Mailbox, MailboxRegistration } from '../ports/mailbox';
import type { WaysStore } from '../ports/ways';
import { encodeMailboxWord, isSameMailbox, keyStatement } from './mailbox-keys';

export interface OwnKeyRecordParts {
  readonly store: DeviceMailboxStore;
  readonly slots: Pick<WaysStore, 'slot' | 'slots' | 'putSlot'>;
  readonly ownInstance: InstanceId;
  readonly peerId: PeerId;
  readonly mailbox: Pick<Mailbox, 'prove'> | undefined;
}

/** Writes down where this device is registered for mail, and under which key, so that the others can have it taken out once it is gone. */
export class OwnKeyRecord {
  readonly #parts: OwnKeyRecordParts;

  constructor(parts: OwnKeyRecordParts) {
    this.#parts = parts;
  }

  /** In the caller's transaction. */
  registered({ deviceKey, address, servers, expiresAt, slots }: MailboxRegistration, seed: Uint8Array): void {
    const { store, ownInstance, peerId, mailbox } = this.#parts;
    const [server = ''] = servers;
    const key = { instanceId: ownInstance, deviceKey, address };
    for (const row of this.#own()) if (!isSameMailbox(row, key) && !row.hasLeft) store.put({ ...row, hasLeft: true });
    const before = store.find(key);
    const proof = before?.server === server ? before.proof : mailbox?.prove(seed, keyStatement(peerId, key, server));
    if (proof === undefined) return;
    const witness = this.#witness(before?.witness, slots);
    const kept = witness && this.#parts.slots.slot(witness.slot);
    // Nobody gets it, and what somebody leaves in it is nothing: the other own devices know it, and those that will be none.
    if (kept && !kept.revoked) this.#parts.slots.putSlot({ ...kept, revoked: true });
    const row: DeviceMailboxRow = { ...key, server, until: expiresAt, proof, hasLeft: false, ownWord: true, ...(witness && { witness }) };
    if (before === undefined || Buffer.compare(encodeMailboxWord(before), encodeMailboxWord(row)) !== 0) store.put(row);
  }

  /** It takes no mail there any more; `refusedAt`: that mailbox did not take it itself, as its operator took it out. In the caller's transaction. */
  left(refusedAt: number | undefined): void {
    const { store, ownInstance } = this.#parts;
    for (const row of this.#own().filter(({ hasLeft }) => !hasLeft)) {
      store.put({ ...row, hasLeft: true });
      // There is nothing to be told to anybody then.
      if (refusedAt !== undefined) store.putEnd({ instanceId: ownInstance, deviceKey: row.deviceKey, address: row.address, author: ownInstance, seen: true, at: refusedAt });
    }
  }

  #own(): readonly DeviceMailboxRow[] {
    return this.#parts.store.list().filter(({ instanceId }) => instanceId === this.#parts.ownInstance);
  }

  /** The same as before while it lasts as long as a newly given one; else one that nobody was given, while another is left for a contact. */
  #witness(before: MailboxPlace | undefined, given: MailboxRegistration['slots']): MailboxPlace | undefined {
    const known = this.#parts.slots.slots();
    const isFree = (slot: string): boolean => known.some(({ place, isPublic, peerId, revoked }) => place.slot === slot && !isPublic && peerId === undefined && !revoked);
    const lasts = ({ expiresAt }: MailboxPlace): number => (expiresAt === 0 ? Infinity : expiresAt);
    const kept = before !== undefined && known.some(({ place, peerId }) => place.slot === before.slot && peerId === undefined) ? before : undefined;
    const free = given.filter(({ slot }) => isFree(slot));
    const fresh = free.length > 1 || (kept !== undefined && free.length > 0) ? free.at(-1) : undefined;
    return kept !== undefined && (fresh === undefined || lasts(kept) >= lasts(fresh)) ? kept : fresh;
  }
}

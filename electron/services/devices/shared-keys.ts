import { parseInstanceCredential } from '../../engine/certificates/credential';
import type { LocalParty } from '../../engine/certificates/local-party';
import type { Crypto } from '../../engine/crypto/crypto';
import type { InstanceId } from '../../engine/ids';
import type { Logger } from '../../engine/ports';
import { currentKey, giveKeys, receiveKeys, sharingKey, type SharingKey, sharingKeyBytes } from '../../engine/sharing/sharing-keys';
import { toHex } from '../../engine/wire/encoding';
import type { HeldKey, SharingStore } from '../ports/sharing';

/** Keys of so many versions of the device list are kept: what is named under older ones cannot be resumed any more. */
const listsKept = 4;

export interface SharedKeysParts {
  readonly crypto: Crypto;
  readonly logger: Logger;
  readonly local: LocalParty;
  readonly store: SharingStore;
  /** The other active devices, by the list in force. */
  readonly others: () => readonly InstanceId[];
  /** The stored credential of one. */
  readonly credential: (instanceId: InstanceId) => Uint8Array | undefined;
  readonly commit: <T>(work: () => T) => T;
}

/**
 * The keys this device shares with the person's others for handing sessions over (protocol.md §10.5). Under every list of devices there
 * are new ones, made when the profile opens with it: a device that was removed is given none of them.
 */
export class SharedKeys {
  readonly #parts: SharedKeysParts;
  #held: readonly HeldKey[] | undefined;

  constructor(parts: SharedKeysParts) {
    this.#parts = parts;
  }

  /** Those all devices know, for reading what was named under any of them. */
  persons(): readonly SharingKey[] {
    return this.#all().flatMap((held) => (held.kind === 'person' ? [held.key] : []));
  }

  /** The one for what is named now; undefined while there is no other device, or none could be stored. */
  person(): SharingKey | undefined {
    return currentKey(this.persons());
  }

  /** To wrap for one device. */
  to(instanceId: InstanceId): SharingKey | undefined {
    return currentKey(this.#ofPair('to', instanceId));
  }

  /** To unwrap what one device wrapped. */
  from(instanceId: InstanceId): readonly SharingKey[] {
    return this.#ofPair('from', instanceId);
  }

  /** What there must be under the list in force, before anything is handed over. Never throws: without it nothing is. */
  prepare(): void {
    const { crypto, local, store, others, commit, logger } = this.#parts;
    const now = local.list.version;
    const devices = others();
    if (devices.length === 0) return;
    const fresh = (): SharingKey => sharingKey(crypto, crypto.random(sharingKeyBytes), now);
    try {
      commit(() => {
        store.removeKeysBefore(now - listsKept);
        const held = store.keys();
        if (!held.some(({ kind, key }) => kind === 'person' && key.listVersion === now)) store.putKey({ kind: 'person', key: fresh() });
        for (const instanceId of devices) {
          const has = held.some((one) => one.kind === 'to' && one.instanceId === instanceId && one.key.listVersion === now);
          if (!has) store.putKey({ kind: 'to', instanceId, key: fresh() });
        }
      });
    } catch {
      logger.warn('handover.keys-not-kept');
    } finally {
      this.#held = undefined;
    }
  }

  /** Ids of what the other device need not give this one. */
  known(giver: InstanceId): readonly Uint8Array[] {
    return [...this.persons(), ...this.from(giver)].map(({ id }) => id);
  }

  /** What the other device lacks, sealed to it; undefined when it has all. One KEM operation on either side, once for each list. */
  lackedBy(taker: InstanceId, known: readonly Uint8Array[]): Uint8Array | undefined {
    const { crypto, local, credential } = this.#parts;
    const pair = this.to(taker);
    const bytes = credential(taker);
    if (!pair || !bytes) return undefined;
    const has = new Set(known.map(toHex));
    const person = this.persons().filter(({ id, listVersion }) => listVersion === local.list.version && !has.has(toHex(id)));
    if (person.length === 0 && has.has(toHex(pair.id))) return undefined;
    const { kemKey, hash } = parseInstanceCredential(crypto, bytes);
    return giveKeys(crypto, local.instance.signing.secret, { peerId: local.peerId, kemKey, credentialHash: hash }, { person, pair });
  }

  /** From a device of the own person, by its signing key. False: not from it, not for this one. Throws what the store throws. */
  take(giver: InstanceId, signingKey: Uint8Array, sealed: Uint8Array): boolean {
    const { crypto, local, store, commit } = this.#parts;
    const { kem, credential } = local.instance;
    const given = receiveKeys(crypto, kem, { peerId: local.peerId, credentialHash: credential.hash }, signingKey, sealed);
    // Of a later list than the one in force nothing can have been made yet.
    if (!given || [...given.person, given.pair].some(({ listVersion }) => listVersion > local.list.version)) return false;
    commit(() => {
      for (const key of given.person) store.putKey({ kind: 'person', key });
      store.putKey({ kind: 'from', instanceId: giver, key: given.pair });
    });
    this.#held = undefined;
    return true;
  }

  #ofPair(kind: 'to' | 'from', instanceId: InstanceId): readonly SharingKey[] {
    return this.#all().flatMap((held) => (held.kind === kind && held.instanceId === instanceId ? [held.key] : []));
  }

  #all(): readonly HeldKey[] {
    this.#held ??= this.#parts.store.keys();
    return this.#held;
  }
}

import type { IdentityCertificate } from '../../engine/certificates/identity-certificate';
import type { InstanceList } from '../../engine/certificates/instance-list';
import { isInForce, parseSuspension, type Suspension } from '../../engine/certificates/suspension';
import type { Crypto } from '../../engine/crypto/crypto';
import type { InstanceId, PeerId } from '../../engine/ids';
import type { SuspensionRow, SuspensionStore } from '../ports/upkeep';

/** Of whom a statement speaks, as this device knows them. */
export interface Known {
  readonly identity: IdentityCertificate;
  readonly list: InstanceList;
}

/** Devices that another device of their person stopped, contacts' and own (protocol.md §10): few, so all are kept in memory. */
export class Suspensions {
  readonly #store: SuspensionStore;
  readonly #crypto: Crypto;
  #rows: readonly SuspensionRow[] | undefined;

  constructor(store: SuspensionStore, crypto: Crypto) {
    this.#store = store;
    this.#crypto = crypto;
  }

  /** A higher list of the person takes the row away (`lift`), so that what is here is in force. */
  has(peerId: PeerId, instanceId: InstanceId): boolean {
    return this.#all().some((row) => row.peerId === peerId && row.instanceId === instanceId);
  }

  of(peerId: PeerId): readonly SuspensionRow[] {
    return this.#all().filter((row) => row.peerId === peerId);
  }

  /** The statement if it counts and is news. Never throws. */
  judge(bytes: Uint8Array, known: Known): Suspension | undefined {
    try {
      const said = parseSuspension(this.#crypto, bytes);
      const { peerId } = known.identity;
      if (this.has(peerId, said.suspended)) return undefined;
      return isInForce(this.#crypto, said, { ...known, isSuspended: (instanceId) => this.has(peerId, instanceId) }) ? said : undefined;
    } catch {
      return undefined;
    }
  }

  /** In the caller's transaction. */
  add({ peerId, suspended, listVersion, bytes }: Suspension): void {
    this.#store.put({ peerId, instanceId: suspended, listVersion, statement: bytes });
    this.#rows = undefined;
  }

  /** The identity signed a list of this version: what was said under lower ones is over. In the caller's transaction. */
  lift(peerId: PeerId, listVersion: number): void {
    if (!this.of(peerId).some((row) => row.listVersion < listVersion)) return;
    this.#store.removeBelow(peerId, Math.min(listVersion, Number.MAX_SAFE_INTEGER));
    this.#rows = undefined;
  }

  dropCache(): void {
    this.#rows = undefined;
  }

  #all(): readonly SuspensionRow[] {
    this.#rows ??= this.#store.list();
    return this.#rows;
  }
}

import { parseRepositoryWord } from '../../engine/sharing/repository-words';
import type { LocalParty } from '../../engine/certificates/local-party';
import type { InstanceId } from '../../engine/ids';
import type { Clock, Logger } from '../../engine/ports';
import type { Stores } from '../ports';
import type { SessionRepository } from '../ports/session-repository';
import { DeviceRepository } from './device-repository';
import { RepositoryHost } from './repository-host';
import type { SiblingHandler, SiblingLine, Siblings } from './siblings';

export interface RepositoriesParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly local: LocalParty;
  readonly stores: Pick<Stores, 'hostedRecords' | 'deviceMailboxes'>;
  readonly siblings: Pick<Siblings, 'line' | 'active'>;
  readonly commit: <T>(work: () => T) => T;
  /** Where sessions are published and taken from now on; again when that can be asked again. */
  readonly use: (repository: SessionRepository | undefined) => void;
}

/**
 * Where the devices of a person keep what sessions need to go on elsewhere (S4-08): in the mailbox where all that take sessions are registered in one and the same, else
 * at the archive, the one with the lowest id of several; a device that is neither asks devices only. All choose by what all know, so that they look where the others
 * put it. What was put elsewhere before is found by nobody, and a full handshake takes its place.
 */
export class Repositories implements SiblingHandler {
  readonly #parts: RepositoriesParts;
  readonly #host: RepositoryHost;
  readonly #line: SiblingLine;
  #mailbox: SessionRepository | undefined;
  #device: DeviceRepository | undefined;
  #used: SessionRepository | undefined;

  constructor(parts: RepositoriesParts) {
    const { clock, logger, local, stores, siblings, commit } = parts;
    this.#parts = parts;
    this.#line = siblings.line('repository', this);
    this.#host = new RepositoryHost({ clock, logger, store: stores.hostedRecords, commit, isHost: () => this.#hostId() === local.instanceId, writers: () => siblings.active() });
  }

  /** Which one is used now; undefined: none. */
  get where(): 'mailbox' | 'device' | undefined {
    return this.#used === undefined ? undefined : this.#used === this.#device ? 'device' : 'mailbox';
  }

  start(): void {
    this.#host.start();
    this.choose();
  }

  /** The one of this device's mailbox; at every connection to it, and undefined once this device takes it no more. */
  offer(mailbox: SessionRepository | undefined): void {
    this.#mailbox = mailbox;
    this.choose(mailbox !== undefined);
  }

  /** Devices, or where they take mail, may be others. `again`: one can be asked that could not. */
  choose(again = false): void {
    const wanted = this.#isShared() ? this.#mailbox : (this.#ofDevice() ?? this.#mailbox);
    if (wanted === this.#used && !(again && wanted !== undefined)) return;
    this.#used = wanted;
    this.#parts.use(wanted);
  }

  met(instanceId: InstanceId): void {
    if (this.#used === this.#device && this.#device?.host === instanceId) this.choose(true);
    else this.choose();
  }

  heard(from: InstanceId, bytes: Uint8Array): void {
    const word = parseRepositoryWord(bytes);
    if (word === undefined) return;
    if (word.kind === 'read' || word.kind === 'write') this.#line.send(from, this.#host.answer(from, word));
    else this.#device?.heard(from, word);
  }

  left(instanceId: InstanceId): void {
    this.#device?.left(instanceId);
  }

  close(): void {
    this.#host.close();
    this.#device?.close();
  }

  /** The archive that keeps them, by the list in force. */
  #hostId(): InstanceId | undefined {
    return this.#active().filter((instanceId) => this.#isArchive(instanceId)).sort()[0];
  }

  #ofDevice(): DeviceRepository | undefined {
    const { clock, local } = this.#parts;
    const host = this.#hostId();
    if (host === undefined || host === local.instanceId) return undefined;
    if (this.#device?.host !== host) {
      this.#device?.close();
      this.#device = new DeviceRepository({ clock, host, line: () => this.#line });
    }
    return this.#device;
  }

  /** All devices that take sessions are registered in one mailbox. */
  #isShared(): boolean {
    const rows = this.#parts.stores.deviceMailboxes.list().filter(({ hasLeft }) => !hasLeft);
    const takers = this.#active().filter((instanceId) => !this.#isArchive(instanceId));
    const addressesOf = (wanted: InstanceId): string[] => rows.filter(({ instanceId }) => instanceId === wanted).map(({ address }) => address);
    const [first, ...others] = takers;
    return first !== undefined && addressesOf(first).some((address) => others.every((each) => addressesOf(each).includes(address)));
  }

  #active(): readonly InstanceId[] {
    const { local, siblings } = this.#parts;
    return local.standing === 'active' ? [local.instanceId, ...siblings.active()] : siblings.active();
  }

  #isArchive(instanceId: InstanceId): boolean {
    return this.#parts.local.list.instances.some((each) => each.instanceId === instanceId && each.roles.includes('archive'));
  }
}

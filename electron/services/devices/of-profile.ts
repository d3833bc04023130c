import type { VerifiedCache } from '../../engine/certificates/chain';
import type { InstanceId } from '../../engine/ids';
import type { SessionHost } from '../../engine/session/session-host';
import type { Session } from '../../engine/session/session';
import type { DialogNews } from '../../engine/dialog/dialog-news';
import type { OpenProfile } from '../open-profile';
import type { DialogFacts } from '../replication/dialog-facts';
import { dialogFactsOfProfile } from '../replication/dialog-facts-of-profile';
import { productKinds } from '../replication/product-kinds';
import { ProfileReplica } from '../replication/profile-replica';
import { takeBackEnds } from '../replication/void-ends';
import { upkeepNotes } from '../ports/upkeep';
import type { ProfileChanges } from '../retiring';
import type { Surroundings } from '../surroundings';
import { awaitAskedFor } from './asked-for';
import { Handover } from './handover';
import { OwnStanding } from './own-standing';
import { Repositories } from './repositories';
import { Siblings } from './siblings';
import { Suspensions } from './suspensions';
import { Upkeep } from './upkeep';

/** What the profile has beside, and who listens. */
export interface ProfileDevicesParts {
  readonly verified: VerifiedCache;
  readonly changes: ProfileChanges;
  /** Another own device is to be found elsewhere than before. */
  readonly onSiblingCard: (card: Uint8Array) => void;
}

/** What an open profile has because its person may have several devices. */
export class ProfileDevices {
  /** Sessions with the own other devices. */
  readonly siblings: Siblings;
  /** Sessions with contacts that go on at another own device. */
  readonly handover: Handover;
  /** Where these are kept meanwhile. */
  readonly repositories: Repositories;
  /** What the own devices know in common. */
  readonly replica: ProfileReplica;
  /** Of that, what belongs to the dialogs themselves. */
  readonly dialogs: DialogFacts;
  /** Keeps keys and lists in step. */
  readonly upkeep: Upkeep;
  /** Which devices count, own and contacts'. */
  readonly standing: OwnStanding;
  readonly #profile: OpenProfile;
  readonly #around: Surroundings;
  readonly #cards = new Map<InstanceId, Uint8Array>();

  /** The profile is still being put together: only what is read later may be asked of it. */
  constructor(profile: OpenProfile, around: Surroundings, host: () => SessionHost, { verified, changes, onSiblingCard }: ProfileDevicesParts) {
    this.#profile = profile;
    this.#around = around;
    const { crypto, clock, random, logger, events, transport, ownAddresses } = around;
    const { local, stores, book, resumptions } = profile;
    const commit = <T>(work: () => T): T => profile.commit(work);
    const onCard = (instanceId: InstanceId, card: Uint8Array): void => {
      this.#cards.set(instanceId, card.slice());
      onSiblingCard(card);
    };
    const suspensions = book.suspensions ?? new Suspensions(stores.suspensions, crypto);
    this.standing = new OwnStanding({ profile, suspensions, changes, crypto, clock, logger, events });
    const mayReach = (instanceId: InstanceId): boolean => !suspensions.has(local.peerId, instanceId);
    this.siblings = new Siblings({ crypto, clock, random, logger, events, transport, host, local, mayReach, devices: stores.devices, ownAddresses, heardAt: () => (profile.lan ?? around.sightings).of(local.peerId), commit, onCard });
    this.handover = new Handover({ around, local, stores, book, verified, resumptions, siblings: this.siblings, commit, sessions: () => profile.connections.sessions() });
    this.repositories = new Repositories({ clock, logger, local, stores, siblings: this.siblings, commit, use: (repository) => this.handover.useRepository(repository) });
    this.replica = new ProfileReplica({
      crypto,
      clock,
      logger,
      local,
      store: stores.replica,
      siblings: this.siblings,
      commit,
      // What is told of a part, and what was read in it, goes with it.
      within: commit,
      onReady: () => profile.connections.begin(stores.contacts.list().map(({ peerId }) => peerId)),
    });
    this.upkeep = new Upkeep({ crypto, clock, logger, local, stores, siblings: this.siblings, suspensions, changes, commit, onAsked: (requests) => events.emit({ type: 'devices.requests', requests: [...requests] }) });
    profile.ways.relay.use(this.siblings.line('relay', profile.ways.relay));
    profile.files.parties.useLine(this.siblings.line('files', profile.files.parties));
    for (const kind of productKinds(profile, around)) this.replica.register(kind);
    this.dialogs = dialogFactsOfProfile(profile, around, this.replica);
  }

  /** What the dialogs have to tell the own other devices; undefined while there are none. */
  get news(): DialogNews | undefined {
    return this.replica.isOn ? this.dialogs : undefined;
  }

  /** Newest cards of the other devices, since the profile was opened. */
  cards(): readonly Uint8Array[] {
    const active = this.siblings.active();
    return active.flatMap((instanceId) => this.#cards.get(instanceId) ?? []);
  }

  /** A confirmed session with another device of the own person. */
  adopt(session: Session): void {
    this.siblings.adopt(session);
  }

  /** Whether contacts are talked to: not before everything is here, nor by a device that does not count. */
  get mayTalk(): boolean {
    return this.replica.isReady && this.standing.state === 'active';
  }

  /** A session with a contact came into use. */
  opened(session: Session): void {
    this.handover.opened(session);
    this.standing.greet(session);
  }

  start(): void {
    this.#takeBack();
    this.#lookForAskedFor();
    this.standing.start();
    this.replica.start();
    this.dialogs.start();
    this.handover.start();
    this.repositories.start();
    if (this.standing.state !== 'retired') this.siblings.start();
  }

  /** Before the keys of all pairs are replaced, which forgets that a device was stopped. */
  #takeBack(): void {
    const { stores } = this.#profile;
    if (stores.upkeep.get(upkeepNotes.distrust) === undefined) return;
    try {
      takeBackEnds(this.#profile, this.#around);
    } catch (error) {
      this.#around.logger.error('conversation.not-taken-back', { reason: error instanceof Error ? error.name : 'unknown' });
    }
  }

  #lookForAskedFor(): void {
    const { stores, local } = this.#profile;
    if (stores.upkeep.get(upkeepNotes.askedFor) === undefined) return;
    try {
      this.#profile.commit(() => awaitAskedFor({ stores, local, clock: this.#around.clock }));
    } catch (error) {
      this.#around.logger.error('device.not-awaited', { reason: error instanceof Error ? error.name : 'unknown' });
    }
  }

  /** An own device was heard on the local network. */
  sighted(): void {
    if (this.standing.state !== 'retired') this.siblings.sighted();
  }

  networkChanged(deadlineMs: number): void {
    for (const session of this.siblings.sessions()) session.checkNow(deadlineMs);
    if (this.standing.state !== 'retired') this.siblings.lookAgain();
  }

  addressesChanged(): void {
    this.siblings.addressesChanged();
  }

  close(): void {
    this.dialogs.close();
    this.replica.close();
    this.repositories.close();
    this.handover.close();
    this.upkeep.close();
    this.siblings.close();
  }
}

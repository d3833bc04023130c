import type { SessionHost } from '../../engine/session/session-host';
import type { Session } from '../../engine/session/session';
import type { OpenProfile } from '../open-profile';
import { productKinds } from '../replication/product-kinds';
import { ProfileReplica } from '../replication/profile-replica';
import type { Surroundings } from '../surroundings';
import { Siblings } from './siblings';

/** What an open profile has because its person may have several devices. */
export class ProfileDevices {
  /** Sessions with the own other devices. */
  readonly siblings: Siblings;
  /** What the own devices know in common. */
  readonly replica: ProfileReplica;

  /** The profile is still being put together: only what is read later may be asked of it. */
  constructor(profile: OpenProfile, around: Surroundings, host: () => SessionHost) {
    const { crypto, clock, random, logger, events, transport, ownAddresses } = around;
    const { local, stores } = profile;
    this.siblings = new Siblings({ crypto, clock, random, logger, events, transport, host, local, devices: stores.devices, ownAddresses, commit: (work) => profile.commit(work) });
    this.replica = new ProfileReplica({
      clock,
      logger,
      local,
      store: stores.replica,
      siblings: this.siblings,
      commit: (work) => profile.commit(work),
      within: (work) => stores.transaction(work),
      onReady: () => profile.connections.begin(stores.contacts.list().map(({ peerId }) => peerId)),
    });
    for (const kind of productKinds(profile, around)) this.replica.register(kind);
  }

  /** A confirmed session with another device of the own person. */
  adopt(session: Session): void {
    this.siblings.adopt(session);
  }

  start(): void {
    this.replica.start();
    this.siblings.start();
  }

  networkChanged(deadlineMs: number): void {
    for (const session of this.siblings.sessions()) session.checkNow(deadlineMs);
    this.siblings.lookAgain();
  }

  addressesChanged(): void {
    this.siblings.addressesChanged();
  }

  close(): void {
    this.replica.close();
    this.siblings.close();
  }
}

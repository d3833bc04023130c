import type { LocalParty } from '../engine/certificates/local-party';
import { createDialogEngine, type DialogEngine } from '../engine/dialog/dialog-engine';
import { startDurably } from '../engine/dialog/start-token';
import type { PeerId } from '../engine/ids';
import type { Link } from '../engine/ports';
import { VerifiedCache } from '../engine/certificates/chain';
import { Resumptions } from '../engine/session/resumptions';
import type { Session } from '../engine/session/session';
import { createSessionHost, type SessionHost } from '../engine/session/session-host';
import { viaOfSession } from './candidates';
import { agreed } from './agreed';
import { CardExchange } from './card-exchange';
import { ConnectedContacts } from './connected-contacts';
import { ConversationRemoval } from './conversation-removal';
import { Connections } from './connections';
import { Delivery } from './delivery';
import { ProfileDevices } from './devices/of-profile';
import { Suspensions } from './devices/suspensions';
import { Dialling } from './dialling';
import type { Envelopes } from './envelopes';
import { nowhere } from './files/nowhere';
import { ProfileFiles } from './files/profile-files';
import { envelopesOfProfile } from './envelopes-of-profile';
import { GroupCommit } from './group-commit';
import { History } from './history';
import type { LanContacts } from './lan-contacts';
import { LastingClock } from './lasting-clock';
import { noteLapse } from './lapses';
import { lanOfProfile } from './lan-of-profile';
import { KeyTrust } from './key-trust';
import { addressesOfContacts, KnownSources } from './known-sources';
import { orderedHandles } from './local-handle';
import { Introductions } from './introductions';
import { InvitationKeeper } from './invitation-keeper';
import type { WaitingRule } from './message-view';
import { PeerBook } from './peer-book';
import type { OpenVault, Stores } from './ports';
import type { Quarantine } from './quarantine';
import { Places } from './racing';
import type { Rekeying } from './rekeying';
import { rekeyingOfProfile } from './rekeying-of-profile';
import { remoteParty } from './remote-party';
import { shareStores } from './replication/shared-stores';
import { Rested } from './rested';
import type { ProfileChanges } from './retiring';
import { keepSearch } from './search-keeping';
import { StandingExchange } from './standing-exchange';
import type { Surroundings } from './surroundings';
import { takeUp } from './taking-up';
import { takeChannel } from './stranger-channels';
import { ProfileTalk } from './talk/of-profile';
import { endAll } from './end-all';
import { endSessions } from './end-sessions';
import { Tries } from './tries';
import { Untaken } from './untaken';
import { tryTellWaiting, waitingRule } from './waiting-news';
import { Vouching } from './vouching';
import { ProfileWays } from './ways/of-profile';
import { watchRights } from './watched-contacts';

/** Connections being made at once, whoever they are for. */
const dialsAtOnce = 16;
/** After a change of network a session must show within this time that it still leads anywhere. */
const checkMs = 5_000;

/** Everything that exists only while the vault is open; gone without a trace in memory when it closes. */
export class OpenProfile {
  readonly vault: OpenVault;
  readonly stores: Stores;
  readonly local: LocalParty;
  readonly book: PeerBook;
  /** What organisations say of contacts' keys. */
  readonly vouching: Vouching;
  readonly engine: DialogEngine;
  readonly history: History;
  /** What is done to messages that are there. */
  readonly talk: ProfileTalk;
  readonly connections: Connections;
  /** Keeps the keys of contacts in step. */
  readonly rekeying: Rekeying;
  readonly dialling: Dialling;
  /** The own other devices. */
  readonly devices: ProfileDevices;
  /** How every address answered when it was last tried. */
  readonly tries: Tries;
  readonly delivery: Delivery;
  readonly envelopes: Envelopes;
  readonly quarantine: Quarantine;
  /** How a message travels without a connection. */
  readonly ways: ProfileWays;
  /** Files of messages: what is here, what comes and goes. */
  readonly files: ProfileFiles;
  readonly cards: CardExchange;
  readonly introductions: Introductions;
  readonly invitations: InvitationKeeper;
  readonly lan: LanContacts | undefined;
  /** What sessions leave behind so that the next ones resume; also when a device refused to. */
  readonly resumptions: Resumptions;
  /** Own messages: those of one turn share a transaction, and are then handed over together. */
  readonly sends: GroupCommit<PeerId>;
  readonly removal: ConversationRemoval;
  /** Whether the disk takes what comes. */
  readonly untaken: Untaken;
  readonly newMessageId: () => string;
  readonly waitingFor: WaitingRule;
  readonly #host: SessionHost;
  readonly #clock: LastingClock;
  readonly #around: Surroundings;
  readonly #rested: Rested;
  readonly #endings: { deposits?: () => void; sightings?: () => void; search?: () => void } = {};
  /** Chains of sessions: the card that follows has the same parts. */
  readonly #verified = new VerifiedCache();
  readonly #connected: ConnectedContacts;
  #closed = false;

  /** `token`: the start token, where it is durable already (`own-record.ts`). */
  constructor(surroundings: Surroundings, vault: OpenVault, local: LocalParty, changes: ProfileChanges, token?: Uint8Array) {
    const { crypto, random, logger, events, transport } = surroundings;
    const clock = (this.#clock = new LastingClock(surroundings.clock, logger));
    const around = (this.#around = { ...surroundings, clock });
    this.vault = vault;
    this.resumptions = new Resumptions({ crypto, clock, logger, store: vault.stores.resumptions, isLent: (keyId) => this.devices.handover.isLent(keyId) });
    const voidResumptions = (peerId: PeerId): void => this.resumptions.forgetPeer(peerId);
    const rightsChanged = (peerId: PeerId): void => {
      voidResumptions(peerId);
      this.files.rightsChanged(peerId);
    };
    const watched = { ...vault.stores, contacts: watchRights(vault.stores.contacts, rightsChanged) };
    this.stores = shareStores(watched, () => this.devices.replica, { clock, local, random });
    this.local = local;
    this.#connected = new ConnectedContacts(this, events);
    this.book = new PeerBook(this.stores.peers, crypto, clock, (peerId, gone) => this.devices.standing.contactListed(peerId, gone), voidResumptions, new KeyTrust(crypto, this.stores.peerKeys), (card) => [this.vouching, this.ways, this.devices.standing].forEach((each) => each.learn(card)), new Suspensions(this.stores.suspensions, crypto));
    this.vouching = new Vouching({ crypto, clock, events, stores: this.stores, book: this.book });
    this.newMessageId = orderedHandles(random, clock);
    this.waitingFor = waitingRule(this.stores, (peerId) => this.connections.session(peerId) !== undefined, (peerId) => this.book.held(peerId) !== undefined, (dialog) => this.engine.isResting(dialog));
    this.files = new ProfileFiles(this, around);
    this.#rested = new Rested(clock, (peerId) => (this.delivery.flush(peerId), this.ways.touch(peerId)));
    this.history = new History({
      files: this.files,
      stores: this.stores,
      events,
      clock,
      random,
      newMessageId: this.newMessageId,
      waiting: this.waitingFor,
      talk: () => this.talk,
      onGap: (peerId) => (this.delivery.repeatSoon(peerId), this.ways.missed(peerId)),
      onResting: (peerId, milliseconds) => this.#rested.after(peerId, milliseconds),
      onResealed: (peerId) => (this.delivery.startOver(peerId), this.ways.touch(peerId)),
      onRolledBack: ({ peerId, reason }) => changes.retire({ reason, toldBy: peerId }),
    });
    this.talk = new ProfileTalk(this, around);
    this.engine = createDialogEngine({
      crypto,
      clock,
      logger,
      local,
      store: this.stores.dialogs,
      peers: (peerId) => remoteParty(this.stores, this.book, this.connections.session(peerId), peerId, this.ways.isEarly(peerId)),
      sink: this.history,
      startToken: token ?? startDurably(crypto, local, this.stores.dialogs, clock.now()),
      news: () => this.devices.news,
      tellsRead: () => this.talk.showsRead,
      ...(around.dialogLimits && { limits: around.dialogLimits }),
    });
    this.untaken = new Untaken({ clock, room: () => (around.files ?? nowhere).held.room(), onChange: () => around.network.touched(), onRoom: () => this.lasting(() => this.connections.lookAgain()) });
    const standing = new StandingExchange({
      crypto, clock, logger, local, engine: this.engine, book: this.book, commit: (work) => this.commit(work),
      onDelisted: (toldBy, list) => this.devices.standing.delisted(toldBy, list), onNewerList: (list) => changes.adopt(list),
    });
    this.delivery = new Delivery({
      crypto,
      engine: this.engine,
      history: this.history,
      events,
      clock,
      logger,
      ownInstance: local.instanceId,
      transaction: (work) => this.stores.transaction(work),
      standing,
      untaken: this.untaken,
      onNotice: (from, bytes) => this.devices.standing.noticed(from, bytes),
      onTyping: (peerId, bytes) => this.talk.typing.heard(peerId, bytes),
      onDeposit: (peerId, session, item) => this.ways.brought.take(peerId, session, item),
      files: this.files.parties,
    });
    ({ envelopes: this.envelopes, quarantine: this.quarantine, close: this.#endings.deposits } = envelopesOfProfile(this, around));
    this.ways = new ProfileWays(this, around);
    this.removal = new ConversationRemoval({ stores: this.stores, events, clock, logger, engine: () => this.engine, commit: (work) => this.commit(work, true) });
    this.sends = new GroupCommit({
      commit: (work) => this.commit(work),
      after: (peerIds) => {
        if (peerIds.size > 0) this.untaken.stored();
        for (const peerId of peerIds) {
          this.delivery.flush(peerId);
          this.connections.reach(peerId);
          this.ways.touch(peerId);
        }
      },
    });
    this.devices = new ProfileDevices(this, around, () => this.#host, { verified: this.#verified, changes, onSiblingCard: (card) => this.cards.siblingMoved(card) });
    const known = new KnownSources(clock, () => addressesOfContacts(this.stores, this.book));
    this.#host = createSessionHost({
      crypto,
      clock,
      logger,
      local: () => (this.#closed ? undefined : local),
      peers: this.book,
      resumptions: this.resumptions,
      handover: this.devices.handover,
      verified: this.#verified,
      onSession: (session, keep) => this.#onSession(session, keep),
      isKnownSource: (source) => known.has(source),
      onOutdated: (session) => session.send(standing.outdated(session)),
      onBehind: (session) => this.devices.upkeep.serve(session),
      onKeyMismatch: (mismatch) => this.rekeying.mismatched(mismatch),
      onLapsed: (peerId) => this.commit(() => noteLapse({ ...around, book: this.book, stores: this.stores }, peerId)),
      onChannel: (link, frame, leftover) => takeChannel(around, (channel) => this.introductions.answer(channel), link, frame, leftover),
    });
    this.lan = lanOfProfile({ around, local, book: this.book, contacts: this.stores.contacts });
    const { network, ownAddresses } = around;
    const sightings = this.lan ?? around.sightings;
    const places = new Places(dialsAtOnce);
    this.tries = new Tries(clock, () => network.touched());
    this.dialling = new Dialling({ crypto, clock, transport, host: this.#host, book: this.book, tries: this.tries, places, sightings, network, ownAddresses, onRetry: (peerId) => this.rekeying.refused(peerId), onRefused: (peerId, secret) => this.rekeying.refusals.ofUs(peerId, secret) });
    this.connections = new Connections({
      clock, random, logger,
      dialling: this.dialling,
      viaOf: (peerId, session) => viaOfSession(session, sightings.of(peerId), network, around.ownAddresses()),
      onChange: () => network.touched(),
      wanted: (peerId) => this.#wanted(peerId),
      onOpen: (peerId, session) => {
        if (!this.#closed) this.#connected.opened(peerId, session);
      },
      onEnd: (peerId, session, connected) => {
        if (!this.#closed) this.#connected.ended(peerId, session, connected);
      },
    });
    this.rekeying = rekeyingOfProfile(this, around, places, changes);
    this.introductions = new Introductions({
      crypto, clock, random, logger, transport, events, local,
      stores: this.stores,
      book: this.book,
      ownAddresses,
      tries: this.tries,
      places,
      sightings,
      network,
      rekeyDesk: this.rekeying.desk,
      onMutual: (peerId, answers) => agreed(this, logger, peerId, answers),
      onEnded: (peerId) => this.waitingChanged(peerId),
    });
    this.invitations = new InvitationKeeper({ crypto, clock, logger, stores: this.stores });
    this.cards = new CardExchange({
      crypto, clock, logger, local,
      book: this.book,
      verified: this.#verified,
      sessions: () => this.connections.sessions(),
      ownAddresses,
      siblingCards: () => this.devices.cards(),
      onTime: (peerId, time) => network.heardTime(peerId, time),
      commit: (work) => this.commit(work),
      places: (reader) => this.ways.own.placesFor(reader),
      waitsForCard: (peerId) => this.ways.waitsForCard(peerId),
    });
    this.#endings.sightings = sightings.onSeen((peerId) => this.#onSighting(peerId));
  }

  /** Reaches for everybody and takes up what was unfinished. Not part of opening: the screen comes first. */
  start(): void {
    try {
      this.commit(() => this.engine.tidy());
    } catch {
      // A full disk keeps nobody out; what is past its time is used for nothing, and is erased at the next start.
      this.#around.logger.warn('keys.not-tidied');
    }
    this.talk.start();
    this.resumptions.sweep(this.local);
    this.devices.start();
    this.connections.begin(this.stores.contacts.list().map(({ peerId }) => peerId));
    this.introductions.start();
    this.rekeying.start();
    this.invitations.sweep();
    this.quarantine.begin();
    this.ways.start();
    this.files.start();
    this.lan?.refresh();
    this.#endings.search = keepSearch({ ...this.#around, stores: this.stores });
    this.removal.start();
  }

  accept(link: Link): void {
    this.#host.accept(link);
  }

  /** The network is another one, or the machine slept: what still stands is found out, what does not is looked for at once. */
  networkChanged(): void {
    if (this.#closed) return;
    this.connections.checkAll(checkMs);
    const looks = [() => this.connections.lookAgain(), () => this.devices.networkChanged(checkMs), () => this.introductions.lookAgain(), () => this.ways.networkChanged()];
    for (const look of looks) this.lasting(look);
  }

  /** This device is to be found elsewhere, or its card says something else: whoever is connected is told. */
  addressesChanged(): void {
    if (this.#closed) return;
    for (const tell of [() => this.cards.changed(), () => this.devices.addressesChanged()]) this.lasting(tell);
  }

  /** Does it now, or, where the disk fails, again a little later. */
  lasting(work: () => void): void {
    this.#clock.lasting(work);
  }

  /** One transaction with its events told after the commit. `behind`: it does not wait for the disk (`transactionBehind`). */
  commit<T>(work: () => T, behind = false): T {
    try {
      return this.#around.events.during(() => (behind ? this.stores.transactionBehind(work) : this.stores.transaction(work)));
    } catch (error) {
      this.book.dropCache(); // it may have read what was then rolled back
      throw error;
    }
  }

  /** What own messages to this person wait for has changed: tells clients, after the commit when in one. Never throws. */
  waitingChanged(peerId: PeerId, concerned: 'queued' | 'all' = 'all'): void {
    if (!this.#closed) this.#tellWaiting(peerId, concerned);
  }

  #tellWaiting(peerId: PeerId, concerned: 'queued' | 'all'): void {
    const { events, logger } = this.#around;
    tryTellWaiting({ stores: this.stores, events, waiting: this.waitingFor, ownInstance: this.local.instanceId }, logger, peerId, concerned);
  }

  /** Ends everything. Clients hear that the vault is closed, which says enough. */
  close(): void {
    this.#end(false);
    this.vault.close();
  }

  /** Ends everything but the vault itself, which another profile takes over: until that has connections, there are none. */
  leave(): void {
    const connected = this.#connected.peerIds;
    this.#end(true);
    for (const peerId of connected) {
      this.#connected.tell(peerId, false);
      this.#tellWaiting(peerId, 'queued');
    }
  }

  /** Whatever of it fails, all the rest ends as well: a part that threw would leave the keys in memory, and the vault open. Never throws. */
  #end(tell: boolean): void {
    const { logger, nearby } = this.#around;
    const parts = [this.talk, this.untaken, this.lan, this.removal, this.cards, this.files, this.ways, this.devices, this.vouching, this.introductions, this.rekeying, this.invitations, this.#rested, this.delivery];
    endAll(logger, [
      () => nearby?.profileEnds(tell),
      // What was asked for before is done before.
      () => this.sends.flush(),
      () => (this.#closed = true),
      () => this.#clock.close(),
      ...Object.values(this.#endings),
      ...parts.map((part) => () => part?.close()),
      () => endSessions(this.stores, logger, [this.connections, this.#host]),
      () => this.engine.wipe(),
      () => this.local.wipe(),
    ]);
  }

  #wanted(peerId: PeerId): boolean {
    const contact = this.stores.contacts.byPeer(peerId);
    return this.devices.mayTalk && contact !== undefined && !contact.blocked && contact.relation === 'mutual' && this.book.held(peerId) !== 'frozen';
  }

  /** Anybody on the local network can make it look so: it decides where to try, and when, never whom to believe. */
  #onSighting(peerId: PeerId): void {
    this.lasting(() => {
      if (this.#closed) return;
      if (peerId === this.local.peerId) return this.devices.sighted();
      this.connections.sighted(peerId);
      this.introductions.sighted(peerId);
    });
  }

  #onSession(session: Session, keep: () => void): void {
    try {
      if (session.peer.identity.peerId === this.local.peerId) return this.devices.adopt(session);
      if (!this.devices.mayTalk) return session.close();
      takeUp({ profile: this, events: this.#around.events, keep }, session);
    } catch (error) {
      // Thrown on, it would leave a session that nobody uses or ends.
      this.#around.logger.error('session.not-taken-up', { reason: error instanceof Error ? error.name : 'unknown' });
      this.untaken.refused(error);
      session.close();
    }
  }
}

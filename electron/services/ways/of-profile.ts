import type { Card } from '../../engine/certificates/card';
import { parseInstanceList } from '../../engine/certificates/instance-list';
import type { OpenedCard } from '../../engine/dialog/card-deposit';
import type { InstanceId, PeerId } from '../../engine/ids';
import { jitterMs } from '../backoff';
import type { OpenProfile } from '../open-profile';
import type { PlaceWord } from '../ports/ways';
import type { Surroundings } from '../surroundings';
import { Brought } from './brought';
import { CardMail } from './card-mail';
import { deviceNameOf } from './device-name';
import { InvitationMail } from './invitation-mail';
import { tellKeyByMail } from './key-by-mail';
import { MailTaking } from './mail-taking';
import { OwnKeyRecord } from './own-key-record';
import { OwnMailbox } from './own-mailbox';
import { headStartMs, Posting, type Recipient } from './posting';
import { Relay } from './relay';
import { Revoking } from './revoking';
import { RelayedControls } from './relayed-controls';
import { TellingByMail } from './telling-by-mail';
import { WithMailbox } from './with-mailbox';

/** After opening, mailboxes of contacts are used a little apart from each other. */
const spreadMs = 2_000;
/** How often an open profile looks whether something has to be left again. */
const lookMs = 6 * 60 * 60 * 1000;

/**
 * How messages of an open profile travel without a connection. Of whoever has no mailbox and no other device nothing is asked and
 * nothing written: without them a profile does what it did before there were any.
 */
export class ProfileWays {
  readonly own: OwnMailbox;
  /** Of keys of contacts that somebody else may have. */
  readonly telling: TellingByMail;
  /** Devices that are gone and that a mailbox still knows. */
  readonly revoking: Revoking;
  /** What own devices carry for each other. */
  readonly relay: Relay;
  readonly brought: Brought;
  readonly #profile: OpenProfile;
  readonly #around: Surroundings;
  readonly #posting: Posting;
  readonly #cards: CardMail;
  readonly #invitations: InvitationMail;
  readonly #taking: MailTaking;
  /** Who can be left something. */
  readonly #people: WithMailbox;
  /** Who was asked, has not answered, and is sealed for. */
  readonly #early = new Set<PeerId>();
  readonly #endings: (() => void)[] = [];
  #cancelLook: (() => void) | undefined;
  #closed = false;

  /** The profile is still being put together: only what is read later may be asked of it. */
  constructor(profile: OpenProfile, around: Surroundings) {
    const { crypto, clock, random, logger, events, mailbox } = around;
    const { stores, local, book } = profile;
    const commit = <T>(work: () => T): T => profile.commit(work);
    const isContact = (peerId: PeerId): boolean => stores.contacts.byPeer(peerId)?.relation === 'mutual';
    this.#profile = profile;
    this.#around = around;
    this.#people = new WithMailbox(stores.ways, events);
    this.#invitations = new InvitationMail({
      crypto,
      clock,
      local,
      stores,
      introductions: () => profile.introductions,
      leave: (places, deposit) => this.#posting.leaveOnce(places, deposit),
      cardForAnybody: () => profile.cards.cardFor('anybody', 'anybody'),
    });
    this.telling = new TellingByMail({
      crypto,
      clock,
      local,
      stores,
      book,
      leave: (places, deposit) => this.#posting.leaveOnce(places, deposit),
      onTold: (peerId, elements) => profile.rekeying.told(peerId, elements),
    });
    this.#cards = new CardMail({
      invitations: this.#invitations,
      clock,
      stores,
      book,
      introductions: () => profile.introductions,
      commit,
      onOtherKey: (card) => {
        profile.rekeying.cardCame(card);
        this.telling.wrote(card.chain, card.mailboxes);
      },
      onDue: (peerId) => this.touch(peerId),
    });
    this.#posting = new Posting({
      crypto,
      clock,
      random,
      logger,
      local,
      store: stores.ways,
      engine: profile.engine,
      history: profile.history,
      cards: this.#cards,
      telling: this.telling,
      counts: (peerId, instanceId) => this.#counts(peerId, instanceId),
      mailbox,
      commit,
      recipient: (peerId) => this.#recipient(peerId),
      cardFor: (peerId) => profile.cards.cardFor(peerId, 'anybody'),
      proofFor: (to, card) => this.#invitations.proofFor(to, card),
      onTrouble: () => around.network.touched(),
    });
    this.#taking = new MailTaking({
      crypto, clock, logger,
      store: stores.ways,
      envelopes: profile.envelopes,
      quarantine: profile.quarantine,
      cards: this.#cards,
      telling: this.telling,
      commit,
      untaken: profile.untaken,
      onReceived: (peerId) => onReceived(peerId),
      onTaken: (count) => this.own.took(count),
    });
    const onReceived = (peerId: PeerId): void => {
      profile.delivery.flush(peerId);
      this.touch(peerId);
    };
    this.relay = new Relay({
      crypto,
      clock,
      logger,
      local,
      store: stores.ways,
      history: profile.history,
      controls: new RelayedControls({ crypto, clock, logger, local, store: stores.ways, engine: profile.engine, commit, stands: (session) => profile.connections.sessions().includes(session) }),
      carriesControlsTo: (peerId) => !this.#people.has(peerId),
      commit,
      recipient: (peerId) => (isContact(peerId) ? this.#recipient(peerId) : undefined),
      mayCarryFor: (peerId) => isContact(peerId) && stores.contacts.byPeer(peerId)?.blocked === false,
      sessionsWith: (peerId) => profile.connections.sessions().filter(({ peer }) => peer.identity.peerId === peerId),
      onBack: (deposit) => this.brought.open(deposit),
    });
    this.relay.onSibling = () => {
      for (const { peerId } of stores.contacts.list()) this.relay.touch(peerId);
    };
    this.brought = new Brought({ crypto, clock, logger, local, envelopes: profile.envelopes, engine: profile.engine, relay: this.relay, commit, siblings: () => profile.devices.siblings.active(), onReceived });
    this.own = new OwnMailbox({
      clock,
      logger,
      events,
      store: stores.ways,
      ownInstance: local.instanceId,
      record: new OwnKeyRecord({ store: stores.deviceMailboxes, slots: stores.ways, ownInstance: local.instanceId, peerId: local.peerId, mailbox }),
      mayTake: () => local.standing === 'active',
      mailbox,
      commit,
      onMail: (mail) => this.#taking.take(mail),
      onLost: () => this.#taking.lost(),
      onPlaces: () => this.#tellPlaces(),
      onRepository: (repository) => profile.devices.repositories.offer(repository),
    });
    this.revoking = new Revoking({
      clock,
      logger,
      events,
      store: stores.deviceMailboxes,
      ownInstance: local.instanceId,
      mailbox,
      commit,
      stateOf: (instanceId) => (instanceId === local.instanceId ? local.standing : this.#ownState(instanceId)),
      nameOf: (instanceId) => deviceNameOf(crypto, local, stores, instanceId),
      own: () => ({ registration: this.own.registration, isConnected: this.own.state === 'connected' }),
    });
    this.#endings.push(events.on((event) => {
      if (event.type === 'mailbox.changed' || event.type === 'devices.changed') {
        this.revoking.touch();
        profile.devices.repositories.choose();
      }
      if (event.type === 'session.changed') this.#connectionChanged(event.contactId, event.connected);
      if (event.type === 'message.state' && event.state === 'delivered') this.relay.acknowledged();
    }));
  }

  start(): void {
    const { stores, engine, local } = this.#profile;
    this.own.start();
    this.revoking.touch();
    this.#attempt('card.not-kept', () => tellKeyByMail({ local, stores, commit: (work) => this.#profile.commit(work) }, () => this.#cards.tellAll(this.#people.all)));
    this.#attempt('relay.not-swept', () => this.relay.start());
    const owed = stores.ways.owed();
    if (owed.length > 0) {
      this.#attempt('control.not-repeated', () =>
        this.#profile.commit(() => {
          for (const { peerId, dialogId } of owed) {
            engine.repeatControls(peerId, [dialogId]);
            stores.ways.paid(peerId);
          }
        }),
      );
    }
    this.#look();
  }

  networkChanged(): void {
    this.own.retry();
    this.#posting.lookAgain();
  }

  /** Something may be waiting for this person. Never throws. */
  touch(peerId: PeerId): void {
    this.relay.touch(peerId);
    if (this.#people.has(peerId)) this.#posting.touch(peerId);
  }

  /** They miss something between what arrived. */
  missed(peerId: PeerId): void {
    if (this.#people.has(peerId) && this.#profile.connections.session(peerId) === undefined) this.#posting.missed(peerId);
  }

  /** Whether what is written to them now could be left for them. */
  reaches(peerId: PeerId): boolean {
    return this.#people.has(peerId) && this.#around.mailbox !== undefined;
  }

  readonly trouble = (peerId: PeerId): ReturnType<Posting['trouble']> => (this.reaches(peerId) ? this.#posting.trouble(peerId) : undefined);

  /** A card that counts. In the transaction that learns it. */
  learn({ chain, time, mailboxes }: Card): void {
    if (mailboxes !== undefined) this.toldPlaces(chain.identity.peerId, { instanceId: chain.instance.instanceId, time, places: mailboxes });
  }

  /** What a device of this person said of mailboxes, to this device or to another own one. In the caller's transaction. */
  toldPlaces(peerId: PeerId, { instanceId, time, places }: PlaceWord): void {
    const { stores } = this.#profile;
    const before = this.#people.has(peerId);
    const known = stores.ways.mailboxesOf(peerId).map(({ slot }) => slot);
    if (!stores.ways.putMailboxesOf(peerId, instanceId, time, places)) return;
    // A slot that was taken back took what lay in it along; so did a mailbox that was left.
    const now = new Set(stores.ways.mailboxesOf(peerId).map(({ slot }) => slot));
    if (before && (places.some(({ slot }) => !known.includes(slot)) || known.some((slot) => !now.has(slot)))) stores.ways.giveAgain(peerId);
    this.#people.changed(peerId);
    const contact = stores.contacts.byPeer(peerId);
    if (contact !== undefined && before !== (now.size > 0)) this.#around.events.emit({ type: 'contact.changed', contactId: contact.contactId });
    if (now.size > 0) this.#posting.renewed(peerId);
  }

  /** Their card was imported. Never throws. */
  asks(peerId: PeerId): void {
    if (this.#people.has(peerId)) this.#attempt('card.not-kept', () => this.#cards.ask(peerId));
  }

  /** Both agreed; `answers`: they had asked by card. Never throws. */
  agreed(peerId: PeerId, answers: boolean): void {
    this.#attempt('card.not-kept', () => {
      this.#profile.quarantine.release(peerId);
      this.#cards.agreed(peerId, answers);
      // What was sent before they agreed may have been thrown away there.
      if (this.#early.has(peerId)) this.#profile.commit(() => this.#profile.stores.ways.giveAgain(peerId));
      this.#early.delete(peerId);
      this.touch(peerId);
    });
  }

  /** In the caller's transaction. */
  blockChanged(peerId: PeerId, blocked: boolean): void {
    const { ways } = this.#profile.stores;
    if (blocked) {
      ways.removeRelayedFor(peerId);
      this.own.revoke(peerId);
      return;
    }
    // What was carried was thrown away, as were their acknowledgements: everything goes again, and nobody else asks for it.
    ways.giveAgain(peerId);
    if (ways.mailboxesOf(peerId).length > 0) this.#cards.tell(peerId); // perhaps heard of in the same transaction
    this.#around.events.after(() => this.touch(peerId));
  }

  /** Nothing is known of this person any more, nor where something can be left for them. In the caller's transaction. */
  forget(peerId: PeerId): void {
    this.#profile.stores.ways.forgetMailboxesOf(peerId);
    this.#people.changed(peerId);
  }

  /** These devices of a contact count no more. They know what this person may leave where, and where they are left something. In the caller's transaction. */
  devicesGone(peerId: PeerId, gone: readonly InstanceId[]): void {
    const { ways } = this.#profile.stores;
    this.own.renew(peerId);
    // What was left in a mailbox that only they named nobody may fetch any more.
    if (ways.mailboxWordsOf(peerId).some(({ instanceId, places }) => gone.includes(instanceId) && places.length > 0)) ways.giveAgain(peerId);
    // Not in this transaction, which may still be undone.
    this.#around.clock.setTimer(0, () => this.#tellSlot(peerId));
  }

  /** Whether a file for this person begins with the own card, and whether an answer is wanted then; undefined for those who have it. */
  cardInFile(peerId: PeerId): boolean | undefined {
    const { contacts, ways } = this.#profile.stores;
    return contacts.byPeer(peerId)?.relation === 'requested' ? true : ways.cardMailFor(peerId)?.asks;
  }

  /** A card out of a file. Throws what the disk says. */
  received(found: OpenedCard): 'request' | 'news' {
    return this.#cards.received(found);
  }

  /** A session begins with the card, or gives it anew: what ends once it was taken. Undefined: nothing waits for that. */
  waitsForCard(peerId: PeerId): (() => void) | undefined {
    const taken = this.#cards.waitsForCard(peerId);
    return taken && (() => {
      if (!this.#closed) this.#attempt('card.not-kept', taken);
    });
  }

  /** Whether messages to somebody who has not answered yet are sealed already. */
  isEarly(peerId: PeerId): boolean {
    return this.#early.has(peerId);
  }

  /** From now on messages to this person, who was asked and has not answered, are sealed. */
  sealEarly(peerId: PeerId): void {
    this.#early.add(peerId);
  }

  close(): void {
    this.#closed = true;
    this.#cancelLook?.();
    for (const end of this.#endings) end();
    this.revoking.close();
    this.own.close();
    this.relay.close();
    this.brought.close();
    this.#taking.close();
    this.#posting.close();
  }

  #look(): void {
    const { clock, random } = this.#around;
    for (const peerId of this.#people.all) this.#posting.touch(peerId, headStartMs + jitterMs(random, spreadMs));
    this.#cancelLook = clock.setTimer(lookMs, () => this.#look());
  }

  #connectionChanged(contactId: string, connected: boolean): void {
    const peerId = this.#profile.stores.contacts.byId(contactId)?.peerId;
    if (peerId !== undefined && !connected) this.touch(peerId);
  }

  #recipient(peerId: PeerId): Recipient | undefined {
    const { stores, book, connections } = this.#profile;
    const contact = stores.contacts.byPeer(peerId);
    if (contact === undefined || contact.blocked || contact.ended !== undefined) return undefined;
    if (connections.session(peerId) !== undefined || book.held(peerId) !== undefined || book.isOvertaken(peerId)) return undefined;
    const known = book.find(peerId);
    if (known !== undefined && contact.relation !== 'mutual') this.sealEarly(peerId);
    return known && { peerId, exchange: known.exchange };
  }

  /** What a device that is no more, or was suspended, said of mailboxes leads nowhere. */
  #counts(peerId: PeerId, instanceId: InstanceId): boolean {
    const { book } = this.#profile;
    const known = book.find(peerId)?.record;
    if (known === undefined || book.isSuspended(peerId, instanceId)) return false;
    return parseInstanceList(this.#around.crypto, known.instanceList).instances.some((each) => each.instanceId === instanceId && each.state === 'active');
  }

  /** Connected contacts hear by card, others by mail; so do those whose connection ends before they have said that they have the card. */
  #tellPlaces(): void {
    this.#profile.cards.changed();
    this.tellByMail();
  }

  /** Contacts who can be left something get the card as it is now, unless a connection proves before that they have it. Never throws. */
  tellByMail(): void {
    this.#attempt('card.not-kept', () => this.#cards.tellAll(this.#people.all));
  }

  #tellSlot(peerId: PeerId): void {
    if (this.#closed) return;
    const contact = this.#profile.stores.contacts.byPeer(peerId);
    if (this.own.registration === undefined || contact?.relation !== 'mutual' || contact.blocked) return;
    if (this.#profile.connections.session(peerId) !== undefined) this.#profile.cards.changed();
    if (this.#people.has(peerId)) this.#attempt('card.not-kept', () => this.#cards.tell(peerId));
  }

  #ownState(instanceId: InstanceId): 'active' | 'suspended' | 'retired' {
    const { local, book } = this.#profile;
    const state = local.list.instances.find((each) => each.instanceId === instanceId)?.state ?? 'retired';
    return state === 'active' && book.isSuspended(local.peerId, instanceId) ? 'suspended' : state;
  }

  #attempt(event: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#around.logger.error(event, { reason: error instanceof Error ? error.name : 'unknown' });
    }
  }
}

import { KeyshiftError } from '../../../shared/errors';
import type { MailboxStatus } from '../../../shared/model/mailbox';
import type { MailboxPlace } from '../../engine/certificates/mailbox-place';
import type { InstanceId, PeerId } from '../../engine/ids';
import type { Clock, Logger } from '../../engine/ports';
import type { EventHub } from '../event-hub';
import type { Mail, Mailbox, MailboxLink, MailboxRegistration, MailboxState } from '../ports/mailbox';
import type { SessionRepository } from '../ports/session-repository';
import type { OwnMailboxRow, OwnSlot, WaysStore } from '../ports/ways';
import { isOfDisk } from '../lasting-clock';
import { refusePrivateKey } from '../refuse-private-key';
import type { OwnKeyRecord } from './own-key-record';

/** A slot that ends sooner than this is replaced by one that lasts longer: contacts may hear of it late. */
const soonMs = 30 * 24 * 60 * 60 * 1000;
/** So many slots of one contact were replaced in so long, at most, for what their devices did. */
const mostFormer = 3;
const formerMs = 32 * 24 * 60 * 60 * 1000;
/** When what a disk that fails kept from being opened is tried again. */
const againMs = 5_000;

export interface OwnMailboxParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: EventHub;
  readonly store: WaysStore;
  readonly ownInstance: InstanceId;
  /** Where this device's key is known, for the own other devices. */
  readonly record: OwnKeyRecord;
  readonly mailbox: Mailbox | undefined;
  readonly commit: <T>(work: () => T) => T;
  readonly onMail: (mail: Mail) => void;
  /** What came and was not acknowledged comes again, at the next connection. */
  readonly onLost: () => void;
  /** A device that does not count any more takes nothing. */
  readonly mayTake: () => boolean;
  /** Contacts are to hear of another mailbox. */
  readonly onPlaces: () => void;
  /** What the own devices keep there for each other; at every connection, and undefined once this device takes the mailbox no more. */
  readonly onRepository?: (repository: SessionRepository | undefined) => void;
}

/** The mailbox of this person, as this device takes it, and which contact has which slot of it (protocol.md §11). */
export class OwnMailbox {
  readonly #parts: OwnMailboxParts;
  #registration: MailboxRegistration | undefined;
  #link: MailboxLink | undefined;
  /** Counts what was begun, so that what ends late changes nothing. */
  #round = 0;
  #taken = 0;
  #closed = false;

  constructor(parts: OwnMailboxParts) {
    this.#parts = parts;
  }

  /** Never throws. */
  start(): void {
    if (this.#row()?.registration !== undefined) void this.#open();
  }

  get url(): string | undefined {
    return this.#registration?.servers[0];
  }

  /** What this device takes mail with; undefined while it takes none, and before the text was read. */
  get registration(): MailboxRegistration | undefined {
    return this.#registration;
  }

  get state(): MailboxStatus['state'] {
    if (this.#row()?.registration === undefined || !this.#parts.mayTake()) return 'off';
    return this.#link?.current.state ?? 'connecting';
  }

  async status(): Promise<Omit<MailboxStatus, 'toRevoke'>> {
    const { mailbox } = this.#parts;
    const seed = mailbox === undefined ? undefined : (this.#row() ?? this.#create(mailbox.createSeed())).seed;
    const deviceKey = mailbox === undefined || seed === undefined ? '' : await mailbox.deviceKey(seed);
    const registration = this.#registration;
    const failure = this.#link?.current.failure;
    return {
      state: this.state,
      deviceKey,
      taken: this.#taken,
      ...(registration !== undefined && {
        ...(this.url !== undefined && { url: this.url }),
        ...(registration.expiresAt > 0 && { expiresAt: registration.expiresAt }),
        slotsLeft: this.#free().length,
      }),
      ...(failure !== undefined && { failure }),
    };
  }

  /** Errors: key.private, mailbox.registration-garbled, mailbox.registration-expired, mailbox.other-device, mailbox.unreachable where there are none. */
  async register(text: string): Promise<void> {
    const { store, clock, commit, mailbox } = this.#parts;
    if (mailbox === undefined) throw new KeyshiftError('mailbox.unreachable', 'Mailboxes cannot be used here.');
    refusePrivateKey(text);
    const registration = await mailbox.read(text.trim());
    if (registration.expiresAt > 0 && registration.expiresAt <= clock.now()) {
      throw new KeyshiftError('mailbox.registration-expired', 'This registration ran out. Ask for a new one.');
    }
    const row = this.#row() ?? this.#create(mailbox.createSeed());
    const deviceKey = await mailbox.deviceKey(row.seed);
    // While this was found out the mailbox may have been left, and the key with it.
    if (registration.deviceKey !== deviceKey || Buffer.compare(this.#row()?.seed ?? new Uint8Array(0), row.seed) !== 0) {
      throw new KeyshiftError('mailbox.other-device', 'This registration was made for another device.');
    }
    if (row.registration === text.trim()) return this.#link === undefined ? this.#open() : undefined;
    commit(() => {
      const before = store.slots();
      if (before.some(({ place }) => place.address !== registration.address)) store.removeSlots();
      const given = new Map(store.slots().map((slot) => [slot.place.slot, slot]));
      const add = (place: MailboxPlace, isPublic: boolean): void => {
        const known = given.get(place.slot);
        store.putSlot({ place, isPublic, revoked: known?.revoked ?? false, ...(known?.peerId !== undefined && { peerId: known.peerId }), ...(known?.staleSince !== undefined && { staleSince: known.staleSince }) });
      };
      if (registration.publicSlot !== undefined) add(registration.publicSlot, true);
      for (const place of registration.slots) add(place, false);
      store.putOwnMailbox({ ...row, registration: text.trim() });
    });
    await this.#open();
    this.#parts.onPlaces();
  }

  async leave(): Promise<void> {
    const { store, commit, onPlaces, mailbox, record } = this.#parts;
    const row = this.#row();
    if (row?.registration === undefined) return;
    commit(() => {
      record.left(this.#refusedAt());
      store.removeSlots();
      // A key that was revoked is never taken again: whoever comes back does so with another one.
      store.putOwnMailbox({ instanceId: row.instanceId, seed: mailbox?.createSeed() ?? row.seed });
    });
    // Before the connection has closed, which may take long: what is taken meanwhile stays.
    this.#registration = undefined;
    await this.#shut();
    this.#changed();
    onPlaces();
  }

  /** Now, where the mailbox refuses this device's key though its registration has not run out. */
  #refusedAt(): number | undefined {
    const now = Math.max(0, Math.trunc(this.#parts.clock.now()));
    const expiresAt = this.#registration?.expiresAt ?? now;
    const { state, letIn } = this.#link?.current ?? {};
    return state === 'refused' && letIn !== true && (expiresAt === 0 || expiresAt > now) ? now : undefined;
  }

  retry(): void {
    this.#link?.retry();
  }

  /**
   * What a card says of the mailbox: a slot of this contact's own, the same every time, or the public one where none is left. Undefined
   * where there never was a mailbox. In the caller's transaction.
   */
  placesFor(reader: PeerId | 'anybody'): readonly MailboxPlace[] | undefined {
    const row = this.#row();
    if (row === undefined) return undefined;
    if (row.registration === undefined) return [];
    const slot = (reader === 'anybody' ? undefined : this.#slotFor(reader)) ?? this.#publicSlot();
    return slot === undefined ? undefined : [slot.place];
  }

  /** Blocked: what is left in their slot is taken for nothing from now on, and they get another one if they are unblocked. In the caller's transaction. */
  revoke(peerId: PeerId): void {
    const { store } = this.#parts;
    for (const slot of store.slots()) if (slot.peerId === peerId) store.putSlot({ ...slot, revoked: true });
  }

  /**
   * Somebody who is no device of this contact any more knows their slot: they get another one, at once or from the next registration. What lies in the
   * former is taken, and what comes to it until every device of theirs has heard. In the caller's transaction.
   */
  renew(peerId: PeerId): void {
    const { store, clock } = this.#parts;
    const slot = store.slotOf(peerId);
    if (slot !== undefined && slot.staleSince === undefined) store.putSlot({ ...slot, staleSince: Math.max(0, Math.trunc(clock.now())) });
  }

  /** Something was taken out of it. */
  took(count: number): void {
    this.#taken += count;
    this.#changed();
  }

  close(): void {
    this.#closed = true;
    void this.#shut();
  }

  /** The one the operator gave last: an earlier one may be flooded, or be about to be taken away. */
  #publicSlot(): OwnSlot | undefined {
    const given = this.#registration?.publicSlot?.slot;
    const end = (slot: OwnSlot): number => (slot.place.slot === given ? Infinity : endOf(slot));
    const [latest] = this.#parts.store
      .slots()
      .filter(({ isPublic, revoked }) => isPublic && !revoked)
      .sort((a, b) => (end(a) < end(b) ? 1 : end(a) > end(b) ? -1 : 0));
    return latest;
  }

  #slotFor(peerId: PeerId): OwnSlot | undefined {
    const { store, clock } = this.#parts;
    const now = Math.max(0, Math.trunc(clock.now()));
    const known = store.slotOf(peerId);
    const [free] = this.#free();
    // The operator renews a registration with other slots: the ones of before end with it.
    const endsSoon = known !== undefined && free !== undefined && endOf(known) < now + soonMs && endOf(free) > endOf(known);
    if (known !== undefined && known.staleSince === undefined && !endsSoon) return known;
    // One that somebody else knows is better than the one that everybody knows. Whoever changes devices all the time must not take the slots of everybody.
    const former = store.slots().filter((slot) => slot.peerId === peerId && (slot.staleSince ?? 0) > now - formerMs).length;
    if (free === undefined || (known !== undefined && !endsSoon && former > mostFormer)) return known;
    if (known !== undefined && known.staleSince === undefined) store.putSlot({ ...known, staleSince: now });
    const mine = { ...free, peerId };
    store.putSlot(mine);
    return mine;
  }

  /** To be given to contacts, the one that lasts longest first. */
  #free(): readonly OwnSlot[] {
    const { store, clock } = this.#parts;
    const free = store.slots().filter((slot) => !slot.isPublic && slot.peerId === undefined && !slot.revoked && endOf(slot) > clock.now());
    return free.sort((a, b) => (endOf(a) < endOf(b) ? 1 : endOf(a) > endOf(b) ? -1 : 0));
  }

  /** Of a profile that was copied, or became another device, the former one's key is not this device's. */
  #row(): OwnMailboxRow | undefined {
    const { store, ownInstance } = this.#parts;
    const row = store.ownMailbox();
    return row?.instanceId === ownInstance ? row : undefined;
  }

  #create(seed: Uint8Array): OwnMailboxRow {
    const { store, commit, ownInstance } = this.#parts;
    const row = { instanceId: ownInstance, seed };
    commit(() => {
      store.removeSlots();
      store.putOwnMailbox(row);
    });
    return row;
  }

  async #open(): Promise<void> {
    const shut = this.#shut();
    const round = this.#round;
    await shut;
    const { mailbox, logger, onMail, onLost, record, commit, mayTake } = this.#parts;
    // Closing may take long: whoever began later opens it.
    if (this.#closed || round !== this.#round) return;
    try {
      const row = this.#row();
      if (!mayTake() || mailbox === undefined || row?.registration === undefined) return;
      const registration = await mailbox.read(withoutOthers(row.registration));
      if (this.#closed || round !== this.#round) return;
      this.#registration = registration;
      commit(() => record.registered(registration, row.seed));
      const onState = ({ state }: Pick<MailboxState, 'state'>): void => {
        if (state !== 'connected') onLost();
        this.#heard(state);
      };
      const link = mailbox.open(registration, row.seed, { onMail, onState });
      this.#link = link;
      this.#heard(link.current.state);
    } catch (error) {
      logger.error('mailbox.not-opened', { reason: error instanceof Error ? error.name : 'unknown' });
      // What is kept can be read again later; a text that says nothing never will.
      if (isOfDisk(error)) this.#parts.clock.setTimer(againMs, () => void (round === this.#round && !this.#closed && this.#open()));
    }
    this.#changed();
  }

  async #shut(): Promise<void> {
    this.#round += 1;
    const link = this.#link;
    this.#link = undefined;
    if (link !== undefined && !this.#closed) this.#parts.onRepository?.(undefined);
    try {
      await link?.close();
    } catch (error) {
      this.#parts.logger.warn('mailbox.not-closed', { reason: error instanceof Error ? error.name : 'unknown' });
    }
  }

  #heard(state: MailboxLink['current']['state']): void {
    if (state === 'connected' && this.#link !== undefined && !this.#closed) this.#offer(this.#link);
    this.#changed();
  }

  #offer(link: MailboxLink): void {
    try {
      this.#parts.onRepository?.(link.repository);
    } catch (error) {
      if (!isOfDisk(error)) throw error;
      this.#parts.logger.error('mailbox.not-offered', { reason: error.code });
      this.#parts.clock.setTimer(againMs, () => void (this.#link === link && !this.#closed && this.#offer(link)));
    }
  }

  #changed(): void {
    if (!this.#closed) this.#parts.events.emit({ type: 'mailbox.changed' });
  }
}

/** Texts were once taken with letters among them that do not belong there, and were kept as they came. What counts of one was checked then. */
function withoutOthers(registration: string): string {
  return registration.replace(/[^\w\s:-]/g, '');
}

/** Unix milliseconds. */
function endOf({ place }: OwnSlot): number {
  return place.expiresAt === 0 ? Number.MAX_VALUE : place.expiresAt;
}

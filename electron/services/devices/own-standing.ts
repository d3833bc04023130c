import { KeyshiftError } from '../../../shared/errors';
import type { Card } from '../../engine/certificates/card';
import { parseInstanceList } from '../../engine/certificates/instance-list';
import { issueSuspension, parseSuspension, type Suspension } from '../../engine/certificates/suspension';
import { isListedAs, type LocalParty, openLocalParty } from '../../engine/certificates/local-party';
import type { OwnListNews } from '../../engine/certificates/retirement';
import type { Chain } from '../../engine/certificates/chain';
import type { Crypto } from '../../engine/crypto/crypto';
import type { InstanceId, PeerId } from '../../engine/ids';
import type { Clock, Logger } from '../../engine/ports';
import type { Session } from '../../engine/session/session';
import type { EventHub } from '../event-hub';
import { keyTaken } from '../key-taken';
import type { OpenProfile } from '../open-profile';
import { upkeepNotes } from '../ports/upkeep';
import type { ProfileChanges } from '../retiring';
import { withOwnExchange, withStates } from './list-changes';
import type { Suspensions } from './suspensions';

/** Statements about devices that one device of a contact brings in one life of the profile and that are looked at. */
const maxNotices = 64;

export interface OwnStandingParts {
  readonly profile: Pick<OpenProfile, 'local' | 'stores' | 'book' | 'engine' | 'resumptions' | 'connections' | 'commit' | 'devices' | 'ways'>;
  readonly suspensions: Suspensions;
  readonly changes: Pick<ProfileChanges, 'adopt' | 'retire' | 'replace' | 'reopen'>;
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: EventHub;
}

/** Who counts as a device, of the own person and of contacts, and what follows when one does not any more (protocol.md §10.2). */
export class OwnStanding {
  readonly #parts: OwnStandingParts;
  /** By the device that brought them: one that is in other hands must not use up what the others may say. */
  readonly #heard = new Map<InstanceId, number>();

  constructor(parts: OwnStandingParts) {
    this.#parts = parts;
  }

  /** What the list and the other devices say of this one. */
  get state(): 'active' | 'suspended' | 'retired' {
    return this.#parts.profile.local.standing;
  }

  /** Errors: device.suspended, device.removed. */
  assertCounts(): void {
    const { state } = this;
    if (state === 'suspended') throw new KeyshiftError('device.suspended', 'This device was suspended by another device of yours. It can read, but not send.');
    if (state === 'retired') throw new KeyshiftError('device.removed', 'This device was removed from your devices. What it holds can be read, but nothing sent.');
  }

  /** Takes up what was decided before the profile was opened. Throws what the store throws. */
  start(): void {
    const { profile, events } = this.#parts;
    const { stores, engine, local } = profile;
    // Said of this very device after the last connection with the one that said so: nothing else tells of it.
    if (this.state !== 'active') events.emit({ type: 'devices.changed' });
    // Nor of what was noted while the profile was opened anew.
    if ('keyTaken' in keyTaken(local, stores)) events.emit({ type: 'identity.changed' });
    this.#lift();
    this.#listSuspended();
    const note = stores.upkeep.get(upkeepNotes.distrust);
    if (note === undefined) return;
    const isKnown = this.#isKnownToWhoIsGone(local, note);
    profile.commit(() => {
      for (const { peerId, relation, blocked } of stores.contacts.list()) if (relation === 'mutual' && !blocked) engine.distrust(peerId, 'devices');
      // Stays until there is another exchange key: a crash in between must not leave the one that is known.
      if (!isKnown) stores.upkeep.remove(upkeepNotes.distrust);
    });
    if (isKnown) this.#replaceExchange(note);
    if (this.#saidSo()) profile.ways.tellByMail();
  }

  /** Contacts that are never here hear it by mail; one own device is enough to write to them: that which stopped another, or signed the list. */
  #saidSo(): boolean {
    const { profile: { local }, suspensions, crypto } = this.#parts;
    if (local.standing !== 'active') return false;
    return local.isCertifier || suspensions.of(local.peerId).some(({ statement }) => parseSuspension(crypto, statement).by === local.instanceId);
  }

  /** Whether a device that does not count any more may know the exchange key in use, and this device can make another one. */
  #isKnownToWhoIsGone({ exchange, list, instanceId, standing, instance }: LocalParty, note: Uint8Array): boolean {
    const { hash, minListVersion } = exchange.current.credential;
    const mayIssue = standing === 'active' && isListedAs(instance.credential, list) && list.instances.some((entry) => entry.instanceId === instanceId && entry.roles.includes('exchange'));
    return mayIssue && (minListVersion < list.version || this.#parts.crypto.equal(hash, note));
  }

  /** The certifier's may be on its way; contacts must not go on sealing to the one of before until it is here. */
  #replaceExchange(note: Uint8Array): void {
    const { crypto, clock, changes } = this.#parts;
    changes.replace(async (record) => {
      const party = openLocalParty(crypto, record);
      try {
        return this.#isKnownToWhoIsGone(party, note) ? await withOwnExchange(crypto, record, party, clock.now()) : undefined;
      } finally {
        party.wipe();
      }
    });
  }

  /**
   * The list in force ends what was said under lower ones. What this device said after that list was signed cannot have been known to who signed
   * it: that is said again.
   */
  #lift(): void {
    const { profile, suspensions, changes } = this.#parts;
    const { local, stores } = profile;
    const below = suspensions.of(local.peerId).filter(({ listVersion }) => listVersion < local.list.version);
    if (below.length === 0) return;
    const again = below.flatMap(({ statement }) => this.#saidAgain(statement));
    profile.commit(() => {
      suspensions.lift(local.peerId, local.list.version);
      for (const said of again) suspensions.add(said);
      if (again.length > 0) stores.upkeep.put(upkeepNotes.distrust, local.exchange.current.credential.hash);
    });
    if (again.length > 0) changes.reopen();
  }

  #saidAgain(statement: Uint8Array): readonly Suspension[] {
    const { profile, crypto } = this.#parts;
    const { list, instance, instanceId, standing } = profile.local;
    const { suspended, by, time } = parseSuspension(crypto, statement);
    const isActive = list.instances.some((entry) => entry.instanceId === suspended && entry.state === 'active');
    if (by !== instanceId || standing !== 'active' || !isListedAs(instance.credential, list) || !isActive || list.issuedAt >= time) return [];
    return [issueSuspension(crypto, { suspended, list, credential: instance.credential, signing: instance.signing, time })];
  }

  /** The device with the identity key says in its list what another device said at once. Nobody else can take it back. */
  #listSuspended(): void {
    const { profile, suspensions, changes, crypto, clock } = this.#parts;
    const { local } = profile;
    const stopped = suspensions.of(local.peerId).map(({ instanceId }) => instanceId);
    if (!local.isCertifier || stopped.length === 0 || stopped.includes(local.instanceId)) return;
    changes.replace((record) => withStates(crypto, record, new Map(stopped.map((instanceId) => [instanceId, 'suspended'])), clock.now()));
  }

  /** A contact's list is another one; `gone` do not count on it any more. In the transaction that stores it. */
  contactListed(peerId: PeerId, gone: readonly InstanceId[]): void {
    const { profile } = this.#parts;
    const { engine } = profile;
    engine.devicesChanged(peerId);
    if (gone.length === 0) return;
    // They know every key of this conversation, and where this person's mail is left.
    engine.distrust(peerId, 'devices');
    profile.ways.devicesGone(peerId, gone);
  }

  /** A contact's device says that one of theirs was stopped: nothing of it is heard from now on. */
  noticed({ identity: { peerId }, instance }: Pick<Chain, 'identity' | 'instance'>, bytes: Uint8Array): void {
    const { profile, suspensions, crypto } = this.#parts;
    // Said again at the beginning of every session.
    if (suspensions.of(peerId).some(({ statement }) => crypto.equal(statement, bytes))) return;
    const count = (this.#heard.get(instance.instanceId) ?? 0) + 1;
    this.#heard.set(instance.instanceId, count);
    if (count > maxNotices) return;
    let stopped: InstanceId | undefined;
    profile.commit(() => {
      stopped = this.#stop(peerId, bytes);
    });
    if (stopped !== undefined) profile.connections.dropDevices(peerId, (instanceId) => instanceId === stopped);
  }

  /** A contact's card that counts, whoever carried it, says the same. In the transaction that learns it. */
  learn({ chain, suspensions: told = [] }: Pick<Card, 'chain' | 'suspensions'>): void {
    const { profile, clock } = this.#parts;
    const { peerId } = chain.identity;
    const gone = told.flatMap((bytes) => this.#stop(peerId, bytes) ?? []);
    if (gone.length === 0) return;
    // Ending a session writes, and this transaction may still be undone.
    clock.setTimer(0, () => profile.connections.dropDevices(peerId, (instanceId) => gone.includes(instanceId) && profile.book.isSuspended(peerId, instanceId)));
  }

  /** Which device nothing is heard of any more; undefined where the statement does not count, or is no news. In the caller's transaction. */
  #stop(peerId: PeerId, bytes: Uint8Array): InstanceId | undefined {
    const { profile, suspensions, crypto, logger } = this.#parts;
    const known = profile.book.find(peerId);
    const said = known && suspensions.judge(bytes, { identity: known.identity, list: parseInstanceList(crypto, known.record.instanceList) });
    if (!said) return undefined;
    suspensions.add(said);
    profile.book.dropCache(); // which exchange key is theirs may be another one now
    profile.engine.forgetDevices(peerId, [said.suspended]);
    // Of somebody who is only just becoming a contact no key is used yet.
    if (profile.stores.contacts.byPeer(peerId)?.relation === 'mutual') profile.engine.distrust(peerId, 'devices');
    profile.resumptions.forgetPeer(peerId);
    profile.ways.devicesGone(peerId, [said.suspended]);
    logger.info('contact.device-suspended');
    return said.suspended;
  }

  /** What a contact must know of the own devices that the list in the own chain does not say yet. */
  greet(session: Session): void {
    const { profile, suspensions } = this.#parts;
    const said = suspensions.of(profile.local.peerId);
    if (said.length > 0) session.send(said.map(({ statement }) => ({ kind: 'notice', bytes: statement })));
  }

  /** A contact knows a list of the own devices without this one as it is here. */
  delisted(toldBy: PeerId, { list, isBehind }: OwnListNews): void {
    const { profile, changes, logger } = this.#parts;
    // Whoever holds the identity key was copied, or came from a backup: it becomes a new device. Nobody else could.
    if (holdsKey(profile.local)) return changes.retire({ reason: 'device-list', toldBy, list });
    if (isBehind) {
      // The other devices have what is missing.
      profile.devices.siblings.lookAgain();
      return;
    }
    logger.warn('device.delisted');
    changes.adopt(list);
  }
}

function holdsKey(local: Pick<OpenProfile['local'], 'certifierKey'>): boolean {
  try {
    local.certifierKey();
    return true;
  } catch {
    return false;
  }
}

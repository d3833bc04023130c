import type { DeviceRequest } from '../../../shared/model/device';
import type { NewDevice } from '../../engine/certificates/admission';
import { consentTo } from '../../engine/certificates/credential';
import type { Replacement } from '../../engine/certificates/retirement';
import type { JoinerKeys } from '../../engine/session/link-record';
import { mergeOwn } from '../../engine/certificates/merge-update';
import type { LocalParty } from '../../engine/certificates/local-party';
import { encodeOwnState, lacks, type OwnUpdate, parseExchanges, parseOwnState, parseOwnUpdate } from '../../engine/certificates/own-update';
import type { Crypto } from '../../engine/crypto/crypto';
import type { InstanceId } from '../../engine/ids';
import type { Clock, LocalRecord, Logger } from '../../engine/ports';
import type { Session } from '../../engine/session/session';
import { Reader } from '../../engine/wire/reader';
import { Writer } from '../../engine/wire/writer';
import { noteTaken } from '../key-taken';
import { holdsKey } from '../own-keys';
import type { Stores } from '../ports';
import { upkeepNotes } from '../ports/upkeep';
import type { ProfileChanges } from '../retiring';
import type { AskedDevices } from './asked-devices';
import { CertifierMove } from './certifier-move';
import { Issuing, type Issued } from './issuing';
import { encodePlaces, parsePlaces } from './places';
import { exchangesOf, ownState, publicUpdate } from './own-state';
import type { SiblingLine, Siblings } from './siblings';
import type { Suspensions } from './suspensions';
import { encodeTopic, parseTopic } from './topics';
import { UpkeepChannel } from './upkeep-channel';
import type { Word } from './upkeep-words';

/** How long a session that serves nothing but getting in step may take. */
const restrictedMs = 15_000;
const maxSuspensionsSaid = 32;

export interface UpkeepParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly local: LocalParty;
  readonly stores: Pick<Stores, 'local' | 'upkeep' | 'devices'>;
  readonly siblings: Pick<Siblings, 'line' | 'session' | 'lookAgain'>;
  readonly suspensions: Suspensions;
  readonly changes: Pick<ProfileChanges, 'replace' | 'reopen'>;
  readonly commit: <T>(work: () => T) => T;
  /** Other own devices ask for something, or do not any more. */
  readonly onAsked: (requests: readonly DeviceRequest[]) => void;
}

/**
 * Keeps the devices of one person in step about keys and lists (protocol.md §10.2): each tells what it knows, and whoever knows more says it. What comes
 * is proven by the identity, never by who brings it. Between devices that know the same of themselves this runs beside everything else; with one that
 * was away, or was stopped, a session serves this alone.
 */
export class Upkeep {
  readonly #parts: UpkeepParts;
  readonly #line: SiblingLine;
  readonly #channels = new Map<InstanceId, UpkeepChannel>();
  readonly #move: CertifierMove;
  readonly #issuing: Issuing;
  readonly #timers = new Set<() => void>();
  #successor: JoinerKeys | undefined;
  #closed = false;

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
    this.#line = parts.siblings.line('upkeep', {
      met: (instanceId, session) => this.#met(instanceId, session),
      heard: (instanceId, part) => {
        const channel = this.#channels.get(instanceId);
        if (channel) this.#take(channel, part);
      },
      left: (instanceId) => void this.#channels.delete(instanceId),
    });
    const channel = (instanceId: InstanceId): UpkeepChannel | undefined => this.#channels.get(instanceId);
    this.#move = new CertifierMove({ ...parts, channel });
    this.#issuing = new Issuing({ ...parts, channel });
  }

  /** The identity key goes to this device: what to store when it is erased here. Errors: device.not-connected. */
  offerKeys(to: InstanceId): ReturnType<CertifierMove['offer']> {
    return this.#move.offer(to);
  }

  /**
   * Has a device let in by whoever holds the identity key, which must be connected: its credential and the list that names it, for a grant. The
   * profile opens again soon after. Errors: those of `Issuing.issue`.
   */
  issue(device: NewDevice): Promise<Issued> {
    return this.#issuing.issue(device);
  }

  /** What the person here is asked by other own devices. */
  get asked(): AskedDevices {
    return this.#issuing.asked;
  }

  /** What was asked by `issue` is asked no more. */
  withdraw(): void {
    this.#issuing.withdraw();
  }

  /** What this device asks for itself is waited for no longer. */
  giveUp(): void {
    this.#issuing.giveUp();
  }

  /**
   * New keys for this device, which was rolled back, and what the device with the identity key signed for them, in place of those it has. Asked
   * again the keys are the same. Errors: as `issue`.
   */
  async replaceThis(): Promise<Replacement> {
    const { crypto, local } = this.#parts;
    this.#successor ??= { signing: crypto.generateSigning(), kem: crypto.generateKem('instance-kem') };
    const { signing, kem } = this.#successor;
    const consent = consentTo(crypto, local.peerId, signing, kem.publicKey);
    const issued = await this.issue({ signingKey: signing.publicKey, kemKey: kem.publicKey, consent, deviceName: local.instance.credential.deviceName, instead: local.instanceId });
    return { ...issued, signingSeed: signing.secret.bytes.slice(), kemSecret: kem.secret.bytes.slice() };
  }

  /** A session with an own device that is not in step, or does not count: it serves nothing else, and ends soon. */
  serve(session: Session): void {
    if (this.#closed) return session.close();
    const { clock, local } = this.#parts;
    const channel = this.#channelTo(session, true, (part) => void session.send([{ kind: 'sibling', bytes: encodeTopic('upkeep', part) }]));
    session.onItems((items) => {
      for (const item of items) {
        const said = item.kind === 'sibling' ? parseTopic(item.bytes) : undefined;
        if (said?.topic === 'upkeep') this.#take(channel, said.words);
      }
    });
    const cancel = clock.setTimer(restrictedMs, () => session.close());
    this.#timers.add(cancel);
    session.onClose(() => {
      cancel();
      this.#timers.delete(cancel);
    });
    this.#parts.logger.info('upkeep.behind', { ahead: session.peer.list.version < local.list.version });
    this.#begin(channel);
  }

  close(): void {
    this.#closed = true;
    for (const cancel of this.#timers) cancel();
    this.#move.close();
    this.#issuing.close();
    this.#channels.clear();
    this.#successor?.signing.secret.wipe();
    this.#successor?.kem.secret.wipe();
  }

  #met(instanceId: InstanceId, session: Session): void {
    const channel = this.#channelTo(session, false, (part) => void this.#line.send(instanceId, part));
    this.#channels.set(instanceId, channel);
    this.#begin(channel);
    this.#issuing.met(channel);
    channel.say('places', encodePlaces(this.#parts.stores.devices.list().filter((row) => row.instanceId !== instanceId)));
  }

  /** Where other devices are, by the newest card this or that one saw: where to try, never whom to trust. */
  #places(body: Uint8Array): void {
    const { stores, commit, siblings } = this.#parts;
    const news = parsePlaces(body).flatMap(({ instanceId, cardTime, addresses }) => {
      const row = stores.devices.find(instanceId);
      return row && addresses.length > 0 && (row.addresses.length === 0 || cardTime > row.cardTime) ? [{ ...row, cardTime, addresses }] : [];
    });
    if (news.length === 0) return;
    commit(() => {
      for (const row of news) stores.devices.put(row);
    });
    siblings.lookAgain();
  }

  #channelTo(session: Session, isRestricted: boolean, send: (part: Uint8Array) => void): UpkeepChannel {
    const { crypto, local } = this.#parts;
    return new UpkeepChannel({ crypto, local, credential: session.peer.instance, isRestricted, send, close: () => session.close() });
  }

  #begin(channel: UpkeepChannel): void {
    const { local, suspensions } = this.#parts;
    channel.say('state', encodeOwnState(ownState(local)));
    for (const { statement } of suspensions.of(local.peerId).slice(0, maxSuspensionsSaid)) channel.say('suspension', statement);
  }

  #take(channel: UpkeepChannel, part: Uint8Array): void {
    if (this.#closed) return;
    try {
      const said = channel.take(part);
      if (said?.word) this.#heard(channel, said.word, said.body);
    } catch (error) {
      this.#parts.logger.warn('upkeep.refused', { reason: error instanceof Error ? error.name : 'unknown' });
      channel.close();
    }
  }

  #heard(channel: UpkeepChannel, word: Word, body: Uint8Array): void {
    if (word === 'state') this.#compare(channel, body);
    else if (word === 'update') this.#update(channel, body);
    else if (word === 'suspension') this.suspended(body);
    else if (word === 'places' && !channel.isRestricted) this.#places(body);
    else if (word === 'release' || word === 'released') this.#move.heard(channel, word, body);
    // Whatever asks something of this device is for those that count.
    else if (!channel.isRestricted && (word === 'offer' || word === 'taken')) this.#move.heard(channel, word, body);
    else if (!channel.isRestricted && (word === 'issue' || word === 'issued' || word === 'withdrawn')) this.#issuing.heard(channel, word, body);
  }

  #compare(channel: UpkeepChannel, body: Uint8Array): void {
    const { crypto, local, stores } = this.#parts;
    const theirs = parseOwnState(body);
    if (lacks(crypto, theirs, ownState(local))) {
      const told = publicUpdate(crypto, stores.local, local, theirs.epoch);
      channel.say('update', new Writer(told.length + 8192).lp(told).lp(this.#exchangesFor(channel)).finish());
    }
    this.#move.met(channel);
  }

  /** Only for a device that counts by what is known here, and by one that does. */
  #exchangesFor(channel: UpkeepChannel): Uint8Array {
    const { crypto, local } = this.#parts;
    if (!this.#counts(local.instanceId) || !this.#counts(channel.instanceId)) return new Uint8Array(0);
    const packed = exchangesOf(local);
    try {
      return channel.seal('update', packed);
    } finally {
      crypto.wipe(packed);
    }
  }

  #counts(instanceId: InstanceId): boolean {
    const { local, suspensions } = this.#parts;
    return local.list.instances.some((entry) => entry.instanceId === instanceId && entry.state === 'active') && !suspensions.has(local.peerId, instanceId);
  }

  #update(channel: UpkeepChannel, body: Uint8Array): void {
    const reader = new Reader(body);
    const update = parseOwnUpdate(reader.lp(body.length));
    const sealed = reader.lp(body.length);
    reader.end();
    // Whoever was stopped brings no keys.
    const packed = sealed.length > 0 && this.#counts(channel.instanceId) ? channel.open('update', sealed) : undefined;
    try {
      this.#merge(update, packed ? parseExchanges(packed) : []);
    } finally {
      if (packed) this.#parts.crypto.wipe(packed);
    }
  }

  #merge(update: OwnUpdate, exchanges: LocalRecord['exchanges']): void {
    const { crypto, clock, logger, changes, local } = this.#parts;
    changes.replace(
      async (record) => {
        let next: LocalRecord | undefined;
        try {
          const merged = mergeOwn(crypto, record, update, exchanges, clock.now());
          next = merged.record;
          // A session brings the credential of whoever it is with: stored before anybody told of it, and not in what is open.
          if (next === undefined && merged.siblings > local.siblings.length) changes.reopen();
        } catch (error) {
          logger.warn('upkeep.refused', { reason: error instanceof Error ? error.message : 'unknown' });
        }
        // What went into the record is wiped with it.
        const kept = new Set(next?.exchanges.map(({ kemSecret }) => kemSecret));
        for (const { kemSecret } of exchanges) if (!kept.has(kemSecret)) crypto.wipe(kemSecret);
        return next;
      },
      (next) => noteTaken(this.#parts, { epoch: local.identity.epoch, held: holdsKey(local) }, next),
    );
  }

  /** Another device, or a contact that was told, says that one of the own devices was stopped. */
  suspended(statement: Uint8Array): void {
    const { local, suspensions, stores, commit, changes, logger } = this.#parts;
    const said = suspensions.judge(statement, local);
    if (!said) return;
    commit(() => {
      suspensions.add(said);
      // The stopped one may know this exchange key, also when it was made since.
      stores.upkeep.put(upkeepNotes.distrust, local.exchange.current.credential.hash);
    });
    logger.warn('device.suspended', { itself: said.suspended === local.instanceId });
    changes.reopen();
  }
}

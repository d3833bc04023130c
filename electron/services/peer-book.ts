import type { Card } from '../engine/certificates/card';
import type { VerifiedChain } from '../engine/certificates/chain';
import type { ExchangeCredential } from '../engine/certificates/credential';
import { parseExchangeCredential } from '../engine/certificates/credential';
import type { PeerLookup, Pin } from '../engine/certificates/pinned-chain';
import type { IdentityCertificate } from '../engine/certificates/identity-certificate';
import { recallIdentityCertificate } from '../engine/certificates/identity-certificate';
import { type InstanceList, parseInstanceList } from '../engine/certificates/instance-list';
import { prevails } from '../engine/certificates/retirement';
import type { Crypto } from '../engine/crypto/crypto';
import type { FormerPin } from '../engine/dialog/deposit';
import type { InstanceId, PeerId } from '../engine/ids';
import type { Clock, DevicePlaces, PeerRecord, PeerStore } from '../engine/ports';
import { toHex } from '../engine/wire/encoding';
import type { Suspensions } from './devices/suspensions';
import type { KeyTrust, Predecessor, Successor } from './key-trust';
import { joinedRecords } from './joined-records';
import type { KeyTroubleRow } from './ports/peer-keys';

/** How many exchange credentials of one person are kept: the current one and those still in their grace. */
const keptExchanges = 4;
/** How many instance credentials of one person are kept: a contact must not fill the disk with new ones. */
const keptInstances = 16;
/** Of how many devices of one person the addresses are kept. */
const keptPlaces = 16;
/** A card stored with a time this far ahead of our clock was made by a clock that was wrong, in milliseconds. */
const aheadMs = 60 * 60 * 1000;

/** A peer's record with its blobs parsed. */
export interface KnownPeer {
  readonly record: PeerRecord;
  readonly identity: IdentityCertificate;
  /** The one to wrap to: latest start, then lowest hash (protocol.md §2). */
  readonly exchange: ExchangeCredential;
}

/** What is pinned of other people, parsed once and kept while the vault is open. */
export class PeerBook implements PeerLookup {
  readonly #store: PeerStore;
  readonly #crypto: Crypto;
  readonly #clock: Clock;
  readonly #onDevices: (peerId: PeerId, gone: readonly InstanceId[]) => void;
  readonly #onTrust: (peerId: PeerId) => void;
  readonly #onCard: (card: Card) => void;
  /** Devices that another of their person stopped. */
  readonly suspensions: Suspensions | undefined;
  readonly #parsed = new Map<PeerId, KnownPeer>();
  /** What is believed of keys beside the pins; without it no key ever follows another. */
  readonly keys: KeyTrust | undefined;

  /**
   * `onDevices`: a person's instance list got a higher version, on which those in `gone` do not count any more. `onTrust`: another list, blocked, unblocked or forgotten:
   * what was agreed with this person's devices before does not hold any more. `onCard`: a card that counts. All inside the transaction.
   */
  constructor(store: PeerStore, crypto: Crypto, clock: Clock, onDevices: (peerId: PeerId, gone: readonly InstanceId[]) => void = () => undefined, onTrust: (peerId: PeerId) => void = () => undefined, keys?: KeyTrust, onCard: (card: Card) => void = () => undefined, suspensions?: Suspensions) {
    this.#store = store;
    this.keys = keys;
    this.#crypto = crypto;
    this.#clock = clock;
    this.#onDevices = onDevices;
    this.#onTrust = onTrust;
    this.#onCard = onCard;
    this.suspensions = suspensions;
  }

  find(peerId: PeerId): KnownPeer | undefined {
    const cached = this.#parsed.get(peerId);
    if (cached !== undefined) return cached;
    const record = this.#store.find(peerId);
    if (record === undefined) return undefined;
    const known = this.#parse(record);
    this.#parsed.set(peerId, known);
    return known;
  }

  pinned(peerId: PeerId): Pin | undefined {
    const record = this.find(peerId)?.record;
    if (record === undefined) return undefined;
    const successor = this.keys?.successor(peerId);
    // While one key vouches for two, neither it nor they are believed (A73): nothing is taken, and nobody learns why.
    const frozen = !record.blocked && this.keys?.trouble(peerId)?.kind === 'frozen';
    const until = this.keys?.lapse(peerId, record.pinnedSpkiHash)?.until ?? 0;
    return { spkiHash: record.pinnedSpkiHash, blocked: record.blocked || frozen, ...(frozen && { frozen }), listVersion: record.listVersion, ...(until > this.#clock.now() && { mayLapse: true }), ...(successor && { successor: successor.spkiHash, overtaken: this.isOvertaken(peerId) }) };
  }

  /** Another device of this person stopped this one; contacts' and own. */
  isSuspended(peerId: PeerId, instanceId: InstanceId): boolean {
    return this.suspensions?.has(peerId, instanceId) === true;
  }

  /** Whether the newest list known names this device as one of theirs. */
  isActive(peerId: PeerId, instanceId: InstanceId): boolean {
    const record = this.find(peerId)?.record;
    return record !== undefined && this.#activeOf(record).has(instanceId);
  }

  /** What is in force of devices of this person that were stopped, as it was said, in the order it came. */
  suspensionsOf(peerId: PeerId): readonly Uint8Array[] {
    return (this.suspensions?.of(peerId) ?? []).map(({ statement }) => statement);
  }

  /** The recovery key named a later key than the pinned one, and nobody has proven to hold it yet: until then nothing is sealed for anybody. */
  isOvertaken(peerId: PeerId): boolean {
    return this.keys?.successor(peerId)?.vouched === 'recovery';
  }

  /** Why nothing is sent to this person now, because of their key; undefined where something may be. */
  held(peerId: PeerId): KeyTroubleRow['kind'] | undefined {
    return this.keys?.trouble(peerId)?.kind;
  }

  /** A later key of this person that what is pinned vouches for: taken in handshakes, and pinned once it is proven. */
  successorOf(peerId: PeerId): Successor | undefined {
    return this.keys?.successor(peerId);
  }

  /** Keys before the pinned one, newest first, while messages under them are still taken: after a routine change, for what was under way (S5-34). */
  predecessors(peerId: PeerId): readonly Predecessor[] {
    return this.keys?.predecessors(peerId, this.#clock.now()) ?? [];
  }

  /** The same with which devices are theirs today, for judging a message that was sealed under such a key. */
  formerPins(peerId: PeerId): readonly FormerPin[] {
    const former = this.predecessors(peerId);
    const record = former.length > 0 ? this.find(peerId)?.record : undefined;
    if (record === undefined) return [];
    const active = this.#activeOf(record);
    return former.map(({ spkiHash, until }) => ({ spkiHash, until, isActive: (instanceId) => active.has(instanceId) && !this.isSuspended(peerId, instanceId) }));
  }

  /**
   * Pins a person by a verified card, or refreshes what is known under the same pin. Of one device the card with the
   * later time counts: an older one, replayed or come late, changes nothing. `fromItself`: the device brought it on a
   * session of its own, which nobody can replay; then it is believed again after its clock had been ahead.
   */
  learnCard(card: Card, fromItself = false): void {
    const known = this.find(card.chain.identity.peerId);
    if (known !== undefined && !isUnderPin(card.chain, known.record)) return; // only rekeying moves a pin
    // A device that was stopped says nothing, until the identity has it count again.
    if (known !== undefined && this.isSuspended(known.record.peerId, card.chain.instance.instanceId) && card.chain.list.version <= known.record.listVersion) return;
    const before = known?.record.places.find(({ instanceId }) => instanceId === card.chain.instance.instanceId);
    const clockWasAhead = fromItself && before !== undefined && before.time > this.#clock.now() + aheadMs;
    if (known !== undefined && before !== undefined && card.time <= before.time && !clockWasAhead) return;
    // A device that shows an older list may be one that is no more.
    const outdated = known !== undefined && card.chain.list.version < known.record.listVersion;
    const places = outdated ? known.record.places : withPlaces(card, known?.record.places ?? []);
    const same = known !== undefined && JSON.stringify(known.record.places) === JSON.stringify(places);
    if (!same || bringsNews(card.chain, known)) this.#learn(card.chain, places);
    if (!outdated) this.#onCard(card);
  }

  /** Takes newer credentials a live session has proven; the pin itself stays. */
  learnChain(chain: VerifiedChain): void {
    const known = this.find(chain.identity.peerId);
    if (known === undefined || !isUnderPin(chain, known.record) || !bringsNews(chain, known)) return;
    this.#learn(chain, known.record.places);
  }

  /** What another own device knows of somebody under the same pin, every signature verified: the newer list, and the devices of both. */
  join(told: PeerRecord): void {
    const before = this.#store.find(told.peerId);
    if (before === undefined || Buffer.compare(before.pinnedSpkiHash, told.pinnedSpkiHash) !== 0) return;
    const record = joinedRecords(before, told, this.#counts(parseInstanceList(this.#crypto, told.instanceList), before));
    if (JSON.stringify({ ...record, updatedAt: 0 }) === JSON.stringify({ ...before, updatedAt: 0 })) return;
    const list = parseInstanceList(this.#crypto, record.instanceList);
    this.#put({ ...record, instances: record.instances.slice(0, keptInstances), exchanges: newestFirst(this.#crypto, record.exchanges).slice(0, keptExchanges), places: ofActive(list, record.places).slice(0, keptPlaces) });
    if (record.listVersion > before.listVersion) {
      this.suspensions?.lift(told.peerId, record.listVersion);
      this.#onDevices(told.peerId, goneFrom(parseInstanceList(this.#crypto, before.instanceList), list));
    }
    if (record.instanceList !== before.instanceList) this.#onTrust(told.peerId);
  }

  /**
   * Another identity key takes the place of the pinned one: what was signed by that one is dropped, where the devices are stays. In the
   * caller's transaction, which sees to everything that follows (S5-33).
   */
  movePin(chain: VerifiedChain): void {
    const { peerId, spkiHash, epoch, der } = chain.identity;
    const before = this.#store.find(peerId);
    if (before === undefined) return;
    this.#put({
      ...before,
      pinnedSpkiHash: spkiHash,
      identityEpoch: epoch,
      identityCertificate: der,
      instanceList: chain.list.bytes,
      // Versions go on from key to key; after a recovery by somebody who had lost the list they begin anew.
      listVersion: chain.list.version,
      instances: [chain.instance.bytes],
      exchanges: [chain.exchange.bytes],
      places: ofActive(chain.list, before.places),
      updatedAt: this.#clock.now(),
    });
    this.suspensions?.lift(peerId, Infinity);
    this.#onDevices(peerId, goneFrom(parseInstanceList(this.#crypto, before.instanceList), chain.list));
    this.#onTrust(peerId);
  }

  setBlocked(peerId: PeerId, blocked: boolean): void {
    const record = this.#store.find(peerId);
    if (record === undefined || record.blocked === blocked) return;
    this.#put({ ...record, blocked, updatedAt: this.#clock.now() });
    this.#onTrust(peerId);
  }

  forget(peerId: PeerId): void {
    this.#store.remove(peerId);
    this.keys?.forget(peerId);
    this.#parsed.delete(peerId);
    this.#onTrust(peerId);
  }

  /** After a transaction that threw: what was cached may not be what is stored. */
  dropCache(): void {
    this.#parsed.clear();
    this.keys?.dropCache();
    this.suspensions?.dropCache();
  }

  #activeOf({ instanceList }: PeerRecord): ReadonlySet<InstanceId> {
    return new Set(parseInstanceList(this.#crypto, instanceList).instances.flatMap(({ state, instanceId }) => (state === 'active' ? [instanceId] : [])));
  }

  #learn(chain: VerifiedChain, places: readonly DevicePlaces[]): void {
    const peerId = chain.identity.peerId;
    const before = this.#store.find(peerId);
    const newerList = before === undefined || this.#counts(chain.list, before);
    const identity = this.#certificateOf(chain, before);
    const gone = before !== undefined && chain.list.version > before.listVersion ? goneFrom(parseInstanceList(this.#crypto, before.instanceList), chain.list) : [];
    // Whoever is gone knows the exchange keys there were, and may have made one that begins later.
    const others = gone.length > 0 ? [] : (before?.exchanges ?? []);
    this.#put({
      peerId,
      pinnedSpkiHash: before?.pinnedSpkiHash ?? chain.identity.spkiHash,
      identityEpoch: identity.epoch,
      identityCertificate: identity.der,
      instanceList: newerList ? chain.list.bytes : before.instanceList,
      listVersion: newerList ? chain.list.version : before.listVersion,
      instances: withFirst(chain.instance.bytes, before?.instances ?? []).slice(0, keptInstances),
      exchanges: withFirst(chain.exchange.bytes, others).slice(0, keptExchanges),
      places: newerList ? ofActive(chain.list, places) : places,
      blocked: before?.blocked ?? false,
      updatedAt: this.#clock.now(),
    });
    if (before !== undefined && chain.list.version > before.listVersion) {
      this.suspensions?.lift(peerId, chain.list.version);
      this.#onDevices(peerId, gone);
    }
    if (newerList) this.#onTrust(peerId);
  }

  /**
   * Another certificate of the same key may have other dates or another name. What the key is committed to stays as it was when the key was pinned:
   * whoever stole it can sign a certificate that says anything (A79).
   */
  #certificateOf({ identity }: VerifiedChain, before: PeerRecord | undefined): IdentityCertificate {
    if (before === undefined) return identity;
    const known = recallIdentityCertificate(this.#crypto, before.identityCertificate);
    const commitment = ({ epoch, recoveryKeyHash }: IdentityCertificate): string => `${epoch} ${recoveryKeyHash ? toHex(recoveryKeyHash) : ''}`;
    return commitment(identity) === commitment(known) ? identity : known;
  }

  /** Whether a list takes the place of the one known. Of one version there are two only when copies of one device made them. */
  #counts(list: InstanceList, before: PeerRecord): boolean {
    if (list.version !== before.listVersion) return list.version > before.listVersion;
    return toHex(list.bytes) !== toHex(before.instanceList) && prevails(list, parseInstanceList(this.#crypto, before.instanceList));
  }

  #put(record: PeerRecord): void {
    this.#store.put(record);
    this.#parsed.delete(record.peerId);
  }

  #parse(record: PeerRecord): KnownPeer {
    const exchanges = record.exchanges.map((bytes) => parseExchangeCredential(this.#crypto, bytes));
    const usable = exchanges.filter(({ issuer }) => issuer.kind === 'identity' || !this.isSuspended(record.peerId, issuer.instanceId));
    const [exchange] = [...(usable.length > 0 ? usable : exchanges)].sort(
      (a, b) => b.notBefore - a.notBefore || (toHex(a.hash) < toHex(b.hash) ? -1 : 1),
    );
    if (exchange === undefined) throw new Error('a pinned person has no exchange credential');
    // It was verified before it was stored.
    return { record, identity: recallIdentityCertificate(this.#crypto, record.identityCertificate), exchange };
  }
}

function newestFirst(crypto: Crypto, exchanges: readonly Uint8Array[]): Uint8Array[] {
  const parsed = exchanges.map((bytes) => parseExchangeCredential(crypto, bytes));
  return parsed.sort((a, b) => b.notBefore - a.notBefore || (toHex(a.hash) < toHex(b.hash) ? -1 : 1)).map(({ bytes }) => bytes);
}

function isUnderPin({ identity }: VerifiedChain, { pinnedSpkiHash }: PeerRecord): boolean {
  return Buffer.compare(identity.spkiHash, pinnedSpkiHash) === 0;
}

function bringsNews(chain: VerifiedChain, { record }: KnownPeer): boolean {
  const news = [chain.identity.der, chain.instance.bytes, chain.exchange.bytes, chain.list.bytes];
  const old = new Set([record.identityCertificate, ...record.instances, ...record.exchanges, record.instanceList].map(toHex));
  return news.some((bytes) => !old.has(toHex(bytes)));
}

function withFirst(bytes: Uint8Array, others: readonly Uint8Array[]): Uint8Array[] {
  const hex = toHex(bytes);
  return [bytes, ...others.filter((other) => toHex(other) !== hex)];
}

/** The card's device first among those known, newest card first. */
function withPlaces({ chain, time, addresses }: Card, others: readonly DevicePlaces[]): DevicePlaces[] {
  const { instanceId } = chain.instance;
  const kept = others.filter((other) => other.instanceId !== undefined && other.instanceId !== instanceId);
  return [{ instanceId, time, addresses }, ...kept].sort((a, b) => b.time - a.time).slice(0, keptPlaces);
}

/** Devices that counted on one list and do not on the next. */
function goneFrom(before: InstanceList, after: InstanceList): readonly InstanceId[] {
  const active = new Set(after.instances.filter(({ state }) => state === 'active').map(({ instanceId }) => instanceId));
  return before.instances.filter(({ state, instanceId }) => state === 'active' && !active.has(instanceId)).map(({ instanceId }) => instanceId);
}

/** Without devices that are no more. */
function ofActive(list: InstanceList, places: readonly DevicePlaces[]): readonly DevicePlaces[] {
  const gone = new Set(list.instances.filter(({ state }) => state !== 'active').map(({ instanceId }) => instanceId));
  return places.filter(({ instanceId }) => instanceId === undefined || !gone.has(instanceId));
}

import type { Card } from '../engine/certificates/card';
import { AuthorityPool } from '../engine/certificates/x509/authority-pool';
import { type AuthorityCertificate, parseAuthorityCertificate, signatureMemory } from '../engine/certificates/x509/authority-certificate';
import { type EndorsedKey, type Endorsement, isFor, parseEndorsement } from '../engine/certificates/x509/endorsement';
import { parseRevocationList, type RevocationList } from '../engine/certificates/x509/revocation-list';
import { BoundedCache } from '../engine/certificates/bounded-cache';
import type { EndorsementList } from '../engine/certificates/endorsement-list';
import type { Crypto } from '../engine/crypto/crypto';
import type { PeerId } from '../engine/ids';
import type { Clock } from '../engine/ports';
import { toHex } from '../engine/wire/encoding';
import { Deadlines } from './deadlines';
import type { EventHub } from './event-hub';
import type { PeerBook } from './peer-book';
import type { Stores } from './ports';
import type { AuthorityRow } from './ports/authorities';

/** An organisation this person trusts says that a contact's key is the contact's. */
export interface Voucher {
  /** Ids of the root and of what stands between. */
  readonly authorities: readonly string[];
  readonly rootId: string;
  /** The root's name. */
  readonly issuer: string;
  /** Under which name the organisation knows the contact; may be empty. */
  readonly name: string;
  /** Unix milliseconds, when its word ends. */
  readonly until: number;
}

export interface VouchingParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly events: EventHub;
  readonly stores: Pick<Stores, 'authorities' | 'endorsements' | 'contacts'>;
  readonly book: Pick<PeerBook, 'find'>;
}

/** An authority as it stands in the store, read. */
export interface KnownAuthority {
  readonly row: AuthorityRow;
  readonly certificate: AuthorityCertificate;
  readonly list: RevocationList | undefined;
}

interface Verdict {
  readonly pool: AuthorityPool;
  readonly fingerprint: string;
  /** Good from the first moment to before the second, Unix milliseconds. */
  readonly since: number;
  readonly before: number;
  readonly vouchers: readonly Voucher[];
  readonly takenBackBy: readonly string[];
}

/** What organisations say of a contact's key. */
export interface SaidOfKey {
  readonly vouchers: readonly Voucher[];
  /** Names of those that said it and took it back, by their revocation list; each once, without those that vouch by another certificate. */
  readonly takenBackBy: readonly string[];
}

const nothingSaid: SaidOfKey = { vouchers: [], takenBackBy: [] };

/**
 * Who vouches for whom, judged when it is asked. It says what others say of the key that is pinned, and never moves a pin. A verdict is
 * kept until the authorities or their lists, the person's endorsements or pin, or a date of what was looked at change; signatures are
 * remembered beyond that, because they do not depend on any of it.
 */
export class Vouching {
  readonly #parts: VouchingParts;
  readonly #memory = signatureMemory();
  readonly #lists = new BoundedCache<RevocationList>(64);
  readonly #verdicts = new WeakMap<EndorsementList, Verdict>();
  readonly #parsed = new WeakMap<EndorsementList, readonly Endorsement[]>();
  /** Of verdicts somebody asked for: dates pass by themselves. */
  readonly #deadlines: Deadlines<PeerId>;
  #known: { readonly rows: readonly AuthorityRow[]; readonly key: string; readonly all: readonly KnownAuthority[]; readonly pool: AuthorityPool } | undefined;

  constructor(parts: VouchingParts) {
    this.#parts = parts;
    this.#deadlines = new Deadlines(parts.clock, (peers) => this.#tell(peers));
  }

  close(): void {
    this.#deadlines.close();
  }

  /** Organisations that vouch for exactly the pinned key of this person, now. */
  of(peerId: PeerId): readonly Voucher[] {
    return this.saidOf(peerId).vouchers;
  }

  /** The same, and who took it back. */
  saidOf(peerId: PeerId): SaidOfKey {
    const { crypto, clock, stores, book } = this.#parts;
    const stored = stores.endorsements.find(peerId);
    const known = stored && book.find(peerId);
    if (stored === undefined || known === undefined || !crypto.equal(known.identity.spkiHash, known.record.pinnedSpkiHash)) return nothingSaid;
    const now = clock.now();
    const { pool } = this.#authorities();
    const fingerprint = toHex(known.identity.spkiHash);
    const before = this.#verdicts.get(stored);
    if (before?.pool === pool && before.fingerprint === fingerprint && before.since <= now && now < before.before) return before;
    const verdict = this.#judge(stored, { peerId, spki: known.identity.spki }, pool, now);
    this.#verdicts.set(stored, { pool, fingerprint, since: now, ...verdict });
    this.#deadlines.set(peerId, verdict.before);
    return verdict;
  }

  /** Whether an endorsement, leaf first, would count but for a revocation list that is here. */
  isTakenBack(certificates: readonly Uint8Array[]): boolean {
    const judgement = this.pool.judge(parseEndorsement(this.#parts.crypto, certificates), this.#parts.clock.now());
    return !judgement.vouched && judgement.takenBackBy.length > 0;
  }

  /** What a card of this person's own says of its key takes the place of what an earlier one said. Inside the transaction. */
  learn({ chain, endorsements = [] }: Card): void {
    const { stores } = this.#parts;
    const { peerId, spki } = chain.identity;
    if (sameBytes(endorsements, stores.endorsements.find(peerId) ?? [])) return; // every session brings a card
    const kept = endorsements.filter((certificates) => this.#isReadable(certificates, { peerId, spki }));
    const stored = stores.endorsements.find(peerId);
    if (sameBytes(kept, stored ?? [])) return;
    this.#telling([peerId], () => {
      if (kept.length === 0) stores.endorsements.remove(peerId);
      else stores.endorsements.put(peerId, kept);
    });
  }

  /** A change of the authorities or their lists; tells for whom it made a difference. Inside the transaction. */
  change(work: () => void): void {
    if (this.#telling(this.#parts.stores.endorsements.peers(), work) === 0) this.#parts.events.emit({ type: 'authorities.changed' });
  }

  /** All authorities, oldest first. */
  get known(): readonly KnownAuthority[] {
    return this.#authorities().all;
  }

  get pool(): AuthorityPool {
    return this.#authorities().pool;
  }

  /** The people whose word counts for something, with what vouches for them. */
  vouched(): ReadonlyMap<PeerId, readonly Voucher[]> {
    return this.#vouched(this.#parts.stores.endorsements.peers());
  }

  /** For how many the change made a difference. */
  #telling(peers: readonly PeerId[], change: () => void): number {
    const said = (): ReadonlyMap<PeerId, SaidOfKey> => new Map(peers.map((peerId) => [peerId, this.saidOf(peerId)]));
    const before = said();
    change();
    const after = said();
    const changed = peers.filter((peerId) => isOther(before.get(peerId), after.get(peerId)));
    this.#tell(changed);
    return changed.length;
  }

  /** How many are vouched for is part of what is known of authorities. */
  #tell(peers: readonly PeerId[]): void {
    const { stores, events } = this.#parts;
    for (const peerId of peers) {
      const contact = stores.contacts.byPeer(peerId);
      if (contact !== undefined) events.emit({ type: 'contact.changed', contactId: contact.contactId });
    }
    if (peers.length > 0) events.emit({ type: 'authorities.changed' });
  }

  #vouched(peers: readonly PeerId[]): ReadonlyMap<PeerId, readonly Voucher[]> {
    return new Map(peers.map((peerId) => [peerId, this.of(peerId)]));
  }

  #judge(stored: EndorsementList, key: EndorsedKey, pool: AuthorityPool, now: number): { before: number } & SaidOfKey {
    const vouchers: Voucher[] = [];
    const takenBack: AuthorityCertificate[] = [];
    let before = Infinity;
    for (const endorsement of this.#read(stored)) {
      if (!isFor(endorsement, key)) continue;
      const judgement = pool.judge(endorsement, now);
      before = Math.min(before, judgement.vouched ? judgement.until + 1 : judgement.from);
      if (!judgement.vouched) {
        takenBack.push(...judgement.takenBackBy);
        continue;
      }
      const { root, authorities, until } = judgement;
      if (vouchers.some(({ rootId }) => rootId === root.fingerprint)) continue;
      vouchers.push({ authorities: authorities.map(({ fingerprint }) => fingerprint), rootId: root.fingerprint, issuer: root.name, name: endorsement.leaf.name, until });
    }
    const takenBackBy = takenBack.filter(({ name }) => !vouchers.some(({ issuer }) => issuer === name)).map(({ name }) => name);
    return { before, vouchers, takenBackBy: [...new Set(takenBackBy)] };
  }

  /** Read once for as long as it is stored. */
  #read(stored: EndorsementList): readonly Endorsement[] {
    const known = this.#parsed.get(stored);
    if (known) return known;
    const parsed = stored.flatMap((certificates) => {
      try {
        return [parseEndorsement(this.#parts.crypto, certificates)];
      } catch {
        return []; // stored by a version that read more
      }
    });
    this.#parsed.set(stored, parsed);
    return parsed;
  }

  #isReadable(certificates: readonly Uint8Array[], key: EndorsedKey): boolean {
    try {
      return isFor(parseEndorsement(this.#parts.crypto, certificates), key);
    } catch {
      return false;
    }
  }

  #authorities() {
    const { crypto, stores } = this.#parts;
    const rows = stores.authorities.list();
    if (this.#known?.rows === rows) return this.#known;
    const key = rows.map(({ authorityId, revocations }) => `${authorityId} ${revocations ? toHex(crypto.sha256(revocations)) : ''}`).join('\n');
    // Read anew after a transaction that was undone, and the same as before: verdicts stay.
    if (this.#known?.key === key) return (this.#known = { ...this.#known, rows });
    const all = rows.map((row): KnownAuthority => ({ row, certificate: parseAuthorityCertificate(crypto, row.certificate), list: row.revocations && this.#list(row.revocations) }));
    const lists = all.flatMap(({ certificate, list }) => (list ? [{ of: certificate, list }] : []));
    const pool = new AuthorityPool(crypto, this.#memory, all.map(({ certificate }) => certificate), lists);
    return (this.#known = { rows, key, all, pool });
  }

  #list(der: Uint8Array): RevocationList {
    const key = toHex(this.#parts.crypto.sha256(der));
    const known = this.#lists.get(key);
    if (known) return known;
    const list = parseRevocationList(der);
    this.#lists.set(key, list);
    return list;
  }
}

function isOther(before: SaidOfKey | undefined, after: SaidOfKey | undefined): boolean {
  const told = (said: SaidOfKey | undefined): string => JSON.stringify([said?.vouchers, said?.takenBackBy]);
  return told(before) !== told(after);
}

function sameBytes(a: EndorsementList, b: EndorsementList): boolean {
  const flat = (list: EndorsementList): string => list.map((certificates) => certificates.map(toHex).join('.')).join(' ');
  return flat(a) === flat(b);
}

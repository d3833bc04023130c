import { createHash } from 'node:crypto';
import sodium from 'libsodium-wrappers';

/** What devices of one person say to each other (protocol.md §10.2 to §10.5, §11), laid out a second time, from the paper alone. `await ready` of the dialog's twin first. */
const number = (value: number, bytes: number): Buffer => Buffer.from(value.toString(16).padStart(bytes * 2, '0'), 'hex');
const lp = (bytes: Uint8Array): Buffer => Buffer.concat([number(bytes.length, 4), bytes]);
const text = (value: string): Buffer => lp(Buffer.from(value));
const many = <T>(width: number, all: readonly T[], one: (each: T) => Uint8Array): Buffer => Buffer.concat([number(all.length, width), ...all.map(one)]);

/** Item `sibling` (§8, 9). */
export const topic = (byte: number, words: Uint8Array): Buffer => Buffer.concat([Buffer.of(byte), words]);

export interface TwinFact {
  readonly number: number;
  readonly stamp: number;
  readonly kind: string;
  readonly key: string;
  readonly value: Uint8Array;
}

/** Who says facts: libsodium's key pair, and whose device it is. */
export interface TwinAuthor {
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
  readonly peerId: Uint8Array;
}

export function authorId({ publicKey }: TwinAuthor): Buffer {
  return createHash('sha256').update(Buffer.concat([text('keyshift/2 instance'), publicKey])).digest().subarray(0, 16);
}

function factSignature(author: TwinAuthor, fact: TwinFact): Buffer {
  const head = [text('keyshift/2 own-fact'), author.peerId, authorId(author), number(fact.number, 8), number(fact.stamp, 8), text(fact.kind), text(fact.key)];
  return Buffer.from(sodium.crypto_sign_detached(Buffer.concat([...head, createHash('sha256').update(fact.value).digest()]), author.privateKey));
}

export type TwinVector = readonly (readonly [author: Uint8Array, number: number])[];

const vector = (of: TwinVector): Buffer => many(2, of, ([author, heard]) => Buffer.concat([author, number(heard, 8)]));

export const replica = {
  have: (bits: number, of: TwinVector): Buffer => Buffer.concat([Buffer.of(1, bits), vector(of)]),
  facts: (author: TwinAuthor, after: number, upTo: number, facts: readonly TwinFact[]): Buffer =>
    Buffer.concat([Buffer.of(2), author.publicKey, number(after, 8), number(upTo, 8), many(2, facts, (fact) => Buffer.concat([number(fact.number, 8), number(fact.stamp, 8), text(fact.kind), text(fact.key), lp(fact.value), factSignature(author, fact)]))]),
  heard: (of: TwinVector): Buffer => Buffer.concat([Buffer.of(3), vector(of)]),
};

export const handover = {
  hello: (ids: readonly Uint8Array[]): Buffer => Buffer.concat([Buffer.of(1), many(1, ids, (id) => id)]),
  keys: (sealed: Uint8Array): Buffer => Buffer.concat([Buffer.of(2), lp(sealed)]),
  ask: (ask: number, m1: Uint8Array): Buffer => Buffer.concat([Buffer.of(3), number(ask, 4), lp(m1)]),
  lent: (ask: number, generation: number, body: Uint8Array): Buffer => Buffer.concat([Buffer.of(4), number(ask, 4), number(generation, 4), lp(body)]),
  take: (ask: number, keyId: Uint8Array, generation: number): Buffer => Buffer.concat([Buffer.of(5), number(ask, 4), keyId, number(generation, 4)]),
  taken: (ask: number): Buffer => Buffer.concat([Buffer.of(6), number(ask, 4)]),
  spare: (ask: number, keyId: Uint8Array, generation: number): Buffer => Buffer.concat([Buffer.of(7), number(ask, 4), keyId, number(generation, 4)]),
  refused: (ask: number): Buffer => Buffer.concat([Buffer.of(8), number(ask, 4)]),
};

export const relay = {
  carry: (kind: 1 | 2, id: Uint8Array, peerId: Uint8Array, deposit: Uint8Array): Buffer => Buffer.concat([Buffer.of(kind), id, peerId, lp(deposit)]),
  ids: (kind: 3 | 4 | 5, ids: readonly Uint8Array[]): Buffer => Buffer.concat([Buffer.of(kind), many(2, ids, (id) => id)]),
  which: (): Buffer => Buffer.of(6),
};

export interface TwinOwnKey {
  readonly epoch: number;
  readonly certificate: Uint8Array;
  readonly made: number;
  readonly retired: number;
  readonly link: Uint8Array;
  readonly recovery: Uint8Array;
}

export const upkeep = {
  state: (of: { readonly epoch: number; readonly spkiHash: Uint8Array; readonly certificateHash: Uint8Array; readonly listVersion: number; readonly listHash: Uint8Array; readonly complete: number; readonly exchanges: readonly Uint8Array[] }): Buffer =>
    Buffer.concat([number(of.epoch, 4), of.spkiHash, of.certificateHash, number(of.listVersion, 4), of.listHash, Buffer.of(of.complete), many(1, of.exchanges, (hash) => hash)]),
  public: (keys: readonly TwinOwnKey[], list: Uint8Array, credentials: readonly Uint8Array[], recoveryKey: Uint8Array): Buffer =>
    Buffer.concat([
      many(2, keys, (key) => Buffer.concat([number(key.epoch, 4), lp(key.certificate), number(key.made, 8), number(key.retired, 8), lp(key.link), lp(key.recovery)])),
      lp(list), many(1, credentials, lp), lp(recoveryKey),
    ]),
  exchanges: (keys: readonly (readonly [credential: Uint8Array, secret: Uint8Array])[]): Buffer => many(1, keys, ([credential, secret]) => Buffer.concat([lp(credential), lp(secret)])),
  issue: (requestId: Uint8Array, signingKey: Uint8Array, kemKey: Uint8Array, consent: Uint8Array, name: string, instead: boolean): Buffer =>
    Buffer.concat([requestId, signingKey, kemKey, consent, text(name), instead ? Buffer.of(1) : Buffer.alloc(0)]),
  issued: (requestId: Uint8Array, outcome: number, credential?: Uint8Array, list?: Uint8Array): Buffer =>
    Buffer.concat([requestId, Buffer.of(outcome), credential && list ? Buffer.concat([lp(credential), lp(list)]) : Buffer.alloc(0)]),
  places: (all: readonly { readonly instanceId: Uint8Array; readonly time: number; readonly addresses: readonly (readonly [host: string, port: number])[] }[]): Buffer =>
    many(1, all, ({ instanceId, time, addresses }) => Buffer.concat([instanceId, number(time, 8), many(1, addresses, ([host, port]) => Buffer.concat([text(host), number(port, 2)]))])),
  /** A word, as it is sent. */
  parts: (kind: number, body: Uint8Array): Buffer[] => {
    const whole = Buffer.concat([Buffer.of(kind), body]);
    const parts: Buffer[] = [];
    for (let at = 0; at < whole.length; at += 61_440) parts.push(Buffer.concat([Buffer.of(at + 61_440 < whole.length ? 1 : 0), whole.subarray(at, at + 61_440)]));
    return parts;
  },
};

/** Records of sessions that an archive keeps (§10.5): kind ‖ number of the asker ‖ fields. */
const recordWord = (kind: number, ask: number, ...more: Uint8Array[]): Buffer => Buffer.concat([Buffer.of(kind), number(ask, 4), ...more]);
export const repository = {
  read: (ask: number, name: Uint8Array): Buffer => recordWord(1, ask, name),
  write: (ask: number, name: Uint8Array, expected: number, record: Uint8Array): Buffer => recordWord(2, ask, name, number(expected, 8), lp(record)),
  found: (ask: number, revision: number, record: Uint8Array): Buffer => recordWord(3, ask, number(revision, 8), lp(record)),
  written: (ask: number, revision: number): Buffer => recordWord(4, ask, number(revision, 8)),
  refused: (ask: number): Buffer => recordWord(5, ask),
};

/** Where a device takes mail, as own devices tell each other (§10.3), and what its key signs for that (§11.1, *Taken out*). */
export const mailboxFacts = {
  statement: (peerId: Uint8Array, device: Uint8Array, address: Uint8Array, server: string): Buffer => Buffer.concat([Buffer.of(0xff), Buffer.from('mailbox-key'), peerId, device, address, text(server)]),
  mailbox: (bits: number, until: number, server: string, proof: Uint8Array, places: Uint8Array): Buffer => Buffer.concat([Buffer.of(bits), number(until, 8), text(server), proof, lp(places)]),
  revoked: (seen: number, at: number): Buffer => Buffer.concat([Buffer.of(seen), number(at, 8)]),
};

/** Words about files (§15): type ‖ transfer ‖ fields. */
const fileWord = (type: number, transfer: Uint8Array, ...more: Uint8Array[]): Buffer => Buffer.concat([Buffer.of(type), transfer, ...more]);
export const files = {
  want: (transfer: Uint8Array, from: number, upTo: number): Buffer => fileWord(1, transfer, number(from, 4), number(upTo, 4)),
  chunk: (transfer: Uint8Array, index: number, sealed: Uint8Array): Buffer => fileWord(2, transfer, number(index, 4), sealed),
  no: (transfer: Uint8Array, reason: number): Buffer => fileWord(3, transfer, Buffer.of(reason)),
  ready: (transfer: Uint8Array): Buffer => fileWord(4, transfer),
  over: (transfer: Uint8Array, reason: number): Buffer => fileWord(5, transfer, Buffer.of(reason)),
  noted: (transfer: Uint8Array): Buffer => fileWord(6, transfer),
};

/** One piece of a file, as it lies on disks and goes over the wire. */
export function sealedPiece(key: Uint8Array, transfer: Uint8Array, index: number, isLast: boolean, piece: Uint8Array): Buffer {
  const nonce = Buffer.concat([Buffer.alloc(15), Buffer.of(isLast ? 1 : 0), number(index, 8)]);
  return Buffer.from(sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(piece, Buffer.concat([text('keyshift/2 file-chunk'), transfer]), null, nonce, key));
}

import { beforeAll, describe, expect, it } from 'vitest';
import { createCrypto } from '../../../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../../../electron/engine/crypto/kernel-random';
import { sealSigned } from '../../../../electron/engine/crypto/sealed-envelope';
import type { Secret, SecretKind } from '../../../../electron/engine/crypto/secret';
import type { SharedState } from '../../../../electron/engine/session/resumption-entry';
import { moves, readShownM1 } from '../../../../electron/engine/session/shown-m1';
import { encodeLine, parseLine } from '../../../../electron/engine/sharing/ledger';
import { openHint, sealHint } from '../../../../electron/engine/sharing/owner-hint';
import { coverLine, recordName, uncoverLine } from '../../../../electron/engine/sharing/repository-record';
import { openShared, sealShared } from '../../../../electron/engine/sharing/session-state';
import { currentKey, giveKeys, receiveKeys, sharingKey, type SharingKey } from '../../../../electron/engine/sharing/sharing-keys';
import { fromHex, toHex } from '../../../../electron/engine/wire/encoding';
import { instanceIdFromBytes, peerIdFromBytes, peerIdToBytes } from '../../../../electron/engine/wire/ids';
import { WireError } from '../../../../electron/engine/wire/wire-error';
import { concat } from '../../../../electron/engine/wire/writer';
import { ready } from '../../../reference/dialog-twin';
import { sharingVectors } from '../../../reference/sharing-vectors';
import { scriptedCrypto } from '../../../support/scripted-crypto';
import vectors from '../../../vectors/sharing.json';

let crypto: Crypto;
let person: SharingKey;
let pair: SharingKey;
let otherPair: SharingKey;
const { bad } = vectors;
const keyId = fromHex(vectors.state.keyId);
const positionOf = ({ counter, digest }: { counter: number; digest: string }) => ({ counter, digest: fromHex(digest) });
const stateOf = (): SharedState => ({
  keyId: keyId.slice(),
  secret: fromHex(vectors.state.secret),
  peerId: peerIdFromBytes(fromHex(vectors.state.peerId)),
  peerInstance: instanceIdFromBytes(fromHex(vectors.state.peerInstance)),
  peerInstanceHash: fromHex(vectors.state.peerInstanceHash),
  pinnedSpkiHash: fromHex(vectors.state.pin),
  madeAt: vectors.state.madeAt,
  expiresAt: vectors.state.expiresAt,
  sent: positionOf(vectors.state.sent),
  received: positionOf(vectors.state.received),
  peerChain: fromHex(vectors.state.peerChain),
});

beforeAll(async () => {
  await ready;
  crypto = await createCrypto({ random: kernelRandom });
  const keyOf = ({ secret, listVersion }: { secret: string; listVersion: number }): SharingKey => sharingKey(crypto, fromHex(secret), listVersion);
  const persons = vectors.persons.map(keyOf);
  person = currentKey(persons) ?? keyOf(vectors.pair);
  [pair, otherPair] = [keyOf(vectors.pair), keyOf(vectors.otherPair)];
  expect([...persons, pair, otherPair].map(({ id }) => toHex(id))).toEqual([...vectors.persons, vectors.pair, vectors.otherPair].map(({ id }) => id));
  expect(toHex(person.id)).toBe(vectors.inUse);
});

describe('the vectors of a session that goes on at another device', () => {
  it('S4-07: the slow twin computes exactly what is written down', () => {
    expect(sharingVectors()).toEqual(vectors);
  });

  it('S4-07 A69: the hint is that one, and no other tells anything', () => {
    const owner = instanceIdFromBytes(fromHex(vectors.owner));
    expect(toHex(sealHint(crypto, person, keyId, owner))).toBe(vectors.hint);
    expect(openHint(crypto, [pair, person], keyId, fromHex(vectors.hint))).toEqual({ owner, person });
    for (const { name, keyId: of, bytes } of bad.hints) expect(openHint(crypto, [person], fromHex(of), fromHex(bytes)), name).toBeUndefined();
  });

  it('S4-28 A68: the engine seals the state byte for byte from its random numbers, and opens only what is for it', async () => {
    const scripted = await scriptedCrypto(fromHex(vectors.state.contentKey), fromHex(vectors.state.nonce));
    expect(toHex(sealShared(scripted, stateOf(), [otherPair, pair]))).toBe(vectors.state.body);
    for (const key of [pair, otherPair]) expect(openShared(crypto, keyId, fromHex(vectors.state.body), [key])).toEqual(stateOf());
    expect(openShared(crypto, keyId, fromHex(vectors.state.body), [person])).toBeUndefined();
    for (const { name, bytes } of bad.bodies) expect(openShared(crypto, keyId, fromHex(bytes), [pair]), name).toBeUndefined();
  });

  it('S4-17: lines of the ledger are those, and none that nobody or two have', () => {
    for (const { bytes, phase, generation, owner, taker, leaseEnd, expiresAt } of vectors.lines) {
      const line = parseLine(fromHex(bytes));
      expect(line).toMatchObject({ phase, generation, owner, taker: taker === '' ? undefined : taker, until: leaseEnd, expiresAt });
      expect(toHex(encodeLine(line))).toBe(bytes);
    }
    for (const { name, bytes } of bad.lines) expect(() => parseLine(fromHex(bytes)), name).toThrow(WireError);
  });

  it('S4-29: so are the name and the record of a repository', async () => {
    const line = parseLine(fromHex(vectors.lines[1]?.bytes ?? ''));
    expect(recordName(crypto, person, keyId)).toBe(vectors.record.name);
    expect(toHex(coverLine(await scriptedCrypto(fromHex(vectors.record.nonce)), person, keyId, line))).toBe(vectors.record.bytes);
    expect(uncoverLine(crypto, person, keyId, fromHex(vectors.record.bytes))).toEqual(line);
    for (const { name, keyId: of, bytes } of bad.records) expect(uncoverLine(crypto, person, fromHex(of), fromHex(bytes)), name).toBeUndefined();
  });

  it('S4-28: shared keys are given in that word, and taken from no other', async () => {
    const { giverSeed, kemSecret, credentialHash, peerId, contentKey, encapsulationCoins, bytes } = vectors.keys;
    const scripted = await scriptedCrypto(fromHex(contentKey), fromHex(encapsulationCoins));
    const [giver, kem] = [scripted.signingFromSeed(fromHex(giverSeed)), scripted.kemFromSecret('instance-kem', fromHex(kemSecret))];
    const to = { peerId: peerIdFromBytes(fromHex(peerId)), kemKey: kem.publicKey, credentialHash: fromHex(credentialHash) };
    expect(toHex(giveKeys(scripted, giver.secret, to, { person: [person], pair }))).toBe(bytes);
    expect(receiveKeys(scripted, kem.secret, to, giver.publicKey, fromHex(bytes))).toEqual({ person: [person], pair });
    for (const each of bad.keys) expect(receiveKeys(scripted, kem.secret, to, giver.publicKey, fromHex(each.bytes)), each.name).toBeUndefined();
  });

  it('S4-34 S4-14 A67: the M1 that a contact shows moves the session to the device it is aimed at, and no other M1 does', () => {
    const judge = (bytes: string): string => {
      const shown = readShownM1(fromHex(bytes));
      if (!shown) return 'none';
      const secret = crypto.secret('resumption', fromHex(vectors.state.secret));
      return moves(crypto, { sent: positionOf(vectors.state.sent) }, secret, shown, fromHex(vectors.keys.credentialHash));
    };
    expect(judge(vectors.shown.m1)).toBe('yes');
    expect(toHex(readShownM1(fromHex(vectors.shown.m1))?.message.hint ?? new Uint8Array())).toBe(vectors.hint);
    for (const { name, bytes, outcome } of bad.shown) expect(judge(bytes), name).toBe(outcome);
    expect([vectors.shown.m1.slice(0, -2), `${vectors.shown.m1}00`].map(judge)).toEqual(['none', 'none']);
  });

  it('S4-28 A68: at most fifteen devices are meant, the last one too', () => {
    const pairs = Array.from({ length: 16 }, (_, index) => sharingKey(crypto, new Uint8Array(32).fill(index + 1), 1));
    const body = sealShared(crypto, stateOf(), pairs);
    expect(pairs.map((each) => openShared(crypto, keyId, body, [each]) !== undefined)).toEqual([...Array.from({ length: 15 }, () => true), false]);
  });

  it('S4-28: a state of another version, with something behind it or of another session is none', () => {
    const forged = (change: (state: Uint8Array) => Uint8Array, aad = keyId): Uint8Array =>
      sealShared({ ...crypto, seal: (purpose, key, nonce, _, plaintext) => crypto.seal(purpose, key, nonce, aad, purpose === 'session-state' ? change(plaintext) : plaintext) }, stateOf(), [pair]);
    const opened = (body: Uint8Array, of = keyId) => openShared(crypto, of, body, [pair]);
    expect(opened(forged((state) => state))).toEqual(stateOf());
    expect(opened(forged((state) => state.with(0, 2)))).toBeUndefined();
    expect(opened(forged((state) => concat(state, new Uint8Array(1))))).toBeUndefined();
    const other = new Uint8Array(32).fill(9);
    const body = forged((state) => state, other);
    const wiped: string[] = [];
    const watched: Crypto = { ...crypto, wipe: (bytes) => (wiped.push(toHex(bytes)), crypto.wipe(bytes)) };
    expect(openShared(watched, other, body, [pair])).toBeUndefined();
    // Nobody is handed its secret who could erase it.
    expect(wiped).toContain(vectors.state.secret);
  });

  it('S4-29: of a record too short for its nonce, or with no line in it, nothing is read', () => {
    for (const length of [0, 23, 24, 39]) expect(uncoverLine(crypto, person, keyId, new Uint8Array(length))).toBeUndefined();
    const line = parseLine(fromHex(vectors.lines[1]?.bytes ?? ''));
    const covered = (change: (bytes: Uint8Array) => Uint8Array): Uint8Array => coverLine({ ...crypto, seal: (purpose, key, nonce, aad, plaintext) => crypto.seal(purpose, key, nonce, aad, change(plaintext)) }, person, keyId, line);
    expect(uncoverLine(crypto, person, keyId, covered((bytes) => bytes))).toEqual(line);
    for (const change of [(bytes: Uint8Array) => bytes.with(0, 2), (bytes: Uint8Array) => bytes.subarray(1), () => new Uint8Array()]) expect(uncoverLine(crypto, person, keyId, covered(change))).toBeUndefined();
  });

  it('S4-28: a word brings eight keys of the person at most, and nothing behind them', () => {
    const [giver, kem] = [crypto.generateSigning(), crypto.generateKem('instance-kem')];
    const to = { peerId: peerIdFromBytes(fromHex(vectors.keys.peerId)), kemKey: kem.publicKey, credentialHash: fromHex(vectors.keys.credentialHash) };
    const persons = Array.from({ length: 9 }, (_, index) => sharingKey(crypto, new Uint8Array(32).fill(index + 1), index));
    const given = (keys: readonly SharingKey[]) => receiveKeys(crypto, kem.secret, to, giver.publicKey, giveKeys(crypto, giver.secret, to, { person: keys, pair }));
    expect(given(persons)).toEqual({ person: persons.slice(0, 8), pair });
    const sealed = (statement: Uint8Array) =>
      sealSigned(crypto, 'sharing-key', { signing: giver.secret, recipientKem: kem.publicKey, recipientContext: concat(peerIdToBytes(to.peerId), to.credentialHash), statement });
    const received = (statement: Uint8Array) => receiveKeys(crypto, kem.secret, to, giver.publicKey, sealed(statement));
    const one = new Uint8Array(40);
    expect(received(concat(Uint8Array.of(0), one))?.person).toEqual([]);
    expect(received(concat(Uint8Array.of(0), one, new Uint8Array(1)))).toBeUndefined();
    expect(received(concat(Uint8Array.of(9), ...Array.from({ length: 10 }, () => one)))).toBeUndefined();
  });

  it('S4-28: no key made on the way and nothing that was sealed or opened is left', () => {
    const secrets: Secret<SecretKind>[] = [];
    const clear: Uint8Array[] = [];
    const wiped: Buffer[] = [];
    const kept = <T extends Secret<SecretKind>>(secret: T): T => (secrets.push(secret), secret);
    const watched: Crypto = {
      ...crypto,
      secret: (kind, bytes) => kept(crypto.secret(kind, bytes)),
      randomSecret: (kind, length) => kept(crypto.randomSecret(kind, length)),
      seal: (purpose, key, nonce, aad, plaintext) => {
        if (purpose === 'session-state') clear.push(plaintext);
        return crypto.seal(purpose, key, nonce, aad, plaintext);
      },
      open: (purpose, key, nonce, aad, sealed) => {
        const opened = crypto.open(purpose, key, nonce, aad, sealed);
        if (opened && purpose !== 'handover-hint' && purpose !== 'repository-record') clear.push(purpose === 'sharing-key' ? opened.subarray(64) : opened);
        return opened;
      },
      wipe: (bytes) => {
        wiped.push(Buffer.from(bytes));
        crypto.wipe(bytes);
      },
    };
    const nothingLeft = (work: () => unknown): void => {
      secrets.length = 0;
      clear.length = 0;
      wiped.length = 0;
      expect(work()).toBeDefined();
      expect(secrets.length).toBeGreaterThan(0);
      expect([secrets.filter((secret) => !secret.wiped), clear.filter((bytes) => bytes.some((byte) => byte !== 0))]).toEqual([[], []]);
    };
    const body = sealShared(crypto, stateOf(), [pair]);
    nothingLeft(() => sealShared(watched, stateOf(), [pair]));
    nothingLeft(() => openShared(watched, keyId, body, [pair]));
    const hint = sealHint(crypto, person, keyId, instanceIdFromBytes(fromHex(vectors.owner)));
    nothingLeft(() => sealHint(watched, person, keyId, instanceIdFromBytes(fromHex(vectors.owner))));
    nothingLeft(() => openHint(watched, [pair, person], keyId, hint));
    const line = parseLine(fromHex(vectors.lines[1]?.bytes ?? ''));
    nothingLeft(() => coverLine(watched, person, keyId, line));
    const [giver, kem] = [crypto.generateSigning(), crypto.generateKem('instance-kem')];
    const to = { peerId: peerIdFromBytes(fromHex(vectors.keys.peerId)), kemKey: kem.publicKey, credentialHash: fromHex(vectors.keys.credentialHash) };
    nothingLeft(() => giveKeys(watched, giver.secret, to, { person: [person], pair }));
    expect(wiped.some((bytes) => bytes.includes(Buffer.from(pair.secret)))).toBe(true);
    const given = giveKeys(crypto, giver.secret, to, { person: [person], pair });
    nothingLeft(() => receiveKeys(watched, kem.secret, to, giver.publicKey, given));
  });
});

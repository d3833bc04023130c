import { beforeAll, describe, expect, it } from 'vitest';
import { encodeExchanges, encodeOwnState, encodeOwnUpdate, parseExchanges, parseOwnState, parseOwnUpdate } from '../../../../electron/engine/certificates/own-update';
import { createCrypto } from '../../../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../../../electron/engine/crypto/kernel-random';
import { openChunk, sealChunk } from '../../../../electron/engine/files/chunk';
import { encodeFileWord, parseFileWord } from '../../../../electron/engine/files/words';
import { encodeRepositoryWord, parseRepositoryWord } from '../../../../electron/engine/sharing/repository-words';
import { encodeWord as encodeHandover, parseWord as parseHandover } from '../../../../electron/engine/sharing/words';
import { fromHex, toHex } from '../../../../electron/engine/wire/encoding';
import { peerIdFromBytes } from '../../../../electron/engine/wire/ids';
import { WireError } from '../../../../electron/engine/wire/wire-error';
import { encodeIssueAnswer, encodeIssueRequest, parseIssueAnswer, parseIssueRequest } from '../../../../electron/services/devices/issue-words';
import { encodePlaces, parsePlaces } from '../../../../electron/services/devices/places';
import { encodeTopic, parseTopic } from '../../../../electron/services/devices/topics';
import { encodeWord, WordReader } from '../../../../electron/services/devices/upkeep-words';
import { isSigned, signFact } from '../../../../electron/services/replication/signed-facts';
import { encodeWords, parseWords } from '../../../../electron/services/replication/words';
import { encodeMailboxKey, encodeMailboxWord, encodeRevoked, keyStatement, parseMailboxKey, parseMailboxWord, parseRevoked } from '../../../../electron/services/ways/mailbox-keys';
import { encodeRelayWord, parseRelayWord } from '../../../../electron/services/ways/relay-words';
import { KeyshiftError } from '../../../../shared/errors';
import { ready } from '../../../reference/dialog-twin';
import * as second from '../../../reference/second-ways-reader.mjs';
import { wordsVectors } from '../../../reference/words-vectors';
import vectors from '../../../vectors/words.json';

let crypto: Crypto;
beforeAll(async () => {
  await ready;
  crypto = await createCrypto({ random: kernelRandom });
});

interface Good {
  readonly name: string;
  readonly bytes: string;
}

interface Bad extends Good {
  readonly outcome: string;
}

/** What becomes of bytes: `refused`, `passed over`, or the same bytes again. */
function judged<T>(bytes: string, parse: (bytes: Uint8Array) => T | undefined, encode: (read: T) => Uint8Array): string {
  try {
    const read = parse(fromHex(bytes));
    return read === undefined ? 'passed over' : toHex(encode(read));
  } catch (error) {
    if (error instanceof WireError || (error instanceof KeyshiftError && error.code === 'key.unacceptable')) return 'refused';
    throw error;
  }
}

function hold<T>(good: readonly Good[], bad: readonly Bad[], parse: (bytes: Uint8Array) => T | undefined, encode: (read: T) => Uint8Array): void {
  for (const { name, bytes } of good) expect(judged(bytes, parse, encode), name).toBe(bytes);
  for (const { name, bytes, outcome } of bad) expect(judged(bytes, parse, encode), name).toBe(outcome);
}

describe('the vectors of what devices of one person say', () => {
  it('S4-26: a second hand lays out exactly what is written down', () => {
    expect(wordsVectors()).toEqual(vectors);
  });

  it('S4-32: the common log', () => {
    hold(vectors.topics, vectors.badTopics, parseTopic, ({ topic, words }) => encodeTopic(topic, words));
    hold(vectors.replica.good, vectors.replica.bad, (bytes) => parseWords(crypto, bytes), encodeWords);
    const { seed, peerId, instanceId } = vectors.replica.author;
    const [signing, person] = [crypto.signingFromSeed(fromHex(seed)), peerIdFromBytes(fromHex(peerId))];
    const factsIn = (bytes: string) => {
      const words = parseWords(crypto, fromHex(bytes));
      return words?.type === 'facts' ? words.facts : [];
    };
    const signed = factsIn(vectors.replica.good.find(({ name }) => name === 'facts')?.bytes ?? '');
    expect(signed.map((fact) => signFact(crypto, person, signing, fact))).toEqual(signed);
    expect(signed.map(({ author }) => author)).toEqual([instanceId, instanceId]);
    for (const { name, bytes } of vectors.unsigned) expect(factsIn(bytes).every((fact) => isSigned(crypto, person, signing.publicKey, fact)), name).toBe(false);
  });

  it('S4-09: handing sessions over', () => hold(vectors.handover.good, vectors.handover.bad, parseHandover, encodeHandover));

  it('S4-16: records that an archive keeps', () => hold(vectors.repository.good, vectors.repository.bad, parseRepositoryWord, encodeRepositoryWord));

  it('S4-26: where a device takes mail, and that it is no more', () => {
    const { mailbox, revoked, key, statement } = vectors.mailboxFacts;
    hold(mailbox.good, mailbox.bad, parseMailboxWord, encodeMailboxWord);
    hold(revoked.good, revoked.bad, parseRevoked, encodeRevoked);
    const place = parseMailboxKey(key);
    expect(encodeMailboxKey(place)).toBe(key);
    const { server } = parseMailboxWord(fromHex(mailbox.good[0]?.bytes ?? ''));
    expect(toHex(keyStatement(peerIdFromBytes(fromHex(vectors.replica.author.peerId)), place, server))).toBe(statement);
  });

  it('words about files, and pieces of them; the second reader finds the same', () => {
    const { good, bad, key, transfer, pieces } = vectors.files;
    hold(good, bad, parseFileWord, encodeFileWord);
    for (const { name, bytes } of good) expect(second.readFileWord(Buffer.from(bytes, 'hex'))?.kind, name).toBe(parseFileWord(fromHex(bytes))?.kind);
    for (const { name, bytes, outcome } of bad) {
      if (outcome === 'refused') expect(() => second.readFileWord(Buffer.from(bytes, 'hex')), name).toThrow();
      else expect(second.readFileWord(Buffer.from(bytes, 'hex')), name).toBeUndefined();
    }
    const secret = crypto.secret('file', fromHex(key));
    for (const { size, index, length, sealed, sha256 } of pieces) {
      const place = { transferId: fromHex(transfer), size, index };
      const piece = Uint8Array.from({ length }, (_, at) => at & 255);
      const made = sealChunk(crypto, secret, place, piece);
      expect([toHex(crypto.sha256(made)), sealed === '' || sealed === toHex(made)]).toEqual([sha256, true]);
      expect(toHex(openChunk(crypto, secret, place, made) ?? new Uint8Array())).toBe(toHex(piece));
      const isLast = (index + 1) * 65_536 >= size;
      expect(second.openPiece(Buffer.from(key, 'hex'), Buffer.from(transfer, 'hex'), index, isLast, Buffer.from(made)).toString('hex')).toBe(toHex(piece));
      // In another file, or where a file goes on, or ends, it is no piece.
      expect(openChunk(crypto, secret, { ...place, transferId: fromHex(key).subarray(0, 16) }, made)).toBeUndefined();
      expect(() => second.openPiece(Buffer.from(key, 'hex'), Buffer.from(transfer, 'hex'), index, !isLast, Buffer.from(made))).toThrow();
      if (isLast && length === 65_536) expect(openChunk(crypto, secret, { ...place, index: index - 1 }, made)).toBeUndefined();
    }
    secret.wipe();
  });

  it('S4-09: carrying for each other', () => hold(vectors.relay.good, vectors.relay.bad, parseRelayWord, encodeRelayWord));

  it('S4-26: keeping in step', () => {
    const { state, public: update, exchanges, issue, issued, places } = vectors.upkeep;
    hold(state.good, state.bad, parseOwnState, encodeOwnState);
    hold(update.good, update.bad, parseOwnUpdate, encodeOwnUpdate);
    hold(exchanges.good, exchanges.bad, parseExchanges, encodeExchanges);
    hold(issue.good, issue.bad, parseIssueRequest, encodeIssueRequest);
    hold(issued.good, issued.bad, parseIssueAnswer, encodeIssueAnswer);
    hold(places.good, places.bad, parsePlaces, encodePlaces);
  });

  it('S4-26: words in parts, and a device that sends parts without end', () => {
    const body = Uint8Array.from({ length: 61_440 }, (_, at) => at & 255);
    const parts = encodeWord('update', body);
    expect(parts.map(({ length }) => length)).toEqual(vectors.upkeep.parts.lengths);
    expect(parts.map((part) => toHex(part.subarray(0, 4)))).toEqual(vectors.upkeep.parts.heads);
    const reader = new WordReader();
    const whole = parts.map((part) => reader.take(part)).at(-1);
    expect(whole?.word).toBe('update');
    expect(Buffer.compare(whole?.body ?? new Uint8Array(), body)).toBe(0);
    for (const { name, bytes, outcome } of vectors.upkeep.badParts) {
      const outcomeOf = judged(bytes, (part) => new WordReader().take(part)?.word, () => new Uint8Array());
      expect(outcomeOf, name).toBe(outcome);
    }
    const endless = new WordReader();
    const [part = new Uint8Array()] = parts;
    const feed = (): void => {
      for (let count = 0; count < 20; count += 1) endless.take(part);
    };
    expect(feed).toThrow(WireError);
  });
});

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import sodium from 'libsodium-wrappers';
import { beforeAll, describe, expect, it } from 'vitest';
import * as reader from '../../../reference/second-reader.mjs';
import * as sessions from '../../../reference/second-session-reader.mjs';
import * as ways from '../../../reference/second-ways-reader.mjs';
import depositVectors from '../../../vectors/deposit.json';
import vectors from '../../../vectors/dialog.json';
import foundation from '../../../vectors/foundation.json';
import sessionVectors from '../../../vectors/session.json';

// What a reader of docs/protocol.md needs is in the document or in the vectors: nothing of the engine is imported here.
const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
const { inputs, nextKek } = vectors;
const keys = { sender: bytes(inputs.sender), recipient: bytes(inputs.recipient), signer: bytes(vectors.signer), exchangeSecret: bytes(inputs.exchangeSecret) };

/** Buffers as hex, so that they compare with what is written down. */
function written(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, each instanceof Uint8Array ? Buffer.from(each).toString('hex') : each]));
}

const whole = vectors.messages.flatMap((each) => (each.bytes === undefined ? [] : [{ ...each, bytes: bytes(each.bytes) }]));
const [text] = whole;
if (!text) throw new Error('the vectors begin with a text');

const document = readFileSync(new URL('../../../../docs/protocol.md', import.meta.url), 'utf8');

describe('a reader that has only the document', () => {
  beforeAll(() => reader.ready);

  it.each(whole.map((each) => [each.name, each] as const))('S1-08 S1-21 S1-48 S2-16: opens %s alone and finds every value on the way', (_name, each) => {
    const { control, sequence, time, salt, nonce, aad, content } = each;
    const { kekId, creatingInstance, kekEpoch, notBefore, notAfter, kek, dskId, dskEpoch, firstSequence, kind, dsk, dialogId, senderInstance, initiatorCert, targetCert } = inputs;
    const { block, hdr1, dskHeader, hdr2, kekCheck, dskCheck } = vectors;
    const blockFields = { kekId, creatingInstance, kekEpoch, notBefore, notAfter, kek, kekCheck, block, hdr1, initiatorCert, targetCert };
    const dskFields = { dskId, dskEpoch, firstSequence, kind, dsk, dskCheck, dskHeader, hdr2 };
    expect(written(reader.openMessage(each.bytes, keys))).toMatchObject({
      ...blockFields,
      ...dskFields,
      dialogId,
      senderInstance,
      control,
      sequence,
      time,
      salt,
      nonce,
      aad,
      content,
      c: inputs.blind,
    });
  });

  it('S1-21: reads a title with its number, and that somebody is done with a dialog', () => {
    const contentOf = (name: string): Buffer => bytes(whole.find((each) => each.name === name)?.content ?? '');
    expect(ways.readTitle(contentOf('another title'))).toEqual({ title: 'Holiday', revision: 2 });
    expect(() => ways.readTitle(contentOf('text'))).toThrow();
    expect([ways.isClosed(contentOf('closed')), ways.isClosed(contentOf('gap'))]).toEqual([true, false]);
  });

  it('S1-21 S1-48: the long one, of which only the hash is written down, follows from what was opened', () => {
    const large = vectors.messages.find((each) => each.bytes === undefined);
    if (!large?.contentParts) throw new Error('there is a long one');
    const { before, repeat, times, after } = large.contentParts;
    const content = Buffer.concat([bytes(inputs.blind), bytes(before), Buffer.alloc(times, bytes(repeat)), bytes(after), Buffer.of(0x80)]);
    const headers = text.bytes.subarray(44, 44 + (vectors.block.length + vectors.dskHeader.length) / 2);
    const length = large.length - 44 - headers.length - 44;
    const padded = Buffer.concat([content, Buffer.alloc(length - content.length)]);
    const aad = Buffer.concat([reader.label('body'), bytes(large.aad)]);
    const sealed = Buffer.from(sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(padded, aad, null, bytes(large.nonce), bytes(inputs.dsk)));
    const preamble = Buffer.concat([reader.uint(2, 0x0200), sealed.subarray(-16), reader.uint(8, large.time), bytes(large.salt), reader.uint(2, 0)]);
    const dialogHeader = bytes(large.aad).subarray(-40);
    const made = Buffer.concat([preamble, headers, dialogHeader, reader.uint(4, length), sealed.subarray(0, -16)]);
    expect(createHash('sha256').update(made).digest('hex')).toBe(large.sha256);
    expect(reader.openMessage(made, keys)).toMatchObject({ sequence: large.sequence, control: false });
  });

  it.each([['mic', 2], ['time', 25], ['salt', 26], ['flags', 43], ['initiatorCert', 60], ['signature', 330], ['kekId', 420], ['wrappedKek', 900], ['dskId', 1620], ['firstSequence', 1650], ['dialogId', 1725], ['sequence', 1755], ['body', 1780]])(
    'S1-24 A05: a bit turned in %s, and nothing opens',
    (_section, at) => {
      const turned = Buffer.from(text.bytes);
      turned[at] = (turned[at] ?? 0) ^ 1;
      expect(() => reader.openMessage(turned, keys)).toThrow();
      expect(() => reader.openMessage(text.bytes, { ...keys, sender: keys.recipient, recipient: keys.sender })).toThrow();
    },
  );

  it('S1-08 S1-27: puts the short forms together again', () => {
    for (const short of vectors.shortForm.messages) {
      const canonical = reader.expand(bytes(short.bytes), bytes(vectors.block), bytes(vectors.dskHeader));
      expect(canonical.equals(whole.find(({ name }) => name === short.message)?.bytes ?? Buffer.alloc(0))).toBe(true);
      expect(bytes(short.bytes).length - vectors.shortForm.overhead).toBe(bytes(short.bytes).readUInt32BE(vectors.shortForm.overhead - 4));
    }
  });

  it('S1-18 S1-48 S2-14: opens what comes under the next key exchange key, wrapped again or taken over', () => {
    const next = { kek: nextKek.kek, kekId: nextKek.kekId, kekEpoch: nextKek.kekEpoch, notBefore: nextKek.notBefore, notAfter: nextKek.notAfter, block: nextKek.block };
    const from = reader.fields(bytes(nextKek.block));
    const block = reader.readBlock(from, keys);
    from.end();
    expect(written(block)).toMatchObject(next);
    const stream = { ...keys, dialogId: bytes(inputs.dialogId), senderInstance: bytes(inputs.senderInstance) };
    const { dskId, dskEpoch, firstSequence, kind, dsk } = inputs;
    expect(written(reader.readDskHeader(bytes(nextKek.dskHeader), block, stream))).toMatchObject({ dskId, dskEpoch, firstSequence, kind, dsk });
    for (const { name: _, wrapNonce: _nonce, bytes: message, ...each } of vectors.takeovers) {
      expect(written(reader.openMessage(bytes(message), keys))).toMatchObject({ ...next, ...each, content: text.content, c: inputs.blind });
    }
  });

  it('S1-08 S1-04: reads an acknowledgement and follows the running digest', () => {
    const acknowledgement = whole.find(({ name }) => name === 'acknowledgement');
    const read = reader.readAcknowledgement(bytes(acknowledgement?.content ?? ''));
    expect(read).toMatchObject({ cumulative: 9, waiting: [11, 13], kekFloor: 1, listVersion: 4 });
    expect(read.receiving.toString('hex')).toBe(inputs.senderInstance);
    const contents = vectors.transcriptContents.map(bytes);
    const digests = reader.digests([keys.sender, keys.recipient], bytes(inputs.dialogId), bytes(inputs.senderInstance), contents);
    expect(digests.map((each) => each.toString('hex'))).toEqual(vectors.transcript);
    const [title, , reply] = contents;
    const overGap = reader.digests([keys.sender, keys.recipient], bytes(inputs.dialogId), bytes(inputs.senderInstance), [title, undefined, undefined, reply]);
    expect(overGap.map((each) => each.toString('hex'))).toEqual(vectors.transcriptOverGap);
  });

  it('A24 A38: reads the word of a gap, what is sent again, and the first word of a session', () => {
    const gap = reader.fields(bytes(whole.find(({ name }) => name === 'gap')?.content ?? ''));
    expect([gap.number(1), gap.take(16).toString('hex'), gap.number(8), gap.number(8)]).toEqual([3, inputs.senderInstance, 12, 14]);
    gap.end();
    const again = reader.fields(bytes(whole.find(({ name }) => name === 'again')?.content ?? ''));
    expect([again.number(1), again.number(1), again.take(16).length, again.number(8)]).toEqual([1, 10, 16, 41]);
    expect(again.number(8)).toBeLessThan(text.time);
    expect(again.take(text.content?.length ? text.content.length / 2 : 0).toString('hex')).toBe(text.content);
    again.end();
    const { standing } = vectors;
    const { streams, ...told } = sessions.readStanding(bytes(standing.bytes));
    expect(written(told)).toEqual({ startToken: standing.startToken, heardToken: standing.heardToken, list: '', last: true });
    expect(streams.map(written)).toEqual(standing.streams);
    const time = reader.uint(8, standing.time);
    const signature = sodium.crypto_sign_detached(Buffer.concat([reader.label('start-token'), time]), sodium.crypto_sign_seed_keypair(bytes(inputs.signingSeed)).privateKey);
    expect(Buffer.concat([time, reader.hash(signature).subarray(0, 8)]).toString('hex')).toBe(standing.startToken);
  });

  it('S1-48 S3-18: opens the deposits, and knows the file of both', () => {
    const { sender, recipient, deposits, fileHash } = depositVectors;
    const to = { peerId: bytes(recipient.peerId), credentialHash: bytes(recipient.credentialHash), exchangeSecret: bytes(recipient.exchangeSecret) };
    for (const each of deposits) {
      const { statement, ...opened } = reader.openDeposit(bytes(each.deposit), to, sender.now);
      const { selector, contentKey, signature, message } = each;
      expect(written(opened)).toEqual({ selector, contentKey, signature, message, chain: sender.chain });
      expect(statement).toHaveLength(each.statementLength);
      expect(() => reader.openDeposit(bytes(each.deposit), { ...to, peerId: to.credentialHash }, sender.now)).toThrow(/signed/);
    }
    const file = deposits.map(({ deposit }) => Buffer.concat([reader.uint(4, deposit.length / 2), bytes(deposit)]));
    expect(reader.hash(Buffer.from('keyshift-envelopes'), reader.uint(2, 1), reader.uint(4, 2), ...file).toString('hex')).toBe(fileHash);
  });

  it('S1-08 S1-15: reads chain and card, and knows who it is', () => {
    const chain = reader.readChain(bytes(foundation.chain), foundation.now);
    expect([reader.base32(chain.peerId), chain.instanceId.toString('hex')]).toEqual([foundation.peerId, foundation.instanceId]);
    const card = Buffer.from(foundation.card.replaceAll(/-----[A-Z ]+-----/g, ''), 'base64');
    expect(written(reader.readCard(card, foundation.now))).toEqual({ chain: foundation.chain, time: foundation.now, addresses: [{ host: '192.0.2.7', port: 4711 }] });
    expect(() => reader.readChain(bytes(foundation.chain), foundation.now + 40 * 86_400_000)).toThrow(/in force/);
  });

  it('S1-08 S3-18: computes what everything else is made of', () => {
    const { derivations, envelope, inputs: from } = foundation;
    const seeded = (seed: string) => sodium.crypto_sign_seed_keypair(bytes(seed));
    expect(reader.label('card').toString('hex')).toBe(derivations.label);
    expect(reader.base32(bytes(derivations.peerIdBytes))).toBe(derivations.peerIdText);
    const signer = seeded(from.signature.seed).publicKey;
    expect(Buffer.from(signer).toString('hex')).toBe(derivations.signingPublic);
    reader.mustBeSigned(from.signature.purpose, signer, bytes(from.signature.message), bytes(derivations.signature));
    expect(reader.hash(reader.kemPair(bytes(from.kemPublicHash.secret)).publicKey).toString('hex')).toBe(derivations.kemPublicHash);
    expect(reader.hkdf(bytes(from.hkdf.secret), from.hkdf.purpose, bytes(from.hkdf.context), from.hkdf.length).toString('hex')).toBe(derivations.hkdf);
    const { purpose, key, nonce, aad, plaintext } = from.sealed;
    expect(reader.unseal(purpose, bytes(key), bytes(nonce), bytes(aad), bytes(derivations.sealed)).toString('hex')).toBe(plaintext);
    expect(reader.unpad(bytes(derivations.padded)).toString('hex')).toBe(from.padded);
    const people = from.safetyNumber.map(({ peerId, spkiHash }) => ({ peerId: bytes(peerId), spkiHash: bytes(spkiHash) }));
    expect(sessions.safetyNumber(...people)).toBe(derivations.safetyNumber);
    const opened = reader.openEnvelope(bytes(envelope.bytes), from.envelope.purpose, bytes(envelope.recipientSecret), bytes(from.envelope.recipientContext), () => seeded(from.envelope.signingSeed).publicKey);
    expect(written(opened)).toMatchObject({ contentKey: from.envelope.contentKey, statement: from.envelope.statement });
  });

  it('S3-23 S3-24 S3-25: follows a session from its nonces to its records', () => {
    const { inputs: of, signatures } = sessionVectors;
    const from = { sn: bytes(of.sn), cn: bytes(of.cn), dhEphemeral: bytes(of.dhEphemeral), dhSemiStatic: bytes(of.dhSemiStatic), m1: bytes(of.m1), m2: bytes(of.m2) };
    const { master, keyId } = sessions.masterOf(from);
    expect(written({ master, keyId })).toEqual({ master: sessionVectors.master, keyId: sessionVectors.keyId });
    for (const { subject, fingerprint, instanceHash, records, digests, ...side } of sessionVectors.sides) {
      const direction = sessions.directionOf(master, { role: side.role, subject: bytes(subject), fingerprint: bytes(fingerprint), instanceHash: bytes(instanceHash) }, from);
      expect({ role: side.role, ...written(direction) }).toEqual(side);
      const opened = sessions.openRecords(direction, records.map(bytes));
      expect(opened.map(({ plaintext }) => plaintext.toString('hex'))).toEqual([`0100000020${side.confirm}`, ...of.applicationRecords]);
      expect(opened.map(({ digest }) => digest.toString('hex'))).toEqual(digests);
    }
    const { selector } = sessionVectors;
    expect(reader.selectorOf(bytes(selector.credentialHash), bytes(selector.envelope)).toString('hex')).toBe(selector.selector);
    expect(reader.hash(reader.label('cn'), from.cn).toString('hex')).toBe(sessionVectors.nonceCopy);
    const { signingKey, peerId, share, m1, m2Static } = signatures;
    const signed = (...parts: string[]): Buffer => Buffer.concat(parts.map(bytes));
    reader.mustBeSigned('m1', bytes(signingKey), signed(peerId, m1.recipientCredentialHash, m1.kemCiphertextHash, share, m1.chainHash, m1.statement), bytes(m1.signature));
    reader.mustBeSigned('m2-static', bytes(signingKey), signed(peerId, m2Static.instanceHash, m2Static.part), bytes(m2Static.signature));
    expect(m2Static.part).toBe(share + reader.uint(8, m2Static.notBefore).toString('hex') + reader.uint(8, m2Static.notAfter).toString('hex'));
  });

  it('protocol.md §12: reads the link that is printed in the document', () => {
    const [, link = '', invitationId] = /`(keyshift:invite\/[\w-]+)`, invitation id `([0-9a-f]{32})`/.exec(document) ?? [];
    const read = sessions.readLink(link);
    expect(written(read)).toEqual({ peerId: '01'.repeat(32), instanceId: '02'.repeat(16), secret: '03'.repeat(16), expiry: 1_800_000_000, addresses: ['127.0.0.1:4711'], invitationId });
  });
});

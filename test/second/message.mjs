/** docs/protocol.md §4: one dialog message, written and read byte by byte. */
import { cat, lp, need, pad, Reader, same, u16, u32, u64, u8, unpad, whole } from './bytes.mjs';
import { countedNonce, decapsulate, edSign, edVerify, encapsulate, H, HKDF, label, open, random, seal, ZERO_NONCE } from './crypto.mjs';

export const VERSION = u16(0x0200);
export const CONTROL_BIT = 2n ** 63n;

/** The name of a credential inside a message: subject, serial, hash; and when it was issued, in whole seconds. */
export const certName = (subject, credential) => cat(lp(subject), credential.serial, credential.hash);
export const issued = (ms) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

const kekFields = (kek) => cat(kek.kekId, kek.creatingInstance, u32(kek.kekEpoch), u64(kek.notBefore), u64(kek.notAfter));

/** Service pair and KEK header: made once for a KEK and two credentials. `names`: { initiatorCert, initiatorIssued, targetCert, targetIssued }. */
export const makeBlock = ({ names, kek, exchangeKey, signingSeed, coins }) => {
  const { ciphertext, shared } = encapsulate(exchangeKey, coins);
  const wrapped = cat(ciphertext, seal('kek-wrap', HKDF(shared, 'kek'), ZERO_NONCE, cat(lp(names.targetCert), kekFields(kek)), kek.key));
  const pair = cat(lp(names.initiatorCert), lp(names.initiatorIssued), lp(names.targetCert), lp(names.targetIssued));
  const signature = edSign(signingSeed, 'kek-block', VERSION, pair, kekFields(kek), lp(wrapped));
  return cat(pair, lp(signature), kekFields(kek), lp(wrapped));
};
export const readBlock = (reader) => {
  const start = reader.at;
  const block = { initiatorCert: reader.lp(1024, 1), initiatorIssued: reader.text(32), targetCert: reader.lp(1024, 1), targetIssued: reader.text(32), signature: reader.lp(64, 64) };
  Object.assign(block, { kekId: reader.take(16), creatingInstance: reader.take(16), kekEpoch: reader.u32(), notBefore: reader.u64(), notAfter: reader.u64(), wrapped: reader.lp(1168, 1168) });
  need(block.kekEpoch >= 1 && block.notBefore < block.notAfter, 'KEK header');
  return { ...block, bytes: reader.bytes.subarray(start, reader.at) };
};
export const blockSigned = (block, signingKey) =>
  edVerify(signingKey, 'kek-block', block.signature, VERSION, lp(block.initiatorCert), lp(block.initiatorIssued), lp(block.targetCert), lp(block.targetIssued), kekFields(block), lp(block.wrapped));
export const unwrapKek = (block, exchangeSecret) =>
  open('kek-wrap', HKDF(decapsulate(exchangeSecret, block.wrapped.subarray(0, 1120)), 'kek'), ZERO_NONCE, cat(lp(block.targetCert), kekFields(block)), block.wrapped.subarray(1120));
export const kekCheck = (key) => H(label('kek-check'), key).subarray(0, 16);
export const dskCheck = (key) => H(label('dsk-check'), key).subarray(0, 16);

const dskFields = (dsk) => cat(dsk.dskId, u32(dsk.dskEpoch), u64(dsk.firstSequence), u8(dsk.kind));
const dskAad = (from, to, stream, dsk, kekId) => cat(from, to, stream.dialogId, stream.senderInstance, dskFields(dsk), kekId);
/** `from`, `to`: peer ids; `stream`: { dialogId, senderInstance }. */
export const makeDskHeader = ({ from, to, stream, dsk, kek, nonce = random(24) }) =>
  cat(dskFields(dsk), lp(cat(nonce, seal('dsk', kek.key, nonce, dskAad(from, to, stream, dsk, kek.kekId), dsk.key))));
export const readDskHeader = (reader) => {
  const start = reader.at;
  const dsk = { dskId: reader.take(16), dskEpoch: reader.u32(), firstSequence: reader.u64(), kind: reader.u8(), wrapped: reader.lp(72, 72) };
  need(dsk.dskEpoch >= 1 && dsk.firstSequence >= 1 && dsk.kind >= 1 && dsk.kind <= 3, 'DSK header');
  return { ...dsk, bytes: reader.bytes.subarray(start, reader.at) };
};
export const unwrapDsk = ({ from, to, stream, dsk, kekId, kek }) =>
  open('dsk', kek, dsk.wrapped.subarray(0, 24), dskAad(from, to, stream, dsk, kekId), dsk.wrapped.subarray(24));

const place = (sequence, control) => u64(control ? BigInt(sequence) | CONTROL_BIT : sequence);
export const bodyNonce = ({ salt, sequence, control }) => countedNonce(salt, control ? BigInt(sequence) | CONTROL_BIT : sequence);
export const bodyAad = (head) =>
  cat(VERSION, u64(head.time), head.salt, u16(head.control ? 1 : 0), head.hdr1, head.hdr2, head.dialogId, head.senderInstance, place(head.sequence, head.control));

/** `content` is what stands behind c; 16 bytes of chance stand before it. */
export const makeMessage = ({ block, dskHeader, dsk, stream, sequence, control = false, time, content, salt = random(16), c = random(16) }) => {
  const head = { time, salt, control, hdr1: H(block), hdr2: H(dskHeader), ...stream, sequence };
  const sealed = seal('body', dsk.key, bodyNonce(head), bodyAad(head), pad(cat(c, content)));
  return cat(VERSION, sealed.subarray(-16), u64(time), salt, u16(control ? 1 : 0), block, dskHeader, stream.dialogId, stream.senderInstance, place(sequence, control), lp(sealed.subarray(0, -16)));
};

const readPreamble = (reader) => {
  need(same(reader.take(2), VERSION), 'version');
  const head = { mic: reader.take(16), time: reader.u64(), salt: reader.take(16) };
  const flags = reader.u16();
  need(flags <= 1, 'flags');
  return { ...head, control: flags === 1 };
};
const readTail = (reader, control) => {
  const tail = { dialogId: reader.take(16), senderInstance: reader.take(16) };
  const number = reader.take(8);
  need((number[0] & 0x80) === (control ? 0x80 : 0), 'bit 63');
  const sequence = Buffer.from(number);
  sequence[0] &= 0x7f;
  tail.sequence = new Reader(sequence).u64();
  need(tail.sequence >= 1, 'sequence 0');
  return { ...tail, body: reader.lp(49_152, 17) };
};
export const readMessage = (bytes) =>
  whole(bytes, (reader) => {
    const head = readPreamble(reader);
    const block = readBlock(reader);
    const dsk = readDskHeader(reader);
    return { bytes, ...head, block, dsk, hdr1: H(block.bytes), hdr2: H(dsk.bytes), ...readTail(reader, head.control) };
  });
/** The 16 bytes of chance and what stands behind them. */
export const openBody = (message, dsk) => {
  const plain = unpad(open('body', dsk, bodyNonce(message), bodyAad(message), cat(message.body, message.mic)));
  need(plain.length >= 16, 'no c');
  return { c: plain.subarray(0, 16), content: plain.subarray(16), whole: plain };
};

/** §4.8: the same message with two hashes in the place of its headers. */
export const shorten = (bytes) => {
  const { block, dsk, hdr1, hdr2 } = readMessage(bytes);
  const behind = 44 + block.bytes.length + dsk.bytes.length;
  return cat(bytes.subarray(0, 44), hdr1.subarray(0, 16), hdr2.subarray(0, 16), bytes.subarray(behind));
};
export const readShort = (bytes) =>
  whole(bytes, (reader) => {
    const head = readPreamble(reader);
    return { ...head, wanted: [reader.take(16), reader.take(16)], tail: bytes.subarray(76), ...readTail(reader, head.control) };
  });
export const lengthen = (bytes, block, dskHeader) => cat(bytes.subarray(0, 44), block, dskHeader, bytes.subarray(76));

/** §7, running digest. */
export const digestStart = (a, b, stream) => H(label('digest'), ...[a, b].toSorted(Buffer.compare), stream.dialogId, stream.senderInstance);
export const digestNext = (digest, sequence, plain) => H(label('digest'), digest, u64(sequence), H(plain));
export const digestGap = (digest, number) => H(label('gap'), digest, u64(number));

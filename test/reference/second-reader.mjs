/**
 * A reader that needs docs/protocol.md and nothing else: plain JavaScript, no line of it shared with the engine or with the
 * twins beside it. It opens what is given to it with nothing cached, and throws at whatever does not open or is not exactly
 * as the document says. Section numbers are the document's. `await ready` first.
 */
import { constants, createHash, createHmac, hkdfSync, verify, X509Certificate } from 'node:crypto';
import sodium from 'libsodium-wrappers';

export const ready = sodium.ready;

const cat = (...parts) => Buffer.concat(parts);
const ascii = (text) => Buffer.from(text, 'latin1');
const lp = (bytes) => cat(uint(4, bytes.length), bytes);
const zeroNonce = Buffer.alloc(24);

export const hash = (...parts) => createHash('sha256').update(cat(...parts)).digest();
export const label = (purpose) => lp(ascii(`keyshift/2 ${purpose}`));
export const kemPair = (secret) => sodium.crypto_kem_xwing_seed_keypair(secret);

export function uint(length, value) {
  const out = Buffer.alloc(8);
  out.writeBigUInt64BE(BigInt(value));
  return out.subarray(8 - length);
}

export function hmac(key, ...parts) {
  return createHmac('sha256', key).update(cat(...parts)).digest();
}

/** @param {Uint8Array} [context] */
export function hkdf(secret, purpose, context = Buffer.alloc(0), length = 32) {
  return Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), cat(label(purpose), context), length));
}

export function unseal(purpose, key, nonce, aad, sealed) {
  return Buffer.from(sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, sealed, cat(label(purpose), aad), nonce, key));
}

function must(fact, what) {
  if (!fact) throw new Error(`not as written: ${what}`);
}

export function mustBeSigned(purpose, key, message, signature) {
  must(sodium.crypto_sign_verify_detached(signature, cat(label(purpose), message), key), `${purpose} is signed`);
}

/** Takes fields from the front; `end` refuses what is left over. */
export function fields(bytes) {
  let at = 0;
  const take = (length) => {
    must(at + length <= bytes.length, 'long enough');
    at += length;
    return bytes.subarray(at - length, at);
  };
  const number = (length) => {
    const value = Number(BigInt(`0x${take(length).toString('hex')}`));
    must(Number.isSafeInteger(value), 'a number up to 2^53 - 1');
    return value;
  };
  const prefixed = (least = 0, most = Infinity) => {
    const length = number(4);
    must(length >= least && length <= most, 'a length within its cap');
    return take(length);
  };
  const until = (from) => bytes.subarray(from, at);
  return { take, number, lp: prefixed, until, get at() { return at; }, end: () => must(at === bytes.length, 'nothing behind the end') };
}

/** §3, padding. */
export function unpad(padded) {
  let marker = padded.length - 1;
  while (marker > 0 && padded[marker] === 0) marker -= 1;
  must(padded[marker] === 0x80, 'a marker');
  const exponent = Math.floor(Math.log2(marker + 1));
  const step = exponent === 0 ? 1 : 2 ** Math.max(0, exponent - Math.floor(Math.log2(exponent)) - 1);
  must(Math.ceil((marker + 1) / step) * step === padded.length, 'the Padmé length');
  return padded.subarray(0, marker);
}

/** §4.2: service pair and KEK header, at the place of `from`. */
export function readBlock(from, { signer, exchangeSecret }) {
  const start = from.at;
  const names = { initiatorCert: from.lp(1, 1024), initiatorIssued: from.lp(1, 32), targetCert: from.lp(1, 1024), targetIssued: from.lp(1, 32) };
  const namesBytes = from.until(start);
  const signature = from.lp(64, 64);
  const headerAt = from.at;
  const header = { kekId: from.take(16), creatingInstance: from.take(16), kekEpoch: from.number(4), notBefore: from.number(8), notAfter: from.number(8) };
  const plain = from.until(headerAt);
  const wrapped = from.lp(1168, 1168);
  must(header.kekEpoch > 0 && header.notBefore < header.notAfter, 'an epoch and a time');
  mustBeSigned('kek-block', signer, cat(uint(2, 0x0200), namesBytes, from.until(headerAt)), signature);
  const shared = sodium.crypto_kem_xwing_dec(wrapped.subarray(0, 1120), kemPair(exchangeSecret).privateKey);
  const kek = unseal('kek-wrap', hkdf(shared, 'kek'), zeroNonce, cat(lp(names.targetCert), plain), wrapped.subarray(1120));
  const bytes = from.until(start);
  return { ...names, ...header, kek, kekCheck: hash(label('kek-check'), kek).subarray(0, 16), block: bytes, hdr1: hash(bytes) };
}

/** §4.3. `stream`: sender, recipient (peer ids), dialogId, senderInstance. */
export function readDskHeader(bytes, { kek, kekId }, stream) {
  const from = fields(bytes);
  const dskId = from.take(16);
  const header = { dskEpoch: from.number(4), firstSequence: from.number(8), kind: from.number(1) };
  const plain = from.until(0);
  const wrapped = from.lp(72, 72);
  from.end();
  must(header.dskEpoch > 0 && header.firstSequence > 0 && header.kind >= 1 && header.kind <= 3, 'epoch, first sequence, kind');
  const aad = cat(stream.sender, stream.recipient, stream.dialogId, stream.senderInstance, plain, kekId);
  const dsk = unseal('dsk', kek, wrapped.subarray(0, 24), aad, wrapped.subarray(24));
  return { dskId, ...header, dsk, dskCheck: hash(label('dsk-check'), dsk).subarray(0, 16), dskHeader: bytes, hdr2: hash(bytes) };
}

/** §4.1 and §4.4. `keys`: sender and recipient (peer ids), signer (Ed25519), exchangeSecret. */
export function openMessage(bytes, keys) {
  const from = fields(bytes);
  const version = from.take(2);
  const [mic, time, salt, flags] = [from.take(16), from.take(8), from.take(16), from.take(2)];
  must(version.equals(uint(2, 0x0200)) && flags.readUInt16BE() <= 1, 'this version, these flags');
  const block = readBlock(from, keys);
  const dskBytes = from.take(105);
  const dialogAt = from.at;
  const [dialogId, senderInstance, sequence] = [from.take(16), from.take(16), from.take(8)];
  const dialogHeader = from.until(dialogAt);
  const body = from.lp(17, 49_152);
  from.end();
  const control = flags[1] === 1;
  must(sequence[0] >> 7 === flags[1], 'bit 63 and the flag agree');
  const dsk = readDskHeader(dskBytes, block, { ...keys, dialogId, senderInstance });
  const nonce = cat(salt, sequence);
  const aad = cat(version, time, salt, flags, block.hdr1, dsk.hdr2, dialogHeader);
  const plaintext = unpad(unseal('body', dsk.dsk, nonce, aad, cat(body, mic)));
  must(plaintext.length >= 16, 'c is there');
  const place = Number(BigInt.asUintN(63, sequence.readBigUInt64BE()));
  return { ...block, ...dsk, dialogId, senderInstance, control, sequence: place, time: Number(time.readBigUInt64BE()), salt, nonce, aad, c: plaintext.subarray(0, 16), content: plaintext.subarray(16) };
}

/** §4.8: the canonical bytes of a short form, from the one block and DSK header that it names. */
export function expand(short, block, dskHeader) {
  must(short.subarray(44, 60).equals(hash(block).subarray(0, 16)) && short.subarray(60, 76).equals(hash(dskHeader).subarray(0, 16)), 'these headers');
  return cat(short.subarray(0, 44), block, dskHeader, short.subarray(76));
}

/** §4.6, type 1. */
export function readAcknowledgement(content) {
  const from = fields(content);
  must(from.number(1) === 1, 'an acknowledgement');
  const told = { stream: from.take(16), receiving: from.take(16), cumulative: from.number(8) };
  const bitmap = from.lp(0, 128);
  const waiting = Array.from({ length: bitmap.length * 8 }, (_, bit) => bit).filter((bit) => (bitmap[bit >> 3] >> (bit & 7)) & 1).map((bit) => told.cumulative + 2 + bit);
  const rest = { digest: from.take(32), kekFloor: from.number(4), listVersion: from.number(8), startToken: from.take(16), heardToken: from.take(16) };
  from.end();
  return { ...told, waiting, ...rest };
}

/** §7: d_0 … d_n of a stream from its c ‖ content in order, sequences from 1; undefined for a place that is lost. */
export function digests([a, b], dialogId, senderInstance, contents) {
  const chain = [hash(label('digest'), ...[a, b].sort(Buffer.compare), dialogId, senderInstance)];
  for (const [index, content] of contents.entries()) {
    const place = [chain[index], uint(8, index + 1)];
    chain.push(content ? hash(label('digest'), ...place, hash(content)) : hash(label('gap'), ...place));
  }
  return chain;
}

/** What an envelope carries, and the key it came under. `context` and `signerOf(statement)`: who it must be for, who must have signed. */
export function openEnvelope(bytes, purpose, exchangeSecret, context, signerOf) {
  const { publicKey, privateKey } = kemPair(exchangeSecret);
  const ciphertext = bytes.subarray(0, 1120);
  const binding = cat(label(purpose), hash(publicKey), hash(ciphertext));
  const shared = sodium.crypto_kem_xwing_dec(ciphertext, privateKey);
  const contentKey = unseal('kem-content', hkdf(shared, 'kem-content', binding), zeroNonce, binding, bytes.subarray(1120, 1168));
  const payload = unseal(purpose, hkdf(contentKey, 'content-key', binding), zeroNonce, binding, bytes.subarray(1168));
  const [signature, statement] = [payload.subarray(0, 64), payload.subarray(64)];
  mustBeSigned(purpose, signerOf(statement), cat(lp(context), hash(ciphertext), lp(statement)), signature);
  return { contentKey, signature, statement };
}

export const selectorOf = (credentialHash, envelope) => hash(label('selector'), credentialHash, envelope.subarray(0, 1120)).subarray(0, 8);

/** §11. `recipient`: peerId, credentialHash, exchangeSecret; `now` as for `readChain`. */
export function openDeposit(bytes, { peerId, credentialHash, exchangeSecret }, now) {
  must(bytes.length <= 70_000, 'a deposit');
  const [selector, envelope] = [bytes.subarray(0, 8), bytes.subarray(8)];
  must(selector.equals(selectorOf(credentialHash, envelope)), 'for this credential');
  const parts = (statement) => {
    const from = fields(unpad(statement));
    const read = { chain: from.lp(0, 12 * 1024), message: from.lp() };
    from.end();
    return read;
  };
  const opened = openEnvelope(envelope, 'deposit', exchangeSecret, cat(peerId, credentialHash), (statement) => readChain(parts(statement).chain, now).signingKey);
  return { selector, ...opened, ...parts(opened.statement) };
}

const days30 = 30 * 86_400_000;

function bodyOf(bytes, kind, tail = 0) {
  const outer = fields(bytes);
  const [body, signature, counter] = [outer.lp(), outer.lp(), outer.take(tail)];
  outer.end();
  const from = fields(body);
  must(from.number(1) === kind, 'the kind of a body');
  return { body, signature, counter, from, peerId: from.take(32), spkiHash: from.take(32), epoch: from.number(4) };
}

/**
 * A chain issued by the identity key: a first one, which proves itself, or a later one that is known to be `proven` (peerId, spkiHash, epoch). `now`: Unix
 * milliseconds. The certificate's own template is not gone through.
 * @param {{ peerId: Buffer, spkiHash: Buffer, epoch: number }} [proven]
 */
export function readChain(bytes, now, proven) {
  const from = fields(bytes);
  const [der, listBytes, instanceBytes, exchangeBytes, issuer] = [from.lp(), from.lp(), from.lp(), from.lp(), from.lp()];
  from.end();
  const certificate = new X509Certificate(der);
  const key = certificate.publicKey;
  const spkiHash = hash(key.export({ type: 'spki', format: 'der' }));
  const { peerId, epoch } = proven ?? { peerId: spkiHash, epoch: 1 };
  must(!proven || proven.spkiHash.equals(spkiHash), 'the key that was proven');
  must(certificate.verify(key) && certificate.subject.includes(`UID=${base32(peerId)}`) && issuer.length === 0, 'a key that signed itself');
  const [list, instance, exchange] = [bodyOf(listBytes, 3), bodyOf(instanceBytes, 1, 64), bodyOf(exchangeBytes, 2)];
  const signed = { 'instance-list': list, 'instance-credential': instance, 'exchange-credential': exchange };
  for (const [purpose, part] of Object.entries(signed)) {
    must(part.peerId.equals(peerId) && part.spkiHash.equals(spkiHash) && part.epoch === epoch, 'bound to this person');
    must(verify('sha256', cat(label(purpose), part.body), { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }, part.signature), `${purpose} is signed`);
  }
  const version = list.from.number(4);
  list.from.take(8);
  const entries = Array.from({ length: list.from.number(2) }, () => ({ id: list.from.take(16), credential: list.from.take(32), roles: list.from.number(1), state: list.from.number(1) }));
  const signingKey = instance.from.take(32);
  const lives = [instance, exchange].map((part) => ({ kemKey: part.from.take(1216), serial: part.from.take(16), notBefore: part.from.number(8), notAfter: part.from.number(8) }));
  const [roles, deviceName, minVersion] = [instance.from.number(1), instance.from.lp(0, 128).toString('utf8'), instance.from.number(4)];
  must(exchange.from.take(17).equals(Buffer.alloc(17)) && Math.max(minVersion, exchange.from.number(4)) <= version, 'issued by the identity, for this list');
  for (const part of [list, instance, exchange]) part.from.end();
  // The device's consent; in credentials made before it had this form, the body.
  const consent = cat(Buffer.from([4]), peerId, signingKey, lives[0].kemKey);
  const agrees = (purpose, words) => sodium.crypto_sign_verify_detached(instance.counter, cat(label(purpose), words), signingKey);
  must(agrees('instance-consent', consent) || agrees('instance-counter', instance.body), 'signed by the device');
  for (const { notBefore, notAfter } of lives) must(now >= notBefore - days30 && now <= notAfter + days30, 'in force');
  const instanceId = hash(label('instance'), signingKey).subarray(0, 16);
  const listed = entries.find(({ id }) => id.equals(instanceId));
  must(listed?.credential.equals(hash(instanceBytes)) && listed.state === 0 && (roles & ~listed.roles) === 0, 'an active device of the list');
  return { peerId, instanceId, signingKey, deviceName, exchangeKey: lives[1].kemKey };
}

/** §2, card, without its armour. */
export function readCard(bytes, now) {
  const from = fields(bytes);
  const [chain, time, count] = [from.lp(), from.number(8), from.number(1)];
  const addresses = Array.from({ length: count }, () => ({ host: from.lp(1, 253).toString('utf8'), port: from.number(2) }));
  mustBeSigned('card', readChain(chain, now).signingKey, from.until(0), from.take(64));
  from.end();
  return { chain, time, addresses };
}

export function base32(bytes) {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return bits.match(/.{1,5}/g).map((five) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(five.padEnd(5, '0'), 2)]).join('');
}

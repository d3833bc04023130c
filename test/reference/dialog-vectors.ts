import sodium from 'libsodium-wrappers';
import { certName, dskHeader, kekBlock, keyCheck, lp, message, sha256, shortForm, transcript, u32, u64, wrapKek } from './dialog-twin';
import { standing, startToken } from './standing-twin';

/**
 * The values of test/vectors/dialog.json, computed by the twin alone from inputs that are plain counting bytes.
 * `await ready` of the twin first.
 */
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export function dialogVectors() {
  const counting = (start: number, length: number): Buffer => Buffer.from(Array.from({ length }, (_, at) => (start + at) & 0xff));
  const sender = counting(0xf1, 32);
  // Lower in its bytes, higher as base32 text: so it shows which order counts.
  const recipient = counting(0x01, 32);
  const signingSeed = counting(0x11, 32);
  const signing = sodium.crypto_sign_seed_keypair(signingSeed);
  const exchangeSecret = counting(0x21, 32);
  const exchange = sodium.crypto_kem_xwing_seed_keypair(exchangeSecret);
  const names = {
    initiatorCert: certName(counting(0x31, 40), counting(0x32, 16), counting(0x33, 32)),
    initiatorIssued: Buffer.from('2026-01-31T12:00:00Z'),
    targetCert: certName(counting(0x41, 60), counting(0x42, 16), counting(0x43, 32)),
    targetIssued: Buffer.from('2026-02-01T00:00:00Z'),
  };
  const senderInstance = counting(0x51, 16);
  const kek = counting(0x61, 32);
  const kekFields = { kekId: counting(0x71, 16), creatingInstance: senderInstance, epoch: 3, notBefore: 1_780_000_000_000, notAfter: 1_780_604_800_000 };
  const coins = counting(0x81, 64);
  const wrappedKek = wrapKek(kek, kekFields, names, exchange.publicKey, coins);
  const block = kekBlock(names, kekFields, wrappedKek, signing.privateKey);
  const stream = { sender, recipient, dialogId: counting(0x91, 16), senderInstance };
  const dsk = counting(0xa1, 32);
  const dskFields = { dskId: counting(0xb1, 16), epoch: 2, firstSequence: 5, kind: 1 };
  const wrapNonce = counting(0xc1, 24);
  const header = dskHeader(stream, dskFields, kekFields.kekId, kek, dsk, wrapNonce);
  const text = Buffer.from('Grüße, שלום 👋');
  const blind = counting(0xd1, 16);
  const contents = {
    title: Buffer.concat([Buffer.of(1, 8), lp(Buffer.from('Holiday'))]),
    text: Buffer.concat([Buffer.of(1, 1), lp(text), Buffer.of(0)]),
    reply: Buffer.concat([Buffer.of(1, 1), lp(Buffer.from('yes')), Buffer.of(1), senderInstance, u64(5)]),
    again: Buffer.concat([Buffer.of(1, 10), counting(0x55, 16), u64(41), u64(1_779_999_999_000), Buffer.of(1, 1), lp(text), Buffer.of(0)]),
    empty: Buffer.concat([Buffer.of(1, 1), lp(Buffer.alloc(0)), Buffer.of(0)]),
    large: Buffer.concat([Buffer.of(1, 1), lp(Buffer.alloc(40 * 1024, 0x61)), Buffer.of(0)]),
  };
  const acknowledgement = Buffer.concat([
    Buffer.of(1),
    counting(0xe1, 16),
    senderInstance,
    u64(9),
    lp(Buffer.of(0b101)),
    counting(0xe2, 32),
    u32(1),
    u64(4),
    counting(0xe3, 16),
    counting(0xe4, 16),
  ]);
  const gap = Buffer.concat([Buffer.of(3), senderInstance, u64(12), u64(14)]);
  const messages = [
    { name: 'text', control: false, sequence: 5, content: contents.text },
    { name: 'reply', control: false, sequence: 6, content: contents.reply },
    { name: 'empty', control: false, sequence: 7, content: contents.empty },
    { name: 'large', control: false, sequence: 2 ** 53 - 1, content: contents.large },
    { name: 'acknowledgement', control: true, sequence: 1, content: acknowledgement },
    { name: 'gap', control: true, sequence: 2, content: gap },
    { name: 'again', control: false, sequence: 8, content: contents.again },
    { name: 'another title', control: false, sequence: 9, content: Buffer.concat([contents.title, u32(2)]) },
    { name: 'closed', control: true, sequence: 3, content: Buffer.of(5) },
  ].map(({ name, control, sequence, content }, index) => {
    const salt = counting(0xf0 + index, 16);
    const time = 1_780_000_000_123 + index;
    const made = message({ block, dskHeader: header, stream, key: dsk, control, sequence, time, salt, plaintext: Buffer.concat([blind, content]) });
    // A long one is told by its hash, and its content by what is repeated in it.
    const bytes = made.bytes.length < 4096 ? { bytes: hex(made.bytes) } : { sha256: hex(sha256(made.bytes)) };
    const repeated = { before: hex(content.subarray(0, 6)), repeat: hex(content.subarray(6, 7)), times: content.length - 7, after: hex(content.subarray(-1)) };
    const contentText = content.length < 4096 ? { content: hex(content) } : { contentParts: repeated };
    return { canonical: made.bytes, vector: { name, control, sequence, time, salt: hex(salt), nonce: hex(made.nonce), aad: hex(made.aad), ...contentText, length: made.bytes.length, ...bytes } };
  });
  const history = [contents.title, contents.text, contents.reply].map((content) => Buffer.concat([blind, content]));
  // All but the long one, whose bytes would fill pages.
  const short = messages.filter(({ vector }) => vector.name !== 'large').map(({ canonical, vector }) => ({ message: vector.name, bytes: hex(shortForm(canonical)) }));
  // The next key exchange key of the same creator: the same session key, only wrapped again (protocol.md §5).
  const nextKek = counting(0x62, 32);
  const nextFields = { kekId: counting(0x72, 16), creatingInstance: senderInstance, epoch: 4, notBefore: 1_780_604_800_000, notAfter: 1_781_209_600_000 };
  const nextWrapped = wrapKek(nextKek, nextFields, names, exchange.publicKey, counting(0x82, 64));
  const nextBlock = kekBlock(names, nextFields, nextWrapped, signing.privateKey);
  const rewrapped = dskHeader(stream, dskFields, nextFields.kekId, nextKek, dsk, counting(0xc2, 24));
  // New session keys under it that take over what was sent from sequence 5 on (protocol.md §6).
  const takeovers = [
    { name: 'compromise', kind: 2, epoch: 3, key: counting(0xa2, 32), dskId: counting(0xb2, 16), nonce: counting(0xc3, 24) },
    { name: 'again', kind: 3, epoch: 4, key: counting(0xa3, 32), dskId: counting(0xb3, 16), nonce: counting(0xc4, 24) },
  ].map(({ name, kind, epoch, key, dskId, nonce }, index) => {
    const fields = { dskId, epoch, firstSequence: 5, kind };
    const made = dskHeader(stream, fields, nextFields.kekId, nextKek, key, nonce);
    const salt = counting(0xe8 + index, 16);
    const { bytes } = message({ block: nextBlock, dskHeader: made, stream, key, control: false, sequence: 5, time: 1_780_604_800_123, salt, plaintext: Buffer.concat([blind, contents.text]) });
    return { name, kind, dskEpoch: epoch, firstSequence: 5, dsk: hex(key), dskId: hex(dskId), wrapNonce: hex(nonce), dskHeader: hex(made), salt: hex(salt), time: 1_780_604_800_123, sequence: 5, bytes: hex(bytes) };
  });
  const started = 1_780_000_000_000;
  const stands = {
    startToken: startToken(started, signing.privateKey),
    heardToken: Buffer.alloc(16),
    list: Buffer.alloc(0),
    streams: [{ dialogId: stream.dialogId, cumulative: 9, highest: 13, control: 2, digest: counting(0xe2, 32), failed: false }],
    last: true,
  };
  return {
    inputs: {
      sender: hex(sender),
      recipient: hex(recipient),
      signingSeed: hex(signingSeed),
      exchangeSecret: hex(exchangeSecret),
      initiatorCert: hex(names.initiatorCert),
      initiatorIssued: names.initiatorIssued.toString('utf8'),
      targetCert: hex(names.targetCert),
      targetIssued: names.targetIssued.toString('utf8'),
      kek: hex(kek),
      kekId: hex(kekFields.kekId),
      creatingInstance: hex(kekFields.creatingInstance),
      kekEpoch: kekFields.epoch,
      notBefore: kekFields.notBefore,
      notAfter: kekFields.notAfter,
      encapsulationCoins: hex(coins),
      dialogId: hex(stream.dialogId),
      senderInstance: hex(senderInstance),
      dsk: hex(dsk),
      dskId: hex(dskFields.dskId),
      dskEpoch: dskFields.epoch,
      firstSequence: dskFields.firstSequence,
      kind: dskFields.kind,
      dskWrapNonce: hex(wrapNonce),
      blind: hex(blind),
    },
    signer: hex(signing.publicKey),
    exchangeKey: hex(exchange.publicKey),
    wrappedKek: hex(wrappedKek),
    block: hex(block),
    hdr1: hex(sha256(block)),
    dskHeader: hex(header),
    hdr2: hex(sha256(header)),
    kekCheck: hex(keyCheck('kek-check', kek)),
    dskCheck: hex(keyCheck('dsk-check', dsk)),
    messages: messages.map(({ vector }) => vector),
    shortForm: { overhead: 120, headers: hex(Buffer.concat([sha256(block).subarray(0, 16), sha256(header).subarray(0, 16)])), messages: short },
    // A title, two places that are lost, a reply.
    transcriptOverGap: transcript([sender, recipient], stream.dialogId, senderInstance, [contents.title, undefined, undefined, contents.reply].map((content) => content && Buffer.concat([blind, content]))).map(hex),
    // c ‖ content of a stream's sequences 1, 2 and 3, and the digests d_0 to d_3 that follow from them.
    transcriptContents: history.map(hex),
    transcript: transcript([sender, recipient], stream.dialogId, senderInstance, history).map(hex),
    nextKek: {
      kek: hex(nextKek),
      kekId: hex(nextFields.kekId),
      kekEpoch: nextFields.epoch,
      notBefore: nextFields.notBefore,
      notAfter: nextFields.notAfter,
      encapsulationCoins: hex(counting(0x82, 64)),
      block: hex(nextBlock),
      dskWrapNonce: hex(counting(0xc2, 24)),
      dskHeader: hex(rewrapped),
    },
    takeovers,
    // Of a device that has just started, whose list is known, and to which one dialog is known.
    standing: {
      time: started,
      startToken: hex(stands.startToken),
      heardToken: hex(stands.heardToken),
      streams: stands.streams.map((each) => ({ ...each, dialogId: hex(each.dialogId), digest: hex(each.digest) })),
      last: stands.last,
      bytes: hex(standing(stands)),
    },
  };
}

/** The part of certificates.json in test/vectors about identity certificates (docs/protocol.md §2): good ones at every bound, and bad ones that are signed as they stand, each with one thing wrong. */
import { cat } from './bytes.mjs';
import { der, integer, oid, sequence, time } from './der.mjs';
import { counting, DAY, extension, extensions, OIDS, rsaWith, YES } from './vera.mjs';

const CN = '2.5.4.3';
const UID = '0.9.2342.19200300.100.1.1';
const part = (id, text, tag = 0x0c) => sequence(oid(id), der(tag, text));
const set = (...parts) => der(0x31, ...parts);
const NO = der(0x01, Buffer.of(0));
const again = (count) => Array.from({ length: count }, (_, at) => extension(`1.3.6.1.4.1.55555.${at + 1}`, der(0x05)));
const utc = (text) => der(0x17, text);
const general = (text) => der(0x18, text);

export const certificateVectors = ({ now, peerText, keys, ofBits, named, certificate, otherPerson }) => {
  const [first, second, , , , stranger] = keys;
  const at = (listed) => certificate({ listed });
  const subject = (...parts) => certificate({ subject: sequence(...parts) });
  const [cn, uid] = [set(part(CN, 'Vera')), set(part(UID, peerText))];
  const dated = (from, to) => certificate({ dates: sequence(from, to) });
  const [begin, end] = [time(now), time(now + DAY)];
  const rsaKey = (algorithm, modulus, exponent, behind = Buffer.alloc(0)) => sequence(algorithm, der(0x03, Buffer.of(0), sequence(integer(modulus), integer(exponent)), behind));
  const modulus = Buffer.from(first.key.export({ format: 'jwk' }).n ?? '', 'base64url');
  const later = { by: second };
  return {
    good: {
      'as the program makes it': certificate(), 'without a recovery hash': at(extensions({})), 'signed with SHA-384': certificate({ inner: rsaWith(12), hash: 'sha384' }), 'signed with SHA-512': certificate({ inner: rsaWith(13), hash: 'sha512' }),
      'a name of 64 units': certificate({ name: 'V'.repeat(64) }), 'a name of 32 characters of two units': certificate({ name: '\u{1f98a}'.repeat(32) }), 'a name of one character': certificate({ name: 'V' }),
      'a serial that begins with 01': certificate({ serial: der(0x02, counting(1, 16)) }), 'one that begins with 7f': certificate({ serial: der(0x02, counting(0x7f, 16)) }),
      '16 extensions': at(extensions({ more: again(13) })), 'an end in the last second of 2049': dated(begin, time(Date.UTC(2049, 11, 31, 23, 59, 59))), 'an end in the first of 2050': dated(begin, time(Date.UTC(2050, 0, 1))),
      'the second epoch': certificate(later), 'the last epoch': certificate({ ...later, listed: extensions({ epoch: 2 ** 31 - 1 }) }), 'a beginning and an end in one second': dated(begin, begin), '8,192 bytes': padded(8192, at), 'a key of 4,096 bit': certificate({ by: ofBits(4096) }),
    },
    bad: {
      'version 2': certificate({ version: der(0xa0, integer(1)) }), 'no version': certificate({ version: Buffer.alloc(0) }), 'a serial of 15 bytes': certificate({ serial: der(0x02, counting(0x41, 15)) }), 'a serial of 17': certificate({ serial: der(0x02, counting(0x41, 17)) }),
      'a serial that begins with 00': certificate({ serial: der(0x02, Buffer.of(0), counting(0x81, 15)) }), 'a negative serial': certificate({ serial: der(0x02, counting(0x80, 16)) }),
      'SHA-1': certificate({ inner: rsaWith(5), hash: 'sha1' }), 'two algorithms': certificate({ outer: rsaWith(12) }), 'no parameters': certificate({ inner: rsaWith(11, Buffer.alloc(0)) }), 'parameters that are none': certificate({ inner: rsaWith(11, integer(1)) }), 'NULL with a byte in it': certificate({ inner: rsaWith(11, der(0x05, Buffer.of(0))) }),
      'another issuer': certificate({ issuer: named('Vara') }), 'a third name': subject(cn, uid, set(part('2.5.4.10', 'X'))), 'the peer id alone': subject(uid), 'the name alone': subject(cn), 'peer id before name': subject(uid, cn), 'a PrintableString': subject(set(part(CN, 'Vera', 0x13)), uid), 'both in one': subject(set(part(CN, 'Vera'), part(UID, peerText))), 'a second one beside the name': subject(set(part(CN, 'Vera'), part('2.5.4.10', 'X')), uid), 'a third part of a name': subject(set(sequence(oid(CN), der(0x0c, 'Vera'), der(0x05))), uid),
      'no name in the name': certificate({ name: '' }), 'a name of 65 units': certificate({ name: 'V'.repeat(65) }), 'a name of 33 characters of two units': certificate({ name: '\u{1f98a}'.repeat(33) }), 'a control character': certificate({ name: 'Ve\u0007ra' }), 'one of the second row': certificate({ name: 'Ve\u0085ra' }), 'a line separator': certificate({ name: 'Ve\u2028ra' }), 'a paragraph separator': certificate({ name: 'Ve\u2029ra' }), 'a name that is no UTF-8': subject(set(part(CN, Buffer.of(0xc3, 0x28))), uid),
      'another peer id at epoch 1': certificate({ id: otherPerson }), 'a peer id in capitals': subject(cn, set(part(UID, peerText.toUpperCase()))), 'a peer id a letter short': certificate({ ...later, subject: sequence(cn, set(part(UID, peerText.slice(0, -1)))) }), 'a peer id with bits behind it': certificate({ ...later, subject: sequence(cn, set(part(UID, notCanonical(peerText)))) }),
      'a GeneralizedTime of 2030': dated(begin, general('20300101000000Z')), 'no seconds': dated(begin, utc('3001010000Z')), 'an offset': dated(begin, utc('300101000000+0000')), 'the 31st of February': dated(begin, utc('300231000000Z')), 'hour 24': dated(begin, utc('300101240000Z')), 'before 1970': dated(utc('500101000000Z'), end), 'a third date': certificate({ dates: sequence(begin, end, end) }), 'a fraction of a second': dated(begin, general('20510101000000.5Z')),
      'a key of 2,048 bit': certificate({ by: ofBits(2048) }), 'a key of 3,064 bit': certificate({ by: ofBits(3064) }), 'a key of 4,104 bit': certificate({ by: ofBits(4104) }), 'e = 3': certificate({ spki: rsaKey(rsaWith(1), modulus, 3) }), 'no NULL in the key': certificate({ spki: rsaKey(rsaWith(1, Buffer.alloc(0)), modulus, 65537) }), 'something behind the numbers of the key': certificate({ spki: rsaKey(rsaWith(1), modulus, 65537, der(0x05)) }),
      'a certificate authority': at(extensions({ basic: extension(OIDS.basic, sequence(YES), YES) })), 'no authority, written out': at(extensions({ basic: extension(OIDS.basic, sequence(NO), YES) })), 'basicConstraints not critical': at(extensions({ basic: extension(OIDS.basic, sequence()) })), 'no basicConstraints': at(extensions({ basic: Buffer.alloc(0) })),
      'a key for certificates as well': at(extensions({ usage: extension(OIDS.usage, der(0x03, Buffer.of(2, 0x84)), YES) })), 'a usage with a bit unused that is not': at(extensions({ usage: extension(OIDS.usage, der(0x03, Buffer.of(6, 0x80)), YES) })), 'keyUsage not critical': at(extensions({ usage: extension(OIDS.usage, der(0x03, Buffer.of(7, 0x80))) })), 'no keyUsage': at(extensions({ usage: Buffer.alloc(0) })),
      'no epoch': at(extensions({ epochDer: Buffer.alloc(0) })), 'epoch 0': certificate({ ...later, listed: extensions({ epoch: 0 }) }), 'epoch 2^31': certificate({ ...later, listed: extensions({ epoch: 2 ** 31 }) }), 'a negative epoch': certificate({ ...later, listed: extensions({ epochDer: extension(OIDS.epoch, der(0x02, Buffer.of(0x82))) }) }), 'an epoch with a zero too much': certificate({ ...later, listed: extensions({ epochDer: extension(OIDS.epoch, der(0x02, Buffer.of(0, 2))) }) }), 'an epoch and a byte': certificate({ ...later, listed: extensions({ epochDer: extension(OIDS.epoch, cat(integer(2), Buffer.of(0))) }) }),
      'a recovery hash of 31 bytes': at(extensions({ recovery: counting(0, 31) })), 'of 33': at(extensions({ recovery: counting(0, 33) })), 'a recovery hash that is no OCTET STRING': at(extensions({ more: [extension(OIDS.recovery, der(0x03, counting(0, 32)))] })), 'a recovery hash and a byte': at(extensions({ more: [extension(OIDS.recovery, cat(der(0x04, counting(0, 32)), Buffer.of(0)))] })),
      'an extension twice': at(extensions({ more: [...again(1), ...again(1)] })), '17 extensions': at(extensions({ more: again(14) })), 'an unknown critical extension': at(extensions({ more: [extension('1.3.6.1.4.1.55555.1', der(0x05), YES)] })), 'a critical flag that says no': at(extensions({ more: [extension('1.3.6.1.4.1.55555.1', der(0x05), NO)] })), 'a critical flag of 01': at(extensions({ more: [extension('1.3.6.1.4.1.55555.1', der(0x05), der(0x01, Buffer.of(1)))] })),
      'no extensions': certificate({ extras: Buffer.alloc(0) }), 'a unique id': certificate({ extras: cat(der(0x81, Buffer.of(0, 1)), der(0xa3, extensions({}))) }), 'something behind the extensions': certificate({ behind: der(0x05) }), 'a second list of extensions': certificate({ extras: der(0xa3, extensions({}), sequence()) }),
      'signed by another key': certificate({ signer: stranger.key }), 'unused bits in the signature': certificate({ unused: 1 }), 'a version and something behind it': certificate({ version: der(0xa0, integer(2), der(0x05)) }), 'parameters and something behind them': certificate({ inner: rsaWith(11, cat(der(0x05), der(0x05))) }), 'something behind an extension': at(extensions({ more: [sequence(oid('1.3.6.1.4.1.55555.1'), der(0x04, der(0x05)), der(0x05))] })), 'something behind the signature': fourth(certificate()), 'a byte behind': certificate({ after: Buffer.of(0) }), 'a length in three bytes where two do': longer(certificate()), '8,193 bytes': padded(8193, at), 'of another person, though this key is of epoch 1': certificate({ by: stranger, listed: extensions({ epoch: 1 }) }),
    },
  };
};

const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';
/** 52 letters have room for four bits more than there are: here one of them is set. */
const notCanonical = (text) => text.slice(0, -1) + LETTERS[LETTERS.indexOf(text.at(-1)) ^ 1];
/** A fourth element in the outermost. */
const fourth = (bytes) => cat(der(0x30, bytes.subarray(4), der(0x05)));
const longer = (bytes) => cat(Buffer.of(0x30, 0x83, 0), bytes.subarray(2));
/** Filled up by an extension that nobody knows. */
const padded = (length, at) => {
  const filled = (size) => at(extensions({ more: [extension('1.3.6.1.4.1.55555.1', Buffer.alloc(size))] }));
  return filled(6000 + length - filled(6000).length);
};

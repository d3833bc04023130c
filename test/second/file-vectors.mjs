/** What key-files.json and backup.json in test/vectors hold: files written from docs/protocol.md §2 and §14 with nothing random in them, and what must be refused. */
import { cat, fromBase32, hex, lp, u32, u8 } from './bytes.mjs';
import { makeCertificate } from './certificate.mjs';
import { H, edPublic } from './crypto.mjs';
import { end, manifest, row, table, writeBackup, writeContent } from './backup.mjs';
import { payloadOf, rememberedArgon2, spkiOf, writeContainer } from './key-files.mjs';
import { writePem, writePkcs12 } from './pkcs.mjs';

const counting = (start, length) => Buffer.from(Array.from({ length }, (_, at) => (start + at) & 0xff));
const text = (bytes) => bytes.toString('hex');
const PASSPHRASE = 'vier gute Wörter reichen';
/** The least that is allowed. */
const COST = { memory: 64 * 1024, passes: 2 };
const derive = rememberedArgon2();
const ITERATIONS = 2048;
const drawn = { iterations: ITERATIONS, macIterations: ITERATIONS, key: { salt: counting(1, 16), iv: counting(2, 16) }, certificate: { salt: counting(3, 16), iv: counting(4, 16) }, mac: counting(5, 16) };
const DAY = 86_400_000;

/** `vectors`: identity.json; `keys`: Node's private keys of the first three epochs there. */
export const fileVectors = (vectors, keys) => ({ 'key-files': keyFiles(vectors, keys), backup: backup() });

/** Who has which key in use, and what comes of a file there. Whoever has no `spki` has a key that is in no file. `more`: files that open like the good ones. */
const keyFileImports = (vectors, keys, more) => {
  const [first, second, third] = keys.map((key) => text(spkiOf(key)));
  const { peerId } = vectors;
  const stranger = 'a'.repeat(52);
  const owners = {
    'under the first key': { peerId, epoch: 1, spki: first }, 'under the second key': { peerId, epoch: 2, spki: second }, 'under the third key': { peerId, epoch: 3, spki: third },
    'under a fourth key': { peerId, epoch: 4, spki: null }, 'under another second key': { peerId, epoch: 2, spki: null }, 'under another third key': { peerId, epoch: 3, spki: null },
    'somebody else': { peerId: stranger, epoch: 1, spki: null }, 'somebody else under a later key': { peerId: stranger, epoch: 4, spki: null },
  };
  const [older, other, not] = ['key-file.older', 'key-file.other-person', 'key.unacceptable'];
  const imports = [
    ['container', 'under the first key', 'taken'], ['container', 'under the second key', 'taken'], ['container', 'under the third key', 'unchanged'], ['container', 'under a fourth key', older],
    ['container', 'under another second key', not], ['container', 'under another third key', not], ['container', 'somebody else', other], ['container', 'somebody else under a later key', other],
    ['PKCS #12', 'under the first key', 'taken'], ['PKCS #12', 'under a fourth key', older], ['PEM', 'under the second key', 'taken'], ['PEM', 'somebody else', other],
    ['container, a first key alone', 'under the first key', 'unchanged'], ['container, a first key alone', 'under the second key', older], ['container, a first key alone', 'somebody else', other],
    ['without the steps', 'under the third key', 'unchanged'], ['without the steps', 'under the second key', not], ['without the steps', 'under a fourth key', older],
    ['a step with a certificate of another key', 'under the first key', not], ['a step with a certificate of another key', 'under the second key', 'taken'],
    ['without the step between', 'under the first key', not], ['without the step between', 'under the second key', 'taken'],
  ].map(([file, to, outcome]) => ({ file, to, outcome }));
  return { more: Object.entries(more).map(([name, bytes]) => ({ name, bytes: text(bytes) })), owners, imports };
};

const keyFiles = (vectors, keys) => {
  const peerId = fromBase32(vectors.peerId);
  const seed = hex(vectors.recovery.seed);
  const later = [1, 2].map((at) => {
    const { bytes, epoch } = vectors.links[at - 1];
    const [privateKey, spki] = [keys[at], spkiOf(keys[at])];
    const certificate = makeCertificate({ key: { privateKey, spki }, name: 'Vera', peerId, epoch, recoveryHash: H(edPublic(seed)), notBefore: vectors.now, notAfter: vectors.now + 90 * DAY, serial: counting(epoch * 16, 16) });
    return { epoch, certificate, kind: 1, statement: hex(bytes) };
  });
  const papers = [{ epoch: 1, certificate: hex(vectors.firstCertificate) }, ...later];
  const pkcs8 = keys[2].export({ format: 'der', type: 'pkcs8' });
  const parts = { pkcs8, spki: spkiOf(keys[2]), name: 'Vera', papers };
  const container = (of = {}, more = {}) => writeContainer(payloadOf({ pkcs8, papers, recoveryKey: edPublic(seed), ...of }), PASSPHRASE, { ...COST, derive, salt: counting(6, 16), nonce: counting(7, 24), ...more });
  const first = { ...parts, papers: papers.slice(0, 1), pkcs8: keys[0].export({ format: 'der', type: 'pkcs8' }), spki: spkiOf(keys[0]) };
  const good = [
    { name: 'container', bytes: container(), epoch: 3, papers: 3, recovery: true },
    { name: 'container, a first key alone', bytes: container({ pkcs8: first.pkcs8, papers: first.papers, recoveryKey: Buffer.alloc(0) }), epoch: 1, papers: 1, recovery: false },
    { name: 'PKCS #12', bytes: writePkcs12(parts, PASSPHRASE, drawn), epoch: 3, papers: 3, recovery: false },
    { name: 'PEM', bytes: writePem(parts, PASSPHRASE, drawn), epoch: 3, papers: 3, recovery: false },
  ];
  // dp, by its place in the key: one bit of it.
  const dp = Buffer.from(keys[0].export({ format: 'jwk' }).dp, 'base64url');
  const spoilt = Buffer.from(first.pkcs8);
  spoilt[spoilt.indexOf(dp) + 20] ^= 1;
  const [one, two] = papers;
  const alone = (of, more) => container({ pkcs8: first.pkcs8, papers: [one], recoveryKey: Buffer.alloc(0), ...of }, more);
  const whole = {
    'one number of the key is another': alone({ pkcs8: spoilt }),
    'a certificate of another key last': alone({ papers: [one, two] }),
    'papers out of order': alone({ papers: [two, one] }),
    'no papers': alone({ papers: [] }),
    'a statement beside a first key': alone({ papers: [{ ...one, statement: counting(1, 20) }] }),
    'a kind of a later version': alone({ papers: [{ ...one, kind: 3, statement: counting(1, 20) }] }),
    'a recovery key of 31 bytes': alone({ recoveryKey: counting(1, 31) }),
    'four endorsements': alone({ endorsements: Array.from({ length: 4 }, () => [counting(1, 20)]) }),
    'a whole block of filling more': alone({}, { padded: (plain) => cat(plain, Buffer.alloc((-plain.length & 4095) + 4096)) }),
    'filling that is no zeros': alone({}, { padded: (plain) => cat(plain, Buffer.alloc(-plain.length & 4095, 1)) }),
  };
  const imports = keyFileImports(vectors, keys, {
    'without the steps': container({ papers: [{ ...papers[2], kind: 0, statement: undefined }] }),
    'a step with a certificate of another key': container({ papers: [one, { ...two, certificate: makeCertificate({ key: { privateKey: keys[0], spki: spkiOf(keys[0]) }, name: 'Vera', peerId, epoch: 2, recoveryHash: H(edPublic(seed)), notBefore: vectors.now, notAfter: vectors.now + 90 * DAY, serial: counting(48, 16) }) }, papers[2]] }),
    'without the step between': container({ papers: [one, papers[2]] }),
  });
  const pem = good[3].bytes;
  const at = (bytes, what) => bytes.indexOf(what);
  return {
    passphrase: PASSPHRASE, wrongPassphrase: 'vier gute Wörter reichen nicht', peerId: vectors.peerId, knownSpki: vectors.keys[0].spki, knownEpoch: 1,
    good: good.map(({ bytes, ...rest }) => ({ ...rest, bytes: text(bytes) })),
    ...imports,
    /** Made as a whole, as they are sealed. */
    bad: Object.entries(whole).map(([name, bytes]) => ({ name, code: 'key-file.garbled', bytes: text(bytes) })),
    changes: [
      { of: 'container', name: 'another magic', at: 0, to: '4b45595348494655', code: 'key-file.garbled' },
      { of: 'container', name: 'version 2', at: 12, to: '02', code: 'key-file.garbled' },
      { of: 'container', name: 'less memory than there must be', at: 13, to: '0000ffff', code: 'key-file.too-weak' },
      { of: 'container', name: 'more memory than there may be', at: 13, to: '00100001', code: 'key-file.too-weak' },
      { of: 'container', name: 'one pass', at: 17, to: '01', code: 'key-file.too-weak' },
      { of: 'container', name: 'eleven passes', at: 17, to: '0b', code: 'key-file.too-weak' },
      { of: 'container', name: 'another salt', at: 18, to: 'ff', code: 'key-file.wrong-passphrase' },
      { of: 'container', name: 'another nonce', at: 34, to: 'ff', code: 'key-file.wrong-passphrase' },
      { of: 'container', name: 'one bit of what is sealed', at: -1, to: text(u8(good[0].bytes.at(-1) ^ 1)), code: 'key-file.wrong-passphrase' },
      { of: 'container', name: 'a byte more', more: '00', code: 'key-file.garbled' },
      { of: 'container', name: 'a byte less', cut: 1, code: 'key-file.garbled' },
      { of: 'container', name: 'the head alone', cut: good[0].bytes.length - 58, code: 'key-file.garbled' },
      { of: 'PKCS #12', name: 'a byte more', more: '00', code: 'key-file.garbled' },
      { of: 'PKCS #12', name: 'a byte less', cut: 1, code: 'key-file.garbled' },
      { of: 'PKCS #12', name: 'one bit of what is under the MAC', at: 600, to: text(u8(good[2].bytes[600] ^ 1)), code: 'key-file.wrong-passphrase' },
      { of: 'PKCS #12', name: '2,047 iterations of the MAC', at: -2, to: '07ff', code: 'key-file.too-weak' },
      { of: 'PEM', name: 'a private key of another label as well', more: text(Buffer.from('-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n')), code: 'key-file.too-weak' },
      { of: 'PEM', name: 'no key', at: at(pem, 'ENCRYPTED PRIVATE KEY'), to: text(Buffer.from('ENCRYPTED PRIVATE KAY')), code: 'key-file.garbled' },
      { of: 'PEM', name: 'a block that does not end', cut: 30, code: 'key-file.garbled' },
      { of: 'PEM', name: 'text behind', more: text(Buffer.from('as it came by mail\n')), code: 'opened' },
    ],
  };
};

const TABLES = [
  ['people', ['id', 'name', 'picture', 'balance', 'gone'], [[1, 'Vera', counting(1, 5), -1, null], [2, 'Übel 🙂', Buffer.alloc(0), Number.MIN_SAFE_INTEGER, 0], [3, '', counting(9, 1), Number.MAX_SAFE_INTEGER, null]]],
  ['empty', ['one'], []],
];
const ABOUT = { peerId: counting(0x20, 32), madeAt: 1_768_478_400_000, schema: 9, settings: '{"readReceipts":true}' };

const backup = () => {
  const salt = counting(0x40, 16);
  const how = { ...COST, derive, salt };
  const content = writeContent(ABOUT, TABLES);
  const file = writeBackup(content, PASSPHRASE, how);
  const long = writeBackup(writeContent(ABOUT, [['blobs', ['bytes'], [[counting(0, 131_072)]]]]), PASSPHRASE, how);
  const head = manifest(ABOUT);
  const two = table('t', ['x', 'y']);
  const item = (kind, payload) => cat(u8(kind), lp(payload));
  const contents = {
    'no end': head, 'no manifest': end(0), 'a table before the manifest': cat(two, head, end(0)), 'two manifests': cat(head, head, end(0)), 'two ends': cat(head, end(0), end(0)), 'a row behind the end': cat(head, two, end(0), row([null, null])),
    'another count': cat(head, two, row([null, null]), end(2)), 'a row without a table': cat(head, row([null]), end(1)), 'a row too short': cat(head, two, item(3, u8(0)), end(1)), 'a row too long': cat(head, two, item(3, Buffer.alloc(3)), end(1)),
    'an unknown value': cat(head, two, item(3, Buffer.of(0, 5)), end(1)), 'a text that is none': cat(head, two, item(3, cat(Buffer.of(0, 3), lp(Buffer.of(0xc3)))), end(1)), 'a number above 2^53 − 1': cat(head, two, item(3, cat(Buffer.of(0, 1), Buffer.alloc(8, 255))), end(1)),
    'a table without columns': cat(head, item(2, cat(lp('t'), Buffer.alloc(2))), end(0)), 'an unknown item': cat(head, item(9, Buffer.alloc(0)), end(0)), 'an item longer than any': cat(head, Buffer.of(3), u32(4 * 1024 * 1024 + 1)),
  };
  const SEALED = 65_552;
  return {
    passphrase: PASSPHRASE, wrongPassphrase: 'vier gute Wörter reichen nicht', ...COST, salt: text(salt),
    about: { ...ABOUT, peerId: text(ABOUT.peerId) },
    tables: TABLES.map(([name, columns, rows]) => ({ name, columns, rows: rows.map((values) => values.map((one) => (Buffer.isBuffer(one) ? { hex: text(one) } : one))) })),
    content: text(content), file: text(file),
    /** One table `blobs` with one column `bytes` and one row: the bytes 0 … 255 over and over, 131,072 of them. Three chunks. */
    long: { length: long.length, sha256: text(H(long)) },
    contents: Object.entries(contents).map(([name, bytes]) => ({ name, bytes: text(bytes) })),
    changes: [
      { of: 'file', name: 'another magic', at: 0, to: '6b', code: 'backup.garbled' }, { of: 'file', name: 'a later version', at: 15, to: '02', code: 'backup.newer' }, { of: 'file', name: 'version 0', at: 15, to: '00', code: 'backup.garbled' },
      { of: 'file', name: 'less memory than there must be', at: 16, to: '0000ffff', code: 'backup.garbled' }, { of: 'file', name: 'more memory than there may be', at: 16, to: '00100001', code: 'backup.garbled' },
      { of: 'file', name: 'one pass', at: 20, to: '01', code: 'backup.garbled' }, { of: 'file', name: 'eleven passes', at: 20, to: '0b', code: 'backup.garbled' }, { of: 'file', name: 'another salt', at: 21, to: 'ff', code: 'backup.wrong-passphrase' },
      { of: 'file', name: 'one bit of a chunk', at: 40, to: text(u8(file[40] ^ 1)), code: 'backup.wrong-passphrase' }, { of: 'file', name: 'a byte more', more: '00', code: 'backup.wrong-passphrase' }, { of: 'file', name: 'cut short', cut: 1, code: 'backup.wrong-passphrase' },
      { of: 'file', name: 'the head and a tag', cut: file.length - 37 - 16, code: 'backup.garbled' }, { of: 'file', name: 'the head alone', cut: file.length - 37, code: 'backup.garbled' },
      { of: 'long', name: 'the last chunk is missing', cut: long.length - 37 - 2 * SEALED, code: 'backup.wrong-passphrase' }, { of: 'long', name: 'two chunks changed places', moved: { at: 37, length: SEALED }, code: 'backup.wrong-passphrase' },
      { of: 'long', name: 'ends with less than a tag behind a chunk', cut: long.length - 37 - 2 * SEALED - 16, code: 'backup.garbled' },
    ],
  };
};

/** docs/protocol.md §2, files of an identity key: PKCS #12 (RFC 7292) and PEM, written and read under PBES2. */
import { createCipheriv, createDecipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import sodium from 'sodium-native';
import { cat, need, same, whole } from './bytes.mjs';
import { H, random } from './crypto.mjs';
import { children, der, integer, oid, only, sequence, tagged } from './der.mjs';
import { bad, keyFile, orBad, privateKeyOf, readPapers, spkiOf, writePapers } from './key-files.mjs';

const O = {
  data: oid('1.2.840.113549.1.7.1'), encrypted: oid('1.2.840.113549.1.7.6'), pbes2: oid('1.2.840.113549.1.5.13'), pbkdf2: oid('1.2.840.113549.1.5.12'), sha256: oid('2.16.840.1.101.3.4.2.1'),
  certificates: oid('1.2.840.113549.1.12.10.1.3'), shrouded: oid('1.2.840.113549.1.12.10.1.2'), x509: oid('1.2.840.113549.1.9.22.1'), name: oid('1.2.840.113549.1.9.20'), keyId: oid('1.2.840.113549.1.9.21'), papers: oid('2.25.49017952653411.3'),
};
const NULL = der(0x05);
const named = (table) => new Map(Object.entries(table).map(([id, value]) => [oid(id).toString('hex'), value]));
const PRF = named({ '1.2.840.113549.2.9': 'sha256', '1.2.840.113549.2.10': 'sha384', '1.2.840.113549.2.11': 'sha512' });
const AES = named({ '2.16.840.1.101.3.4.1.2': 16, '2.16.840.1.101.3.4.1.22': 24, '2.16.840.1.101.3.4.1.42': 32 });

/** How much work one file may ask for; every part says how much it is. */
class Work {
  left = 30_000_000;
  take(iterations) {
    if (iterations < 2048 || iterations > 10_000_000) bad('key-file.too-weak');
    this.left -= iterations;
    if (this.left < 0) bad('key-file.too-weak');
    return iterations;
  }
}
const numberOf = (element) => {
  const { content } = tagged(element, 0x02, 'a number');
  need(content.length >= 1 && content.length <= 5 && content[0] < 0x80, 'a number');
  return content.readUIntBE(0, content.length);
};
const saltOf = (element) => {
  const { content } = tagged(element, 0x04, 'a salt');
  if (content.length < 8 || content.length > 64) bad('key-file.too-weak');
  return content;
};

// PBES2

const pbes2 = ({ salt, iv, iterations }) =>
  sequence(O.pbes2, sequence(sequence(O.pbkdf2, sequence(der(0x04, salt), integer(iterations), sequence(oid('1.2.840.113549.2.9'), NULL))), sequence(oid('2.16.840.1.101.3.4.1.42'), der(0x04, iv))));
const encrypt = (passphrase, plain, { salt = random(16), iv = random(16), iterations = 600_000 } = {}) => {
  const cipher = createCipheriv('aes-256-cbc', pbkdf2Sync(passphrase.normalize('NFC'), salt, iterations, 32, 'sha256'), iv);
  return { method: pbes2({ salt, iv, iterations }), ciphertext: cat(cipher.update(plain), cipher.final()) };
};
const decrypt = (passphrase, method, ciphertext, work) => {
  const [id, parameters] = children(method);
  if (!same(id.all, O.pbes2)) bad('key-file.too-weak');
  const [derivation, scheme] = children(tagged(parameters, 0x30, 'parameters'));
  const [kdf, how] = children(derivation);
  if (!same(kdf.all, O.pbkdf2)) bad('key-file.too-weak');
  const [salt, iterations, ...rest] = children(how);
  const prf = rest.at(-1)?.tag === 0x30 ? PRF.get(children(rest.at(-1))[0].all.toString('hex')) : undefined;
  const [cipher, iv] = children(scheme);
  const size = AES.get(cipher.all.toString('hex'));
  if (!prf || !size) bad('key-file.too-weak');
  const key = pbkdf2Sync(passphrase.normalize('NFC'), saltOf(salt), work.take(numberOf(iterations)), size, prf);
  try {
    const aes = createDecipheriv(`aes-${size * 8}-cbc`, key, tagged(iv, 0x04, 'an iv').content);
    return cat(aes.update(ciphertext), aes.final());
  } catch {
    return bad('key-file.wrong-passphrase');
  }
};

// PKCS #12

/** RFC 7292, appendix B.2, with SHA-256 and ID 3: 32 bytes. */
const macKey = (passphrase, salt, iterations) => {
  const text = Buffer.from(`${passphrase.normalize('NFC')}\0`, 'utf16le').swap16();
  const filled = (bytes) => Buffer.alloc(Math.ceil(bytes.length / 64) * 64, bytes);
  const [hash, next] = [Buffer.alloc(32), Buffer.alloc(32)];
  sodium.crypto_hash_sha256(hash, cat(Buffer.alloc(64, 3), filled(salt), filled(text)));
  for (let round = 1; round < iterations; round += 1) {
    sodium.crypto_hash_sha256(next, hash);
    next.copy(hash);
  }
  return hash;
};
const attribute = (id, value) => sequence(id, der(0x31, value));
const bag = (id, value, ...attributes) => sequence(id, der(0xa0, value), der(0x31, ...attributes.toSorted(Buffer.compare)));
const contentInfo = (id, content) => sequence(id, der(0xa0, content));

/** `drawn`: { key, certificate: { salt, iv }, mac: salt, iterations }. */
export const writePkcs12 = ({ pkcs8, spki, name, papers }, passphrase, drawn = {}) => {
  const { iterations = 600_000, macIterations = iterations * 2, mac: salt = random(16) } = drawn;
  const common = [attribute(O.name, der(0x1e, Buffer.from(name, 'utf16le').swap16())), attribute(O.keyId, der(0x04, H(spki)))];
  const certificate = sequence(bag(O.certificates, sequence(O.x509, der(0xa0, der(0x04, papers.at(-1).certificate))), ...common, attribute(O.papers, der(0x04, writePapers(papers)))));
  const first = encrypt(passphrase, certificate, { ...drawn.certificate, iterations });
  const second = encrypt(passphrase, pkcs8, { ...drawn.key, iterations });
  const safe = sequence(
    contentInfo(O.encrypted, sequence(integer(0), sequence(O.data, first.method, der(0x80, first.ciphertext)))),
    contentInfo(O.data, der(0x04, sequence(bag(O.shrouded, sequence(second.method, der(0x04, second.ciphertext)), ...common)))),
  );
  const digest = createHmac('sha256', macKey(passphrase, salt, macIterations)).update(safe).digest();
  return sequence(integer(3), contentInfo(O.data, der(0x04, safe)), sequence(sequence(sequence(O.sha256, NULL), der(0x04, digest)), der(0x04, salt), integer(macIterations)));
};

const inner = (element, tag, what) => {
  const [one, ...more] = children(tagged(element, 0xa0, what));
  need(more.length === 0, what);
  return tagged(one, tag, what);
};
export const readPkcs12 = (bytes, passphrase) =>
  orBad('key-file.garbled', () => {
    need(bytes.length <= 65_535, 'too long');
    const [version, content, mac, ...more] = children(tagged(only(bytes), 0x30, 'a PFX'));
    need(more.length === 0 && numberOf(version) === 3, 'version 3');
    if (!mac) bad('key-file.too-weak');
    const [dataId, wrapped] = children(content);
    need(same(dataId.all, O.data), 'data');
    const safe = inner(wrapped, 0x04, 'the safe').content;
    const work = new Work();
    const [info, saltElement, count] = children(mac);
    const [algorithm, digest] = children(info);
    if (!same(children(algorithm)[0].all, O.sha256)) bad('key-file.too-weak');
    const salt = saltOf(saltElement);
    const made = createHmac('sha256', macKey(passphrase, salt, work.take(count ? numberOf(count) : 1))).update(safe).digest();
    const said = tagged(digest, 0x04, 'a digest').content;
    if (said.length !== 32 || !timingSafeEqual(made, said)) bad('key-file.wrong-passphrase');
    const infos = children(tagged(only(safe), 0x30, 'the safe'));
    need(infos.length >= 1 && infos.length <= 8, 'parts');
    const bags = infos.flatMap((one) => bagsOf(one, passphrase, work));
    const keys = bags.filter(({ id }) => same(id, O.shrouded));
    need(keys.length === 1, 'one key');
    const [method, ciphertext] = children(tagged(keys[0].value, 0x30, 'an encrypted key'));
    const privateKey = privateKeyOf(decrypt(passphrase, method, tagged(ciphertext, 0x04, 'a key').content, work), 'key-file.garbled');
    const certificates = bags.filter(({ id }) => same(id, O.certificates)).map(({ value, attributes }) => {
      const [kind, holder] = children(tagged(value, 0x30, 'a certificate'));
      need(same(kind.all, O.x509), 'an X.509 certificate');
      return { der: inner(holder, 0x04, 'a certificate').content, papers: attributes.get(O.papers.toString('hex')) };
    });
    return fileOf(privateKey, certificates);
  });
const bagsOf = (info, passphrase, work) => {
  const [id, wrapped] = children(info);
  if (same(id.all, O.data)) return safeBags(inner(wrapped, 0x04, 'a part').content);
  need(same(id.all, O.encrypted), 'a part');
  const [version, part] = children(inner(wrapped, 0x30, 'a part'));
  need(numberOf(version) === 0, 'version of a part');
  const [kind, method, ciphertext] = children(part);
  need(same(kind.all, O.data), 'data');
  return safeBags(decrypt(passphrase, method, tagged(ciphertext, 0x80, 'a ciphertext').content, work));
};
const safeBags = (bytes) => {
  const bags = children(tagged(only(bytes), 0x30, 'bags'));
  need(bags.length <= 64, 'bags');
  return bags.map((one) => {
    const [id, value, set] = children(one);
    const attributes = new Map(set ? children(tagged(set, 0x31, 'attributes')).map((each) => {
      const [name, values] = children(each);
      return [name.all.toString('hex'), children(tagged(values, 0x31, 'values'))[0]];
    }) : []);
    return { id: id.all, value: children(tagged(value, 0xa0, 'a bag'))[0], attributes };
  });
};
/** The certificate of this very key; papers only beside it. */
const fileOf = (privateKey, certificates) => {
  const spki = spkiOf(privateKey);
  const own = certificates.find(({ der: bytes }) => bytes.includes(spki));
  need(own, 'no certificate of this key');
  const papers = own.papers ? whole(tagged(own.papers, 0x04, 'papers').content, readPapers) : [];
  return keyFile({ privateKey, papers, certificate: own.der });
};

// PEM

const HISTORY = 'KEYSHIFT KEY HISTORY';
const block = (label, bytes) => [`-----BEGIN ${label}-----`, ...bytes.toString('base64').match(/.{1,64}/g), `-----END ${label}-----`, ''].join('\n');
export const writePem = ({ pkcs8, papers }, passphrase, drawn = {}) => {
  const { method, ciphertext } = encrypt(passphrase, pkcs8, { iterations: drawn.iterations, ...drawn.key });
  return Buffer.from(block('ENCRYPTED PRIVATE KEY', sequence(method, der(0x04, ciphertext))) + block('CERTIFICATE', papers.at(-1).certificate) + block(HISTORY, writePapers(papers)));
};
export const isPem = (bytes) => bytes.includes('-----BEGIN ');
export const readPem = (bytes, passphrase) =>
  orBad('key-file.garbled', () => {
    need(bytes.length <= 1024 * 1024, 'too long');
    const blocks = [...bytes.toString('latin1').matchAll(/-----BEGIN ([A-Z0-9 ]+)-----\r?\n([A-Za-z0-9+/=\s]*?)-----END \1-----/g)].map(([, label, body]) => ({ label, bytes: Buffer.from(body, 'base64') }));
    need(blocks.length >= 1 && blocks.length <= 64, 'blocks');
    need((bytes.toString('latin1').match(/-----BEGIN /g) ?? []).length === blocks.length, 'a block that does not end as it began');
    const of = (label) => blocks.filter((one) => one.label === label);
    if (blocks.some(({ label }) => label.endsWith('PRIVATE KEY') && label !== 'ENCRYPTED PRIVATE KEY')) bad('key-file.too-weak');
    const keys = of('ENCRYPTED PRIVATE KEY');
    need(keys.length === 1, 'one key');
    const [method, ciphertext] = children(tagged(only(keys[0].bytes), 0x30, 'an encrypted key'));
    // Padding can come out right by chance: then the bytes are no key.
    const privateKey = privateKeyOf(decrypt(passphrase, method, tagged(ciphertext, 0x04, 'a key').content, new Work()), 'key-file.wrong-passphrase');
    const histories = of(HISTORY);
    need(histories.length <= 1, 'one history');
    const papers = histories.length ? whole(histories[0].bytes, readPapers) : [];
    const own = of('CERTIFICATE').find((one) => one.bytes.includes(spkiOf(privateKey)));
    need(own, 'no certificate of this key');
    return keyFile({ privateKey, papers, certificate: own.bytes });
  });

import { createDecipheriv, type Decipher, type KeyObject } from 'node:crypto';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { der, derNumber, DerReader, tag } from '../../../../electron/engine/certificates/der';
import { createLocalRecord } from '../../../../electron/engine/certificates/local-party';
import { rotateLocalRecord } from '../../../../electron/engine/certificates/rotation';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { encodeContainer, encodeContainerPayload } from '../../../../electron/engine/key-files/container';
import { pkcs12MacKey } from '../../../../electron/engine/crypto/pkcs12-mac-key';
import { macIterations } from '../../../../electron/engine/key-files/kdf-limits';
import type { KeyFile } from '../../../../electron/engine/key-files/key-file';
import { oids } from '../../../../electron/engine/key-files/oids';
import { openKeyFile } from '../../../../electron/engine/key-files/open-key-file';
import { oid, openPbes2, parsePbes2, sealPbes2 } from '../../../../electron/engine/key-files/pbes2';
import { encodePem } from '../../../../electron/engine/key-files/pem-file';
import { encodePkcs12 } from '../../../../electron/engine/key-files/pkcs12-writer';
import { openPrivateKey } from '../../../../electron/engine/key-files/private-key';
import { testCrypto } from '../../../support/dialog-kit';
import { passphraseBmp, passphraseBytes } from '../../../../electron/engine/key-files/passphrase-bytes';
import { keyFileOf, keyFileParts } from '../../../support/key-file-kit';

const passphrase = 'vier gute Wörter reichen';
const cost = { memoryBytes: 64 * 1024 * 1024, passes: 2 };
const least = 2048;
type Format = 'container' | 'pkcs12' | 'pem';
const formats: readonly Format[] = ['container', 'pkcs12', 'pem'];

describe('files of an identity key', () => {
  let crypto: Crypto;
  let file: KeyFile;
  let argonRuns = 0;
  const made = {} as Record<Format, Uint8Array>;

  beforeAll(async () => {
    const real = await testCrypto();
    crypto = {
      ...real,
      passwordKey: (...args) => {
        argonRuns += 1;
        return real.passwordKey(...args);
      },
    };
    const first = await createLocalRecord(crypto, { name: 'Ada', deviceName: 'desk', now: 1_800_000_000_000 });
    file = { ...keyFileOf(crypto, await rotateLocalRecord(crypto, first, 1_800_000_000_001)), endorsements: [[Uint8Array.of(1), Uint8Array.of(2)], [Uint8Array.of(3)]] };
    made.container = await encodeContainer(crypto, file, passphrase, cost);
    made.pkcs12 = await encodePkcs12(keyFileParts(crypto), file, passphrase, { pbkdf2: least, mac: least });
    made.pem = await encodePem(keyFileParts(crypto), file, passphrase, least);
  });

  const open = (bytes: Uint8Array, phrase = passphrase): Promise<KeyFile> => openKeyFile(keyFileParts(crypto), bytes, phrase);
  const code = (bytes: Uint8Array, phrase = passphrase): Promise<string> =>
    open(bytes, phrase).then(
      () => 'opened',
      (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
    );
  const changed = (bytes: Uint8Array, at: number, value?: number): Uint8Array => bytes.with(at, value ?? (bytes[at] ?? 0) ^ 0x04);

  it.each(formats)('S5-25 S5-26: what was written is read, also with another composition of the same letters: %s', async (format) => {
    const { privateKey, certificate, papers } = await open(made[format], passphrase.normalize('NFD'));
    expect(privateKey.key.equals(file.privateKey.key)).toBe(true);
    expect([certificate.peerId, certificate.epoch]).toEqual([file.certificate.peerId, 2]);
    expect(papers).toEqual(file.papers);
  });

  it.each(formats)('S5-25: whoever had more keys than a file takes gets the newest of them, in a file that opens: %s', async (format) => {
    const [oldest, newest] = file.papers;
    if (!oldest || !newest) throw new Error('two keys were made');
    const papers = [...Array.from({ length: 299 }, (_, index) => ({ ...oldest, epoch: index + 1 })), { ...newest, epoch: 300 }];
    const many = { ...file, papers };
    const bytes = await {
      container: () => encodeContainer(crypto, many, passphrase, cost),
      pkcs12: () => encodePkcs12(keyFileParts(crypto), many, passphrase, { pbkdf2: least, mac: least }),
      pem: () => encodePem(keyFileParts(crypto), many, passphrase, least),
    }[format]();
    const opened = await open(bytes);
    expect(opened.papers.length).toBeGreaterThan(20);
    expect(opened.papers).toEqual(papers.slice(-opened.papers.length));
  });

  it('A81: counts beyond either bound, and those in bounds one by one and not together, cost no work', async () => {
    const part = (type: string, ...value: Uint8Array[]): Uint8Array => der(tag.sequence, oid(type), der(0xa0, ...value));
    // As the document has it.
    const most = 10_000_000;
    const encryptedWith = (iterations: number): Uint8Array => {
      const derivation = der(tag.sequence, oid(oids.pbkdf2), der(tag.sequence, der(tag.octetString, new Uint8Array(16)), derNumber(iterations), der(tag.sequence, oid(oids.hmacSha256), der(tag.nothing))));
      const algorithm = der(tag.sequence, oid(oids.pbes2), der(tag.sequence, derivation, der(tag.sequence, oid(oids.aes256Cbc), der(tag.octetString, new Uint8Array(16)))));
      return part(oids.encryptedData, der(tag.sequence, derNumber(0), der(tag.sequence, oid(oids.data), algorithm, der(0x80, new Uint8Array(16)))));
    };
    const digest = der(tag.sequence, der(tag.sequence, oid(oids.sha256), der(tag.nothing)), der(tag.octetString, new Uint8Array(32)));
    const fileOf = (parts: number, iterations = most, mac = least): Uint8Array => {
      const safes = der(tag.sequence, ...Array.from({ length: parts }, () => encryptedWith(iterations)));
      return der(tag.sequence, derNumber(3), part(oids.data, der(tag.octetString, safes)), der(tag.sequence, digest, der(tag.octetString, new Uint8Array(16)), derNumber(mac)));
    };
    expect(await Promise.all([2, 3, 8].map((parts) => code(fileOf(parts))))).toEqual(['key-file.wrong-passphrase', 'key-file.too-weak', 'key-file.too-weak']);
    expect(await Promise.all([code(fileOf(1, most + 1)), code(fileOf(1, 2047)), code(fileOf(1, least, most + 1)), code(fileOf(1, least, 2047))])).toEqual(Array.from({ length: 4 }, () => 'key-file.too-weak'));
    expect(await code(fileOf(1, 2048, 2048))).toBe('key-file.wrong-passphrase');
  });

  it('S5-25 A81: where nobody says otherwise a guess costs 600,000 iterations, and of the MAC twice as many', async () => {
    const pem = new TextDecoder().decode(await encodePem(keyFileParts(crypto), file, passphrase));
    const [, key = ''] = /KEY-----\n([^-]*)/.exec(pem) ?? [];
    // As a number of DER.
    expect(Buffer.from(key, 'base64').includes(Buffer.from(derNumber(600_000)))).toBe(true);
    expect(macIterations).toBe(1_200_000);
  });

  it('S5-25: the container also carries the public recovery key and the endorsements, and tells nothing of how many keys there were', async () => {
    const { recoveryKey, endorsements } = await open(made.container);
    expect([recoveryKey, endorsements]).toEqual([file.recoveryKey, file.endorsements]);
    expect((made.container.length - 58 - 16) % 4096).toBe(0);
  });

  it.each(formats)('S5-25: another passphrase opens nothing: %s', async (format) => {
    expect(await code(made[format], `${passphrase} `)).toBe('key-file.wrong-passphrase');
  });

  it('S5-25 A81: a changed container does not open, wherever it was changed; what a holder can see is said, nothing else', async () => {
    const seen: Record<string, string> = {};
    // Magic, version, salt, nonce, sealed: its begin, middle, end, tag.
    for (const at of [0, 11, 12, 18, 34, 58, 2000, made.container.length - 1]) seen[at] = await code(changed(made.container, at));
    const wrong = 'key-file.wrong-passphrase';
    expect(seen).toEqual({ 0: 'key-file.garbled', 11: 'key-file.garbled', 12: 'key-file.garbled', 18: wrong, 34: wrong, 58: wrong, 2000: wrong, [made.container.length - 1]: wrong });
    for (const length of [0, 5, 12, 13, 17, 57, 58, 73, 74, 4000, made.container.length - 4096, made.container.length - 1]) {
      expect(await code(made.container.slice(0, length))).toBe(length === made.container.length - 4096 && length > 74 ? wrong : 'key-file.garbled');
    }
    expect(await code(Uint8Array.of(...made.container, 0))).toBe('key-file.garbled');
  });

  it.each([
    ['memory of 2^40 bytes', [0x40, 0, 0, 0], 3],
    ['the largest number', [0xff, 0xff, 0xff, 0xff], 3],
    ['memory of 1 KiB', [0, 0, 0, 1], 3],
    ['no memory', [0, 0, 0, 0], 3],
    ['one pass', [0, 1, 0, 0], 1],
    ['255 passes', [0, 1, 0, 0], 255],
  ] as const)('A81: work out of bounds is refused before any is done: %s', async (_what, memory, passes) => {
    const forged = made.container.slice();
    forged.set(memory, 13);
    forged[17] = passes;
    const before = argonRuns;
    expect(await code(forged)).toBe('key-file.too-weak');
    expect(argonRuns).toBe(before);
  });

  it('A81: the work of PBKDF2 and of the MAC is bounded as well, in both formats', async () => {
    // The counts as they stand in the files: INTEGER 2048, two in a row of certificate and key, the last of the MAC.
    const needle = Buffer.from([0x02, 0x02, 0x08, 0x00]);
    const places: number[] = [];
    for (let at = Buffer.from(made.pkcs12).indexOf(needle); at >= 0; at = Buffer.from(made.pkcs12).indexOf(needle, at + 1)) places.push(at);
    expect(places).toHaveLength(3);
    for (const at of places) {
      expect(await code(changed(made.pkcs12, at + 2, 0x07))).toBe('key-file.too-weak');
      // Another count within the bounds: the same answer as to a wrong passphrase.
      expect(await code(changed(made.pkcs12, at + 3, 0x01))).toBe('key-file.wrong-passphrase');
    }
    const der = Buffer.from(made.pem.length > 0 ? (/KEY-----\n([^-]+)\n-----END ENCRYPTED/.exec(new TextDecoder().decode(made.pem))?.[1] ?? '') : '', 'base64');
    const at = der.indexOf(needle);
    for (const [value, outcome] of [[0x01, 'key-file.too-weak'], [0x08, 'key-file.wrong-passphrase']] as const) {
      const other = Buffer.from(der);
      other[at + 2] = value;
      other[at + 3] = 0x01;
      expect(await code(pemWith(other))).toBe(outcome);
    }
    // 2^40: one length byte more here, and in every SEQUENCE around it.
    const long = Buffer.concat([der.subarray(0, at), Buffer.from([0x02, 0x06, 0x01, 0, 0, 0, 0, 0]), der.subarray(at + 4)]);
    for (const place of sequencesAround(der, at)) {
      if ((der[place + 1] ?? 0) === 0x82) long.writeUInt16BE(der.readUInt16BE(place + 2) + 4, place + 2);
      else long[place + 1] = (der[place + 1] ?? 0) + 4;
    }
    expect(await code(pemWith(long))).toBe('key-file.too-weak');
  });

  it('A80 A88: a file with two private keys is no key file, in both formats: nobody says which of them would be used; of one that is not encrypted itself nothing stays in memory', async () => {
    const pem = new TextDecoder().decode(made.pem);
    expect(await code(new TextEncoder().encode(pem + pem))).toBe('key-file.garbled');
    // PKCS #12: its last part, the one with the key, once more, under a MAC that is right.
    const pfx = new DerReader(made.pkcs12).inside(tag.sequence);
    const version = pfx.element(tag.integer).whole;
    const content = pfx.inside(tag.sequence);
    const type = content.element(tag.oid).whole;
    const parts = new DerReader(content.inside(0xa0).content(tag.octetString)).inside(tag.sequence);
    const [certificate, key] = [parts.element(tag.sequence).whole, parts.element(tag.sequence).whole];
    const mac = pfx.inside(tag.sequence);
    const algorithm = mac.inside(tag.sequence).element(tag.sequence).whole;
    const salt = mac.content(tag.octetString);
    const macKey = await pkcs12MacKey(passphraseBmp(passphrase), salt, least, keyFileParts(crypto).turn);
    const withParts = (...each: readonly Uint8Array[]): Uint8Array => {
      const safes = der(tag.sequence, ...each);
      const sum = der(tag.sequence, algorithm, der(tag.octetString, crypto.hmac(macKey, safes)));
      return der(tag.sequence, version, der(tag.sequence, type, der(0xa0, der(tag.octetString, safes))), der(tag.sequence, sum, der(tag.octetString, salt), derNumber(least)));
    };
    expect(withParts(certificate, key)).toEqual(made.pkcs12);
    expect(await code(withParts(certificate, key, key))).toBe('key-file.garbled');
    const bare = der(tag.sequence, der(tag.sequence, oid(oids.keyBag), der(0xa0, file.privateKey.key.export({ format: 'der', type: 'pkcs8' }))));
    const sealed = await sealPbes2(crypto, passphraseBytes(passphrase), least, bare);
    const part = der(tag.sequence, derNumber(0), der(tag.sequence, oid(oids.data), sealed.algorithm, der(0x80, sealed.encrypted)));
    const wiped: number[] = [];
    const watching: Crypto = { ...crypto, wipe: (bytes) => (wiped.push(bytes.length), crypto.wipe(bytes)) };
    const opening = openKeyFile(keyFileParts(watching), withParts(der(tag.sequence, oid(oids.encryptedData), der(0xa0, part)), certificate), passphrase);
    await expect(opening).rejects.toMatchObject({ code: 'key-file.too-weak' });
    expect(wiped).toContain(bare.length);
  });

  it('A81: a salt of fewer than 8 bytes is no salt', async () => {
    const der = Buffer.from(/KEY-----\n([^-]+)\n-----END ENCRYPTED/.exec(new TextDecoder().decode(made.pem))?.[1] ?? '', 'base64');
    const at = der.indexOf(Buffer.from([0x02, 0x02, 0x08, 0x00])) - 18;
    expect([...der.subarray(at, at + 2)]).toEqual([0x04, 16]);
    for (const [bytes, outcome] of [[7, 'key-file.too-weak'], [8, 'key-file.wrong-passphrase']] as const) {
      const other = Buffer.concat([der.subarray(0, at), Buffer.from([0x04, bytes]), Buffer.alloc(bytes, 5), der.subarray(at + 18)]);
      for (const place of sequencesAround(der, at)) {
        if (der[place + 1] === 0x82) other.writeUInt16BE(der.readUInt16BE(place + 2) + bytes - 16, place + 2);
        else other[place + 1] = (der[place + 1] ?? 0) + bytes - 16;
      }
      expect([bytes, await code(pemWith(other))]).toEqual([bytes, outcome]);
    }
  });

  it.each(['pkcs12', 'pem'] as const)('S5-25 A85: changed or cut anywhere, a file never opens as another one: %s', async (format) => {
    const bytes = made[format];
    const before = papersText(file);
    const outcomes = new Set<string>();
    // Every place would take a minute: each structure is met.
    for (let at = 0; at < bytes.length; at += format === 'pem' ? 67 : 97) {
      try {
        const other = await open(changed(bytes, at));
        // A space between lines, or an attribute nobody reads.
        expect([other.certificate.peerId, other.privateKey.key.equals(file.privateKey.key)]).toEqual([file.certificate.peerId, true]);
        outcomes.add(papersText(other) === before ? 'the same' : 'other papers');
      } catch (error) {
        outcomes.add(error instanceof Error && 'code' in error ? String(error.code) : String(error));
      }
    }
    for (const outcome of outcomes) expect(['the same', ...(format === 'pem' ? ['other papers'] : []), 'key-file.garbled', 'key-file.wrong-passphrase', 'key-file.too-weak', 'key.unacceptable']).toContain(outcome);
    expect(outcomes).toContain('key-file.wrong-passphrase');
    for (let length = 0; length < bytes.length - 2; length += 211) expect(['key-file.garbled', 'opened']).toContain(await code(bytes.slice(0, length)));
  });

  it('S5-25: of a PEM file cut short the key alone is never enough', async () => {
    const text = new TextDecoder().decode(made.pem);
    const certificate = text.indexOf('-----END CERTIFICATE');
    for (const length of [certificate, text.indexOf('-----BEGIN CERTIFICATE'), text.indexOf('-----END ENCRYPTED')]) {
      expect(await code(new TextEncoder().encode(text.slice(0, length)))).toBe('key-file.garbled');
    }
  });

  it('A88: of a key that is written or opened nothing stays in memory but what was asked for, also where the end of the file was changed', async () => {
    const pkcs8 = file.privateKey.key.export({ format: 'der', type: 'pkcs8' });
    const keys: KeyObject = Object.getPrototypeOf(file.privateKey.key);
    const deciphers: Decipher = Object.getPrototypeOf(createDecipheriv('aes-256-cbc', new Uint8Array(32), new Uint8Array(16)));
    const spies = [vi.spyOn(keys, 'export'), vi.spyOn(deciphers, 'update'), vi.spyOn(deciphers, 'final'), vi.spyOn(Buffer, 'concat')];
    const given = (): Buffer[] => spies.flatMap((spy) => spy.mock.results.map(({ value }): unknown => value).filter((value) => Buffer.isBuffer(value)));
    try {
      await encodePkcs12(keyFileParts(crypto), file, passphrase, { pbkdf2: least, mac: least });
      await encodePem(keyFileParts(crypto), file, passphrase, least);
      encodeContainerPayload(crypto, file);
      for (const format of ['pkcs12', 'pem'] as const) await open(made[format]);
      const secret = new Uint8Array(16);
      const { algorithm, encrypted } = await sealPbes2(crypto, secret, least, pkcs8);
      expect(await openPbes2(parsePbes2(new DerReader(algorithm).inside(tag.sequence)), secret, changed(encrypted, encrypted.length - 17, (encrypted.at(-17) ?? 0) ^ 0x80))).toBeUndefined();
      const keysGiven = given().filter((bytes) => bytes.includes(pkcs8.subarray(200, 264)));
      expect([given().length > 12, keysGiven.length]).toEqual([true, 0]);
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  });

  it('A85: a key whose numbers do not belong together is none, whichever of them was changed', () => {
    const pkcs8 = new Uint8Array(file.privateKey.key.export({ format: 'der', type: 'pkcs8' }));
    expect(openPrivateKey(pkcs8).spki).toEqual(file.certificate.spki);
    // One byte inside each of modulus, d, p, q, dp, dq, 1/q: a signature with such a key would tell its primes.
    for (const at of [100, 500, 850, 1050, 1250, 1440, pkcs8.length - 20]) expect(() => openPrivateKey(changed(pkcs8, at))).toThrow();
  });

  it('A85: bytes that are no key file are told from one without much work', async () => {
    const nested = new Uint8Array(60_000).fill(0x30);
    for (const bytes of [new Uint8Array(0), Uint8Array.of(0x30), nested, new Uint8Array(70_000).fill(0x30), new Uint8Array(2_000_000), new TextEncoder().encode('hello'), Uint8Array.of(0xff, 0xfe)]) {
      expect(await code(bytes)).toBe('key-file.garbled');
    }
    const many = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'.repeat(100);
    expect(await code(new TextEncoder().encode(many))).toBe('key-file.garbled');
  });

  function pemWith(key: Buffer): Uint8Array {
    const text = new TextDecoder().decode(made.pem);
    return new TextEncoder().encode(text.replace(/(KEY-----\n)[^-]+(\n-----END ENCRYPTED)/, `$1${key.toString('base64')}$2`));
  }
});

function papersText({ papers }: KeyFile): string {
  return JSON.stringify(papers.map(({ epoch, certificate }) => [epoch, Buffer.from(certificate).toString('hex')]));
}

/** Where the SEQUENCEs begin that hold `at`: outermost first. */
function sequencesAround(der: Buffer, at: number): number[] {
  const found: number[] = [];
  for (let place = 0; place < at; ) {
    const long = der[place + 1] === 0x82;
    const body = place + (long ? 4 : 2);
    const length = long ? der.readUInt16BE(place + 2) : (der[place + 1] ?? 0);
    if (der[place] === 0x30 && body <= at && at < body + length) {
      found.push(place);
      place = body;
    } else place = body + length;
  }
  return found;
}

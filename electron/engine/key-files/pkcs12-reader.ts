import { DerReader, parseDerNumber, tag } from '../certificates/der';
import { toHex } from '../wire/encoding';
import { WireError } from '../wire/wire-error';
import { mostIterationsOfFile } from './kdf-limits';
import { oids } from './oids';
import { parseIterations, parsePbes2, type Pbes2 } from './pbes2';
import { oldMethods, tooMuchWork, tooWeak } from './refusals';

const explicit0 = 0xa0;
const implicit0 = 0x80;
/** Ours has two; OpenSSL writes two. */
const maxSafes = 8;
const maxBags = 64;
const saltBounds = { least: 8, most: 64 };

export interface Encrypted {
  readonly algorithm: Pbes2;
  readonly bytes: Uint8Array;
}

export interface Bag {
  readonly certificate?: Uint8Array;
  readonly shroudedKey?: Encrypted;
  readonly papers?: Uint8Array;
}

/** A PKCS #12 file before anything in it is opened: every method and every count in it is one that is taken. */
export interface ParsedPkcs12 {
  /** What the MAC is over. */
  readonly macContent: Uint8Array;
  readonly mac: Uint8Array;
  readonly macSalt: Uint8Array;
  readonly macIterations: number;
  readonly clear: readonly Bag[];
  /** Each holds more bags: `parseBags` reads what comes out. */
  readonly encrypted: readonly Encrypted[];
}

/**
 * Reads DER only, as OpenSSL, Java and Windows write it. Throws `WireError` for what is none, `key-file.too-weak` for methods of before (RC2,
 * 3DES, SHA-1, no MAC, no encryption of the key) and for counts out of bounds.
 */
export function parsePkcs12(bytes: Uint8Array): ParsedPkcs12 {
  const file = new DerReader(bytes);
  const pfx = file.inside(tag.sequence);
  file.end();
  if (parseDerNumber(pfx.content(tag.integer)) !== 3) throw new WireError('not version 3');
  const outer = contentInfo(pfx.inside(tag.sequence));
  if (outer.type !== oids.data) throw new WireError('not protected by a passphrase');
  const macContent = outer.value.content(tag.octetString);
  outer.value.end();
  if (pfx.done) throw tooWeak('This file has no checksum that a passphrase protects.');
  const macData = parseMac(pfx.inside(tag.sequence));
  pfx.end();

  const clear: Bag[] = [];
  const encrypted: Encrypted[] = [];
  const safes = new DerReader(macContent).inside(tag.sequence);
  for (let count = 0; !safes.done; count += 1) {
    if (count >= maxSafes) throw new WireError('too many parts');
    const { type, value } = contentInfo(safes.inside(tag.sequence));
    if (type === oids.data) clear.push(...parseBags(value.content(tag.octetString)));
    else if (type === oids.encryptedData) encrypted.push(parseEncryptedData(value.inside(tag.sequence)));
    else throw new WireError('a part of another kind');
    value.end();
  }
  const parts = [...encrypted, ...clear.flatMap(({ shroudedKey }) => (shroudedKey ? [shroudedKey] : []))];
  const work = parts.reduce((sum, { algorithm }) => sum + algorithm.iterations, macData.macIterations);
  if (work > mostIterationsOfFile) throw tooWeak(tooMuchWork);
  return { macContent, ...macData, clear, encrypted };
}

/** SafeContents (RFC 7292 §4.2). Bags of other kinds are passed over. */
export function parseBags(bytes: Uint8Array): readonly Bag[] {
  const file = new DerReader(bytes);
  const list = file.inside(tag.sequence);
  file.end();
  const bags: Bag[] = [];
  while (!list.done) {
    if (bags.length >= maxBags) throw new WireError('too many parts');
    bags.push(parseBag(list.inside(tag.sequence)));
  }
  return bags;
}

function parseBag(bag: DerReader): Bag {
  const type = toHex(bag.content(tag.oid));
  const value = bag.inside(explicit0);
  const papers = bag.done ? undefined : papersAmong(bag.inside(tag.set));
  bag.end();
  switch (type) {
    case oids.keyBag:
      throw tooWeak('The key in this file has no encryption of its own.');
    case oids.shroudedKeyBag: {
      const info = value.inside(tag.sequence);
      value.end();
      return { shroudedKey: parseEncryptedKey(info) };
    }
    case oids.certBag: {
      const certificate = value.inside(tag.sequence);
      value.end();
      if (toHex(certificate.content(tag.oid)) !== oids.x509Certificate) return {};
      const inner = certificate.inside(explicit0);
      certificate.end();
      return { certificate: inner.content(tag.octetString), ...(papers && { papers }) };
    }
    default:
      return {};
  }
}

/** EncryptedPrivateKeyInfo (RFC 5958 §3), its outer SEQUENCE entered already. */
export function parseEncryptedKey(info: DerReader): Encrypted {
  const algorithm = parsePbes2(info.inside(tag.sequence));
  const bytes = info.content(tag.octetString);
  info.end();
  return { algorithm, bytes };
}

function parseEncryptedData(data: DerReader): Encrypted {
  if (parseDerNumber(data.content(tag.integer)) !== 0) throw new WireError('another version');
  const inner = data.inside(tag.sequence);
  data.end();
  if (toHex(inner.content(tag.oid)) !== oids.data) throw new WireError('a part of another kind');
  const algorithm = parsePbes2(inner.inside(tag.sequence));
  const bytes = inner.content(implicit0);
  inner.end();
  return { algorithm, bytes };
}

function parseMac(data: DerReader): Pick<ParsedPkcs12, 'mac' | 'macSalt' | 'macIterations'> {
  const digest = data.inside(tag.sequence);
  const algorithm = digest.inside(tag.sequence);
  if (toHex(algorithm.content(tag.oid)) !== oids.sha256) throw tooWeak(oldMethods);
  if (!algorithm.done) algorithm.content(tag.nothing);
  algorithm.end();
  const mac = digest.content(tag.octetString);
  digest.end();
  const macSalt = data.content(tag.octetString);
  if (mac.length !== 32 || macSalt.length < saltBounds.least || macSalt.length > saltBounds.most) throw new WireError('not a MAC');
  // Left out, the standard means one.
  if (data.done) throw tooWeak('This file is protected too weakly.');
  const macIterations = parseIterations(data.content(tag.integer));
  data.end();
  return { mac, macSalt, macIterations };
}

function contentInfo(info: DerReader): { type: string; value: DerReader } {
  const type = toHex(info.content(tag.oid));
  const value = info.inside(explicit0);
  info.end();
  return { type, value };
}

function papersAmong(attributes: DerReader): Uint8Array | undefined {
  let papers: Uint8Array | undefined;
  while (!attributes.done) {
    const attribute = attributes.inside(tag.sequence);
    const type = toHex(attribute.content(tag.oid));
    const values = attribute.element(tag.set).content;
    attribute.end();
    if (type !== oids.keyPapers) continue;
    const reader = new DerReader(values);
    papers = reader.content(tag.octetString);
    reader.end();
  }
  return papers;
}

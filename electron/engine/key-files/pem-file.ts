import { DerReader, der, tag } from '../certificates/der';
import type { RsaKeyPair } from '../crypto/crypto';
import { pkcs8Of } from '../crypto/rsa';
import { fromBase64, toBase64 } from '../wire/encoding';
import { WireError } from '../wire/wire-error';
import type { KeyFile, KeyFileParts } from './key-file';
import { encodeFittingPapers } from './key-papers';
import { pbkdf2Iterations } from './kdf-limits';
import { passphraseBytes } from './passphrase-bytes';
import { openPbes2, sealPbes2 } from './pbes2';
import { assemble } from './pkcs12';
import { type Encrypted, parseEncryptedKey } from './pkcs12-reader';
import { openPrivateKey } from './private-key';
import { garbled, tooWeak, wrongPassphrase } from './refusals';

const maxPapersBytes = 256 * 1024;
const maxBlocks = 64;
const keyBlock = 'ENCRYPTED PRIVATE KEY';
const certificateBlock = 'CERTIFICATE';
const papersBlock = 'KEYSHIFT KEY HISTORY';

/** How a PEM file of ours begins. */
export const pemBegins = `-----BEGIN ${keyBlock}-----`;

/**
 * PEM (RFC 7468): the key as PKCS #8 encrypted by PBES2, its certificate, and the papers in a block of our own, over which others pass. The
 * key alone is secret; nothing but its passphrase protects it, and what is clear is signed.
 */
export async function encodePem({ crypto }: KeyFileParts, { privateKey, certificate, papers }: KeyFile, passphrase: string, iterations = pbkdf2Iterations): Promise<Uint8Array> {
  const secret = passphraseBytes(passphrase);
  const pkcs8 = pkcs8Of(privateKey);
  try {
    const { algorithm, encrypted } = await sealPbes2(crypto, secret, iterations, pkcs8);
    const blocks = [
      block(keyBlock, der(tag.sequence, algorithm, der(tag.octetString, encrypted))),
      certificate.pem(),
      block(papersBlock, encodeFittingPapers(papers, maxPapersBytes)),
    ];
    return new TextEncoder().encode(blocks.join(''));
  } finally {
    crypto.wipe(secret);
    crypto.wipe(pkcs8);
  }
}

/**
 * Opens a PEM file with one encrypted private key and its certificate, in any order, ours or another program's. Errors as of
 * `openPkcs12`; a key without encryption, or with that of old programs, is `key-file.too-weak`.
 */
export async function openPem({ crypto }: KeyFileParts, text: string, passphrase: string): Promise<KeyFile> {
  const { key, certificates, papers } = parsePem(text);
  const secret = passphraseBytes(passphrase);
  let keyPair: RsaKeyPair;
  try {
    const pkcs8 = await openPbes2(key.algorithm, secret, key.bytes);
    if (!pkcs8) throw wrongPassphrase();
    try {
      keyPair = openPrivateKey(pkcs8);
    } catch (error) {
      // Nothing but the padding says whether the passphrase was right: it may have looked so by chance, or the file was changed.
      throw error instanceof WireError ? wrongPassphrase() : error;
    } finally {
      crypto.wipe(pkcs8);
    }
  } finally {
    crypto.wipe(secret);
  }
  return assemble(crypto, [...certificates.map((certificate) => ({ certificate })), ...papers.map((each) => ({ papers: each }))], keyPair);
}

/** A PEM file before its key is opened. */
export interface ParsedPem {
  readonly key: Encrypted;
  readonly certificates: readonly Uint8Array[];
  readonly papers: readonly Uint8Array[];
}

/** Throws `WireError`, `key-file.garbled`, `key-file.too-weak`. */
export function parsePem(text: string): ParsedPem {
  const blocks = parseBlocks(text);
  if (blocks.some(({ name }) => name !== keyBlock && name.endsWith('PRIVATE KEY'))) throw tooWeak('The key in this file has no encryption, or one of old programs.');
  const [key, another] = blocks.filter(({ name }) => name === keyBlock);
  if (!key) throw garbled('It holds no private key');
  if (another) throw garbled('It holds more than one private key');
  const file = new DerReader(key.content());
  const encrypted = parseEncryptedKey(file.inside(tag.sequence));
  file.end();
  const contents = (wanted: string): Uint8Array[] => blocks.filter(({ name }) => name === wanted).map(({ content }) => content());
  return { key: encrypted, certificates: contents(certificateBlock), papers: contents(papersBlock) };
}

interface Block {
  readonly name: string;
  /** Throws `WireError` for what is no base64. */
  content(): Uint8Array;
}

/** Text between the blocks, as other programs write it, is passed over. Throws `WireError` for a block without an end. */
function parseBlocks(text: string): readonly Block[] {
  const blocks: Block[] = [];
  const begin = /-----BEGIN ([A-Z0-9 ]{1,64})-----/g;
  for (let found = begin.exec(text); found; found = begin.exec(text)) {
    if (blocks.length >= maxBlocks) throw new WireError('too many parts');
    const [line, name = ''] = found;
    const from = found.index + line.length;
    const end = `-----END ${name}-----`;
    const to = text.indexOf(end, from);
    if (to < 0) throw new WireError('a part without an end');
    blocks.push({ name, content: () => fromBase64(text.slice(from, to).replace(/\s/g, '')) });
    begin.lastIndex = to + end.length;
  }
  return blocks;
}

function block(name: string, content: Uint8Array): string {
  const lines = toBase64(content).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${name}-----`, ...lines, `-----END ${name}-----`, ''].join('\n');
}

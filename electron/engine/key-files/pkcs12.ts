import { parseIdentityCertificate } from '../certificates/identity-certificate';
import type { RsaKeyPair } from '../crypto/crypto';
import { pkcs12MacKey } from '../crypto/pkcs12-mac-key';
import type { KeyFile, KeyFileParts } from './key-file';
import { maxPkcs12Bytes } from './key-file';
import { parsePapers } from './key-papers';
import { passphraseBmp, passphraseBytes } from './passphrase-bytes';
import { openPbes2 } from './pbes2';
import { type Bag, parseBags, parsePkcs12 } from './pkcs12-reader';
import { openPrivateKey } from './private-key';
import { garbled, wrongPassphrase } from './refusals';
import { WireError } from '../wire/wire-error';

/**
 * Opens a PKCS #12 file: first every bound, then the MAC, and only then what it protects. Throws `WireError` for what is none,
 * `key-file.too-weak`, `key-file.wrong-passphrase`, `key-file.garbled` when a part is not there, `key.unacceptable` for a key or a
 * certificate that no identity has.
 */
export async function openPkcs12({ crypto, turn }: KeyFileParts, bytes: Uint8Array, passphrase: string): Promise<KeyFile> {
  if (bytes.length > maxPkcs12Bytes) throw new WireError('longer than its cap');
  const { macContent, mac, macSalt, macIterations, clear, encrypted } = parsePkcs12(bytes);
  const secret = passphraseBytes(passphrase);
  const bmp = passphraseBmp(passphrase);
  try {
    const macKey = await pkcs12MacKey(bmp, macSalt, macIterations, turn);
    const isRight = crypto.equal(crypto.hmac(macKey, macContent), mac);
    crypto.wipe(macKey);
    if (!isRight) throw wrongPassphrase();
    const bags: Bag[] = [...clear];
    for (const part of encrypted) {
      const plain = await openPbes2(part.algorithm, secret, part.bytes);
      if (!plain) throw wrongPassphrase();
      try {
        bags.push(...parseBags(plain));
      } catch (error) {
        // It may be a key without an encryption of its own that is not taken.
        crypto.wipe(plain);
        throw error;
      }
    }
    return assemble(crypto, bags, await openKey(crypto, bags, secret));
  } finally {
    crypto.wipe(secret);
    crypto.wipe(bmp);
  }
}

async function openKey(crypto: KeyFileParts['crypto'], bags: readonly Bag[], secret: Uint8Array): Promise<RsaKeyPair> {
  const [shrouded, another] = bags.flatMap(({ shroudedKey }) => (shroudedKey ? [shroudedKey] : []));
  if (!shrouded) throw garbled('It holds no private key');
  if (another) throw garbled('It holds more than one private key');
  const pkcs8 = await openPbes2(shrouded.algorithm, secret, shrouded.bytes);
  if (!pkcs8) throw wrongPassphrase();
  try {
    return openPrivateKey(pkcs8);
  } finally {
    crypto.wipe(pkcs8);
  }
}

/** Key and certificates of one file: the certificate that is this key's. */
export function assemble(crypto: KeyFileParts['crypto'], found: readonly Pick<Bag, 'certificate' | 'papers'>[], { privateKey, spki }: RsaKeyPair): KeyFile {
  // Looked for by its bytes: other certificates in the file are not even parsed.
  const own = found.find(({ certificate }) => certificate && Buffer.from(certificate).includes(Buffer.from(spki)));
  if (!own?.certificate) throw garbled('It holds no certificate of its key');
  const certificate = parseIdentityCertificate(crypto, own.certificate);
  if (!crypto.equal(certificate.spki, spki)) throw garbled('It holds no certificate of its key');
  const papers = found.flatMap((each) => (each.papers ? [each.papers] : []))[0];
  return { privateKey, certificate, papers: papers ? parsePapers(papers) : [] };
}

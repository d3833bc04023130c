import { der, derNumber, tag } from '../certificates/der';
import { pkcs12MacKey } from '../crypto/pkcs12-mac-key';
import { pkcs8Of } from '../crypto/rsa';
import { concat } from '../wire/writer';
import type { KeyFile, KeyFileParts } from './key-file';
import { encodeFittingPapers } from './key-papers';
import { type FileCost, macIterations, pbkdf2Iterations } from './kdf-limits';
import { oids } from './oids';
import { passphraseBmp, passphraseBytes } from './passphrase-bytes';
import { oid, sealPbes2 } from './pbes2';

/** What is left in 64 KiB beside key and certificate, with room to spare. */
const maxPapersBytes = 48 * 1024;
/** Context-specific tags: constructed 0, and primitive 0 for what is implicit. */
const explicit0 = 0xa0;
const implicit0 = 0x80;
const bmpString = 0x1e;

/**
 * A PKCS #12 file (RFC 7292) that current programs open: certificate and key each encrypted by PBES2 (AES-256-CBC, PBKDF2-HMAC-SHA-256), and
 * a MAC of SHA-256 around both. The papers are an attribute of the certificate, under an identifier of our own: others pass over it.
 */
export async function encodePkcs12({ crypto, turn }: KeyFileParts, { privateKey, certificate, papers }: KeyFile, passphrase: string, cost: Pick<FileCost, 'pbkdf2' | 'mac'> = { pbkdf2: pbkdf2Iterations, mac: macIterations }): Promise<Uint8Array> {
  const secret = passphraseBytes(passphrase);
  const bmp = passphraseBmp(passphrase);
  const pkcs8 = pkcs8Of(privateKey);
  try {
    const names = [attribute(oids.friendlyName, der(bmpString, utf16(certificate.name))), attribute(oids.localKeyId, der(tag.octetString, certificate.spkiHash))];
    const certBag = bag(
      oids.certBag,
      der(tag.sequence, oid(oids.x509Certificate), der(explicit0, der(tag.octetString, certificate.der))),
      [...names, attribute(oids.keyPapers, der(tag.octetString, encodeFittingPapers(papers, maxPapersBytes)))],
    );
    const sealedCert = await sealPbes2(crypto, secret, cost.pbkdf2, der(tag.sequence, certBag));
    const sealedKey = await sealPbes2(crypto, secret, cost.pbkdf2, pkcs8);
    const keyBag = bag(oids.shroudedKeyBag, der(tag.sequence, sealedKey.algorithm, der(tag.octetString, sealedKey.encrypted)), names);
    const safes = der(
      tag.sequence,
      content(
        oids.encryptedData,
        der(tag.sequence, derNumber(0), der(tag.sequence, oid(oids.data), sealedCert.algorithm, der(implicit0, sealedCert.encrypted))),
      ),
      content(oids.data, der(tag.octetString, der(tag.sequence, keyBag))),
    );
    const salt = crypto.random(16);
    const macKey = await pkcs12MacKey(bmp, salt, cost.mac, turn);
    const mac = crypto.hmac(macKey, safes);
    crypto.wipe(macKey);
    const digest = der(tag.sequence, der(tag.sequence, oid(oids.sha256), der(tag.nothing)), der(tag.octetString, mac));
    return der(
      tag.sequence,
      derNumber(3),
      content(oids.data, der(tag.octetString, safes)),
      der(tag.sequence, digest, der(tag.octetString, salt), derNumber(cost.mac)),
    );
  } finally {
    for (const bytes of [secret, bmp, pkcs8]) crypto.wipe(bytes);
  }
}

function content(type: string, value: Uint8Array): Uint8Array {
  return der(tag.sequence, oid(type), der(explicit0, value));
}

/** DER sorts the members of a SET by their bytes. */
function bag(type: string, value: Uint8Array, attributes: readonly Uint8Array[]): Uint8Array {
  return der(tag.sequence, oid(type), der(explicit0, value), der(tag.set, concat(...[...attributes].sort(Buffer.compare))));
}

function attribute(type: string, value: Uint8Array): Uint8Array {
  return der(tag.sequence, oid(type), der(tag.set, value));
}

function utf16(text: string): Uint8Array {
  return passphraseBmp(text).subarray(0, -2);
}

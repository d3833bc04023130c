import { WireError } from '../wire/wire-error';
import { containerMagic, openContainer } from './container';
import { type KeyFile, type KeyFileParts, maxKeyFileBytes } from './key-file';
import { openPem } from './pem-file';
import { openPkcs12 } from './pkcs12';
import { garbled } from './refusals';

/** First byte of every PKCS #12 file: a SEQUENCE. */
const sequence = 0x30;

/**
 * Opens a file of an identity key, whatever kind it is: by what it holds, never by its name. Throws `key-file.garbled`, `key-file.too-weak`,
 * `key-file.wrong-passphrase`, `key.unacceptable`.
 */
export async function openKeyFile(parts: KeyFileParts, bytes: Uint8Array, passphrase: string): Promise<KeyFile> {
  if (bytes.length > maxKeyFileBytes) throw garbled('It is larger than any key file');
  try {
    if (startsWith(bytes, containerMagic)) return await openContainer(parts.crypto, bytes, passphrase);
    if (bytes[0] === sequence) return await openPkcs12(parts, bytes, passphrase);
    return await openPem(parts, textOf(bytes), passphrase);
  } catch (error) {
    if (error instanceof WireError) throw garbled('It is not in order');
    throw error;
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw garbled('It is of no kind that is known here');
  }
}

export function startsWith(bytes: Uint8Array, begin: Uint8Array): boolean {
  return bytes.length >= begin.length && begin.every((byte, at) => bytes[at] === byte);
}

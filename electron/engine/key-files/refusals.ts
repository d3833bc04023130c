import { KeyshiftError } from '../../../shared/errors';

/** Every way a key file is not taken, each with its own sentence. None says more than the file's holder knows already. */

/** `why` names the part that is not there, for people: "It ends too early". */
export function garbled(why: string): KeyshiftError {
  return new KeyshiftError('key-file.garbled', `This is no key file, or a part of it is missing. ${why}. Nothing was changed.`);
}

/** The same for a wrong passphrase and for every change of the file: who tries learns nothing from the difference (S5-25). */
export function wrongPassphrase(): KeyshiftError {
  return new KeyshiftError('key-file.wrong-passphrase', 'The file did not open. Either that is not its passphrase, or the file was damaged. Nothing was changed.');
}

/** Both ways out of bounds: too little work protects nothing, too much is an attack (A81). */
export function tooWeak(why: string): KeyshiftError {
  return new KeyshiftError('key-file.too-weak', `${why} Make the file again with today’s settings. Nothing was changed.`);
}

export const oldMethods = 'This file is protected by other methods than are taken here: AES with PBKDF2, and in PKCS #12 a checksum with SHA-256.';
export const tooMuchWork = 'This file asks for far too much work to open.';

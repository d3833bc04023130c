import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/** Above the longest registration: 257 slots of about 1 KiB. */
const longestFile = 1024 * 1024;

export type RegistrationFile = { readonly text: string } | { readonly sentence: string } | { readonly hint: string };

/** Reads what the operator of a mailbox made for this device. An address alone registers nobody: that is `hint`, no fault. */
export function readRegistrationFile(path: string): RegistrationFile {
  if (/^(?:nats|tls):\/\//.test(path)) {
    return { hint: 'An address alone opens no mailbox: --mailbox takes the file with the registration that its operator made.' };
  }
  let handle: number | undefined;
  try {
    handle = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const facts = fstatSync(handle);
    if (!facts.isFile() || facts.size > longestFile) return { sentence: 'The registration file is no plain file, or too long.' };
    return { text: readFileSync(handle, 'utf8').trim() };
  } catch {
    return { sentence: 'The registration file cannot be read.' };
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

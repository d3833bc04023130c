import type { Session } from 'electron';
import { isOwnUrl } from './origin';

/** In memory only (no `persist:`): the page leaves nothing on the disk. */
export const pagePartition = 'keyshift-page';

/** A host that cannot exist (RFC 6761): the spell checker is off, and if it were on it would find nobody to ask. */
const nowhere = 'https://dictionaries.invalid/';

/** True for what a page may load: our own files, and blobs it made itself. */
export function isSilent(url: string): boolean {
  return isOwnUrl(url) || (url.startsWith('blob:') && isOwnUrl(url.slice('blob:'.length)));
}

/**
 * Hardening row 8: whatever the page tries, nothing leaves the machine, and nothing becomes a file on it. The developer tools of an unpackaged app load their own
 * files over `devtools:`.
 */
export function silenceNetwork(session: Session, developerTools: boolean): void {
  session.webRequest.onBeforeRequest((details, answer) => {
    answer({ cancel: !(isSilent(details.url) || (developerTools && details.url.startsWith('devtools://'))) });
  });
  // A page could hand over what it made itself, past our dialogs: what is saved, the main process saves.
  session.on('will-download', (event) => event.preventDefault());
  session.setSpellCheckerDictionaryDownloadURL(nowhere);
}

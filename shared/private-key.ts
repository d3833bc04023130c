/** In PEM (RFC 7468, openssl's older kinds, OpenSSH, OpenPGP, the seeds of NATS), by age, by PuTTY, and our own files. */
const begins = /-----BEGIN [A-Z0-9 ]{0,32}(?:PRIVATE KEY(?: BLOCK)?|NKEY SEED)-----|AGE-SECRET-KEY-1[0-9A-Z]{8}|PuTTY-User-Key-File-\d|^\s*KEYSHIFTKEY/;

/** Whether a private key begins in this text: wherever something public is asked for such a text is refused loudly, whatever else is in it (S5-23, A80). */
export function holdsPrivateKey(text: string): boolean {
  return begins.test(text);
}

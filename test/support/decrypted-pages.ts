import { createDecipheriv } from 'node:crypto';
import { readFileSync } from 'node:fs';

const pageBytes = 4096;
/** At the end of each page: what it is decrypted with, and what it is checked with. */
const reserved = 80;
const saltBytes = 16;

/** Every page of a database file of SQLCipher 4 in clear, free ones too: what whoever has the key could read. */
export function decryptedPages(file: string, key: Uint8Array): Buffer {
  const bytes = readFileSync(file);
  const pages: Buffer[] = [];
  for (let at = 0; at + pageBytes <= bytes.length; at += pageBytes) {
    const page = bytes.subarray(at, at + pageBytes);
    const iv = page.subarray(pageBytes - reserved, pageBytes - reserved + 16);
    const decipher = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
    pages.push(Buffer.concat([decipher.update(page.subarray(at === 0 ? saltBytes : 0, pageBytes - reserved)), decipher.final()]));
  }
  return Buffer.concat(pages);
}

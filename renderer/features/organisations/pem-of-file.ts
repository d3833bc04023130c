/** Certificates and lists come as text or as the bare bytes of it; the contract takes text. */

export type PemLabel = 'CERTIFICATE' | 'X509 CRL';

/** No file of these kinds is larger, in bytes; as text it then still fits the contract's longest. */
export const largestPemFile = 2 * 1_048_576;

/** What stands in a file: its text, or for bare DER (a SEQUENCE whose length is the rest of the file) the PEM of it; of a private key only that it is one. */
export function pemOfFile(bytes: Uint8Array, label: PemLabel): string {
  if (!isDer(bytes)) return new TextDecoder().decode(bytes);
  if (isPrivateKey(bytes)) return '-----BEGIN PRIVATE KEY-----';
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  const lines = btoa(binary).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/**
 * What certificates and lists begin with is a SEQUENCE whose first part is a [0], a number or a SEQUENCE. PKCS #8, PKCS #1, SEC 1 and PKCS #12 begin with their version, an encrypted
 * PKCS #8 (RFC 5958) with an algorithm.
 */
function isPrivateKey(bytes: Uint8Array): boolean {
  const outer = contentAt(bytes, 0);
  if (bytes[outer] === 0x02 && bytes[outer + 1] === 1) return true;
  return bytes[outer] === 0x30 && bytes[contentAt(bytes, outer)] === 0x06;
}

/** Where the content of the element at `at` begins. */
function contentAt(bytes: Uint8Array, at: number): number {
  const length = bytes[at + 1] ?? 0;
  return at + 2 + (length < 0x80 ? 0 : length & 0x7f);
}

function isDer(bytes: Uint8Array): boolean {
  const [tag, first] = bytes;
  if (tag !== 0x30 || first === undefined) return false;
  if (first < 0x80) return bytes.length === 2 + first;
  const width = first & 0x7f;
  if (width === 0 || width > 4 || bytes.length < 2 + width) return false;
  const length = bytes.subarray(2, 2 + width).reduce((sum, byte) => sum * 256 + byte, 0);
  return bytes.length === 2 + width + length;
}

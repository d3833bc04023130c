/** Certificates and lists come as text or as the bare bytes of it; the contract takes text. */

export type PemLabel = 'CERTIFICATE' | 'X509 CRL';

/** No file of these kinds is larger, in bytes; as text it then still fits the contract's longest. */
export const largestPemFile = 2 * 1_048_576;

/** What stands in a file: its text, or for bare DER (a SEQUENCE whose length is the rest of the file) the PEM of it. */
export function pemOfFile(bytes: Uint8Array, label: PemLabel): string {
  if (!isDer(bytes)) return new TextDecoder().decode(bytes);
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  const lines = btoa(binary).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
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

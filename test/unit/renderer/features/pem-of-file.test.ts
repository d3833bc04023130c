import { describe, expect, it } from 'vitest';
import { pemOfFile } from '../../../../renderer/features/organisations/pem-of-file';

const der = (length: number, ...content: number[]): Uint8Array => Uint8Array.from([0x30, ...(length < 0x80 ? [length] : [0x82, length >> 8, length & 0xff]), ...content]);

describe('what stands in a file of an organisation', () => {
  it('text stays as it is, whatever it says', () => {
    const text = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    expect(pemOfFile(new TextEncoder().encode(text), 'CERTIFICATE')).toBe(text);
    // An ASCII zero begins like a SEQUENCE.
    expect(pemOfFile(new TextEncoder().encode('0123'), 'CERTIFICATE')).toBe('0123');
  });

  it('bare DER becomes PEM of the kind that is asked for, in lines of 64', () => {
    const bytes = der(300, ...Array.from({ length: 300 }, (_, index) => index & 0xff));
    const pem = pemOfFile(bytes, 'X509 CRL');
    const [first, ...rest] = pem.trimEnd().split('\n');
    const last = rest.pop();
    expect([first, last]).toEqual(['-----BEGIN X509 CRL-----', '-----END X509 CRL-----']);
    expect(rest.every((line) => line.length <= 64)).toBe(true);
    expect(Buffer.from(rest.join(''), 'base64')).toEqual(Buffer.from(bytes));
  });

  it('what only begins like DER is not dressed up', () => {
    for (const bytes of [der(3, 1, 2), der(2, 1, 2, 3), Uint8Array.from([0x30]), Uint8Array.from([0x30, 0x80, 0, 0]), Uint8Array.from([0x30, 0x89, 1]), new Uint8Array()]) {
      expect(pemOfFile(bytes, 'CERTIFICATE')).not.toContain('BEGIN');
    }
  });
});

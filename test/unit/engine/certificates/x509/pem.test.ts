import { describe, expect, it } from 'vitest';
import { readPem, writePem } from '../../../../../electron/engine/certificates/x509/pem';
import { codeOf } from '../../../../support/foundation-kit';

const block = (start: number): string => writePem('CERTIFICATE', Uint8Array.of(start, 1, 2));
const read = (text: string, most = 2) => readPem(text, 'CERTIFICATE', { cap: 100, most });

describe('blocks in a text', () => {
  it('A75: come in their order, with whatever stands around them, as many as may', () => {
    expect(read(`Subject: Vera\n${block(1)}between\n${block(2)}behind`)).toEqual([Uint8Array.of(1, 1, 2), Uint8Array.of(2, 1, 2)]);
  });

  it.each([
    ['none', 'nothing here'],
    ['one of another kind', writePem('X509 CRL', Uint8Array.of(1))],
    ['one too many', block(1) + block(2) + block(3)],
    ['one without an end', block(1).replace('-----END CERTIFICATE-----', '')],
    ['an end before its beginning', `-----END CERTIFICATE-----\n${block(1).replace('-----END CERTIFICATE-----', '')}`],
    ['one that is no base64', block(1).replace('AQEC', 'A*EC')],
  ])('A85: %s is garbled', (_, text) => {
    expect(codeOf(() => read(text))).toBe('key.garbled');
  });

  it('A85: a text as long as two blocks of the cap can need is read, a longer one is not', () => {
    const padded = (length: number) => `${block(1)}${' '.repeat(length - block(1).length)}`;
    const most = 4 * 100 * 2 + 64 * 1024;
    expect(read(padded(most))).toHaveLength(1);
    expect(codeOf(() => read(padded(most + 1)))).toBe('key.garbled');
  });

  it.each(['PRIVATE KEY', 'RSA PRIVATE KEY', 'ENCRYPTED PRIVATE KEY'])('A75: a %s beside what is looked for is said to be private, and nothing is taken', (label) => {
    expect(codeOf(() => read(`${block(1)}-----BEGIN ${label}-----\nAQEC\n-----END ${label}-----\n`))).toBe('key.private');
  });
});

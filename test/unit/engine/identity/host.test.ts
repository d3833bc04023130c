import fc from 'fast-check';
import { isIP } from 'node:net';
import { describe, expect, test } from 'vitest';
import { formatIpv4, formatIpv6, parseHost } from '../../../../electron/engine/identity/host';

const onion = 'pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion';

describe('hosts', () => {
  test.each([
    ['127.0.0.1', 'ipv4'],
    ['255.255.255.255', 'ipv4'],
    ['::', 'ipv6'],
    ['::1', 'ipv6'],
    ['2001:db8::1', 'ipv6'],
    ['fe80::1:2:3:4:5', 'ipv6'],
    ['1:2:3:4:5:6:7:8', 'ipv6'],
    ['localhost', 'name'],
    ['a-b.example.org', 'name'],
    ['xn--bcher-kva.example', 'name'],
    [`${'a'.repeat(63)}.example`, 'name'],
    [onion, 'onion'],
  ])('%s is %s', (text, kind) => {
    expect(parseHost(text)).toMatchObject({ kind, text });
  });

  test('one text per address', () => {
    expect(parseHost('2001:DB8:0:0:0::1')?.text).toBe('2001:db8::1');
    expect(parseHost('1:0:0:2:0:0:0:3')?.text).toBe('1:0:0:2::3');
    expect(parseHost('0:0:0:0:0:0:0:0')?.text).toBe('::');
    expect(parseHost('::ffff:1.2.3.4')?.text).toBe('::ffff:102:304');
    expect(parseHost('Example.ORG')?.text).toBe('example.org');
  });

  // What a resolver would read as something else, or what would reach a shell, a log or a header with more than a name in it.
  test.each([
    '', ' ', '127.1', '0x7f.0.0.1', '0x7f000001', '2130706433', '01.2.3.4', '1.2.3', '1.2.3.4.5', '256.1.1.1', '1.2.3.-4', 'a.1', 'a.0x',
    'example.org.', '.example.org', 'a..b', '-a.example', 'a-.example', 'under_score.example', 'ümlaut.example', 'a b.example', 'a\n.example',
    'a\u0000.example', 'user@example.org', 'example.org/path', 'example.org:80', '[::1]', 'fe80::1%eth0', ':::', '1::2::3', '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7::8', '12345::', '::g', '::1.2.3', '1.2.3.4::', `${'a'.repeat(64)}.example`, `${'a.'.repeat(130)}b`,
    'short.onion', `sub.${onion}`, onion.replace('pg6', 'PG1'), `${'a'.repeat(56)}.onion`,
  ])('refuses %j', (text) => {
    expect(parseHost(text)).toBeUndefined();
  });

  test('agrees with the operating system about literals', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ unit: fc.constantFrom(...'0123456789abf:.'), maxLength: 20 })), (text) => {
        const kind = parseHost(text)?.kind;
        const literal = kind === 'ipv4' ? 4 : kind === 'ipv6' ? 6 : 0;
        expect(literal).toBe(isIP(text));
      }),
      { numRuns: 2_000 },
    );
  });

  test('bytes come back as the same address', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.constantFrom(0, 0, 1), (bytes, keep) => {
        const sparse = bytes.map((byte, at) => (keep === 1 || at % 3 === 0 ? byte : 0));
        const text = formatIpv6(sparse);
        expect(isIP(text)).toBe(6);
        expect(parseHost(text)).toEqual({ kind: 'ipv6', text, bytes: sparse });
        const ipv4 = formatIpv4(sparse.subarray(0, 4));
        expect(parseHost(ipv4)).toEqual({ kind: 'ipv4', text: ipv4, bytes: sparse.slice(0, 4) });
      }),
    );
  });
});

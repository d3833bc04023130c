import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { proxyText, readOnion, readProxy } from '../../../../renderer/features/settings/address-text';
import { portOf, torrcLines } from '../../../../renderer/features/settings/onion-help';
import { settings } from '../../../../shared/model/settings';

const name = 'abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrstuvwx';

describe('what is typed for a proxy', () => {
  it.each([
    ['', ''],
    ['  127.0.0.1:9050 ', 'socks5://127.0.0.1:9050'],
    ['socks5://127.0.0.1:9050', 'socks5://127.0.0.1:9050'],
    ['SOCKS5H://Proxy.Example:1080/', 'socks5://proxy.example:1080'],
    ['[::1]:9050', 'socks5://[::1]:9050'],
    ['localhost:09050', 'socks5://localhost:9050'],
  ])('%j is saved as %j', (typed, saved) => {
    expect(readProxy(typed)).toEqual({ value: saved });
  });

  it.each([
    ['http://127.0.0.1:8080', 'scheme'],
    ['socks4://127.0.0.1:1080', 'scheme'],
    ['ann:secret@127.0.0.1:1080', 'login'],
    ['127.0.0.1', 'port-missing'],
    ['127.0.0.1:', 'port-missing'],
    ['[::1]', 'port-missing'],
    ['127.0.0.1:0', 'port'],
    ['127.0.0.1:65536', 'port'],
    ['127.0.0.1:http', 'port'],
    ['::1:9050', 'brackets'],
    ['300.0.0.1:9050', 'host'],
    ['my proxy:9050', 'host'],
    ['-proxy:9050', 'host'],
    [':9050', 'host'],
    ['[hello]:9050', 'host'],
    ['proxy/path:9050', 'host'],
  ])('%j is refused: %s', (typed, fault) => {
    expect(readProxy(typed)).toEqual({ fault });
  });
});

describe('what is typed for an onion address', () => {
  it.each([
    ['', ''],
    [`${name}.onion:47110`, `${name}.onion:47110`],
    [` http://${name.toUpperCase()}.ONION:47110/ `, `${name}.onion:47110`],
  ])('%j is saved as %j', (typed, saved) => {
    expect(readOnion(typed)).toEqual({ value: saved });
  });

  it.each([
    ['duckduckgogg42xj.onion:80', 'old'],
    ['example.org:47110', 'not-onion'],
    [`${name.slice(1)}.onion:47110`, 'name'],
    [`${name.slice(1)}1.onion:47110`, 'name'],
    [`${name}.onion`, 'port-missing'],
    [`${name}.onion:0`, 'port'],
    [`${name}.onion:99999`, 'port'],
  ])('%j is refused: %s', (typed, fault) => {
    expect(readOnion(typed)).toEqual({ fault });
  });
});

describe('whatever is typed', () => {
  it('what is taken is what the settings take, and reads the same again', () => {
    const typed = fc.oneof(fc.string(), fc.webAuthority(), fc.ipV4().map((ip) => `${ip}:9050`), fc.ipV6().map((ip) => `[${ip}]:9050`), fc.constantFrom(`${name}.onion:1`, 'a'.repeat(300)));
    fc.assert(
      fc.property(typed, (text) => {
        const proxy = readProxy(text);
        if ('value' in proxy) {
          expect(settings.shape.proxy.safeParse(proxy.value).success).toBe(true);
          expect(readProxy(proxyText(proxy.value))).toEqual(proxy);
        }
        const onion = readOnion(text);
        if ('value' in onion) expect(settings.shape.onionAddress.safeParse(onion.value).success).toBe(true);
      }),
    );
  });
});

describe('the lines for Tor', () => {
  it.each([
    [undefined, '47110', '127.0.0.1:47110'],
    ['0.0.0.0:47111', '47111', '127.0.0.1:47111'],
    ['[::]:47111', '47111', '127.0.0.1:47111'],
    ['192.168.1.20:5000', '5000', '192.168.1.20:5000'],
  ])('listening on %s: port %s, to %s', (listening, port, target) => {
    expect(portOf(listening)).toBe(port);
    expect(torrcLines(listening)).toContain(`HiddenServicePort ${port} ${target}`);
  });
});

import { isIP } from 'node:net';
import { describe, expect, test } from 'vitest';
import { type InterfaceAddress, localAddresses } from '../../../electron/network/addresses';

function at(address: string, interfaceName = 'eth0', internal = false): InterfaceAddress {
  return { interfaceName, address, internal };
}

function hosts(listen: string, interfaces?: readonly InterfaceAddress[]): string[] {
  return localAddresses({ host: listen, port: 4711 }, interfaces).map(({ host, port }) => {
    expect(port).toBe(4711);
    return host;
  });
}

describe('addresses for cards and links', () => {
  test('a concrete host is itself', () => {
    expect(hosts('127.0.0.1', [at('192.168.0.2')])).toEqual(['127.0.0.1']);
    expect(hosts('Home.Example', [at('192.168.0.2')])).toEqual(['home.example']);
    expect(hosts('2001:DB8::1', [])).toEqual(['2001:db8::1']);
    expect(hosts('no host', [])).toEqual([]);
  });

  test('loopback only when there is no other', () => {
    expect(hosts('0.0.0.0', [at('127.0.0.1', 'lo', true)])).toEqual(['127.0.0.1']);
    expect(hosts('::', [at('::1', 'lo', true), at('fe80::1')])).toEqual(['127.0.0.1']);
    expect(hosts('0.0.0.0', [at('127.0.0.1', 'lo', true), at('192.168.0.2')])).toEqual(['192.168.0.2']);
    expect(hosts('0.0.0.0', [at('172.17.0.1', 'docker0')])).toEqual(['127.0.0.1']);
  });

  test('best first, both kinds among the first three', () => {
    const interfaces = [at('2001:db8::1'), at('fd00::5'), at('8.8.4.4'), at('172.16.0.9'), at('10.0.0.9'), at('192.168.0.2'), at('192.168.0.2', 'wlan0')];
    expect(hosts('0.0.0.0', interfaces)).toEqual(['192.168.0.2', '10.0.0.9', '172.16.0.9', '8.8.4.4']);
    expect(hosts('::', interfaces)).toEqual(['192.168.0.2', '2001:db8::1', '10.0.0.9', 'fd00::5', '172.16.0.9', '8.8.4.4']);
  });

  test('never what cannot be reached from elsewhere, never more than eight', () => {
    const odd = ['169.254.1.1', '0.1.2.3', '224.0.0.1', '255.255.255.255', 'fe80::1', 'ff02::1', '::1', '::ffff:1.2.3.4', 'fe80::1%eth0', 'nonsense'].map((address) => at(address));
    expect(hosts('::', [...odd, at('10.1.1.1')])).toEqual(['10.1.1.1']);
    const many = Array.from({ length: 40 }, (_, index) => at(`10.0.0.${index + 1}`));
    expect(hosts('0.0.0.0', many)).toHaveLength(8);
  });

  test('reads this machine', () => {
    const found = hosts('::');
    expect(found.length).toBeGreaterThan(0);
    expect(found.every((host) => isIP(host) > 0)).toBe(true);
  });
});

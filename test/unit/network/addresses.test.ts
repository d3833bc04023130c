import { isIP } from 'node:net';
import { describe, expect, test } from 'vitest';
import { type InterfaceAddress, isOwnAddress, localAddresses, localNetworks } from '../../../electron/network/addresses';

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

  test.each(['veth3f2a1b', 'vEthernet (WSL (Hyper-V firewall))', 'vEthernet (Default Switch)', 'vEthernet (nat)', 'VMware Network Adapter VMnet8', 'VirtualBox Host-Only Network #2', 'bridge100', 'vmenet0'])('nobody is told of %s, which ends on this machine', (name) => {
    expect(hosts('0.0.0.0', [at('192.168.64.1', name)])).toEqual(['127.0.0.1']);
  });

  test.each(['vEthernet (External)', 'vEthernet (Office LAN)', 'vEthernet (National)', 'Ethernet 2', 'WLAN', 'en0', 'bridge0', 'br0'])('%s leads to others', (name) => {
    expect(hosts('0.0.0.0', [at('192.168.0.2', name)])).toEqual(['192.168.0.2']);
  });

  test('best first, both kinds among the first three', () => {
    const interfaces = [at('2001:db8::1'), at('fd00::5'), at('8.8.4.4'), at('172.16.0.9'), at('10.0.0.9'), at('192.168.0.2'), at('192.168.0.2', 'wlan0')];
    expect(hosts('0.0.0.0', interfaces)).toEqual(['192.168.0.2', '10.0.0.9', '172.16.0.9', '8.8.4.4']);
    expect(hosts('::', interfaces)).toEqual(['192.168.0.2', '2001:db8::1', '10.0.0.9', 'fd00::5', '172.16.0.9', '8.8.4.4']);
  });

  test('what is private comes before what is not, at the edges of each range', () => {
    for (const [inside, outside] of [['172.16.0.1', '172.15.0.1'], ['172.31.0.1', '172.32.0.1'], ['192.168.0.1', '192.167.0.1'], ['192.168.0.1', '191.168.0.1'], ['172.16.0.1', '171.16.0.1'], ['10.0.0.1', '11.0.0.1']] as const) {
      expect(hosts('0.0.0.0', [at(outside), at(inside)])).toEqual([inside, outside]);
    }
    expect(hosts('0.0.0.0', [at('169.253.1.1'), at('168.254.1.1'), at('128.0.0.1'), at('126.0.0.1'), at('127.5.5.5'), at('169.254.9.9')])).toEqual(['169.253.1.1', '168.254.1.1', '128.0.0.1', '126.0.0.1']);
    // Whatever the system calls internal leads nowhere, also where it looks as if it did.
    expect(hosts('0.0.0.0', [at('10.9.9.9', 'dummy0', true), at('10.1.1.1')])).toEqual(['10.1.1.1']);
  });

  test('whoever comes from an address of this machine is on it', () => {
    const mine = [at('192.168.0.2'), at('2001:db8::1')];
    expect(['::1', '127.0.0.1', '127.9.9.9', '192.168.0.2', '2001:DB8::1'].map((address) => isOwnAddress(address, mine))).toEqual([true, true, true, true, true]);
    expect(['192.168.0.3', '126.0.0.1', '128.0.0.1', '::2', 'home.example', 'no host'].map((address) => isOwnAddress(address, mine))).toEqual([false, false, false, false, false, false]);
  });

  test('a network is named by as many bits as the system says, else by what is usual', () => {
    const interfaces = [at('192.168.0.2'), { ...at('10.0.0.9'), prefix: 8 }, at('2001:db8::1'), at('no host'), at('10.0.0.1', 'lo', true)];
    expect(localNetworks(interfaces)).toEqual([{ host: '192.168.0.2', prefix: 24 }, { host: '10.0.0.9', prefix: 8 }, { host: '2001:db8::1', prefix: 64 }]);
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

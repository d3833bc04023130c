import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { targetOf } from '../../../electron/network/router/gateway-http';
import { neighbourhoods } from '../../../electron/network/router/neighbourhood';
import { publicIpv4 } from '../../../electron/network/router/public-address';
import { contents, wanServices } from '../../../electron/network/router/upnp-xml';

const from = { host: '192.168.1.1', port: 5000, path: '/desc/root.xml' };
const ip = 'urn:schemas-upnp-org:service:WANIPConnection:1';
const service = (type: string, control: string) => `<service><serviceType>${type}</serviceType><serviceId>x</serviceId><controlURL>${control}</controlURL></service>`;

describe('a description', () => {
  test('gives its services, the best first, whatever else there is', () => {
    const ppp = ip.replace('IP', 'PPP');
    const xml = `<root><device>${service(ppp, 'ppp')}${service(`${ip}23`, '/no')}<serviceList >${service(ip, '/ctl?a=1&amp;b=2')}</serviceList>${service(ip.replace(':1', ':2'), 'http://192.168.1.1:49000/two')}`;
    expect(wanServices(xml, from)).toEqual([
      { type: ip.replace(':1', ':2'), control: { host: '192.168.1.1', port: 49_000, path: '/two' } },
      { type: ip, control: { host: '192.168.1.1', port: 5000, path: '/ctl?a=1&b=2' } },
      { type: ppp, control: { host: '192.168.1.1', port: 5000, path: '/desc/ppp' } },
    ]);
  });

  test('may state a base of its own host, not of another', () => {
    const xml = (base: string) => `<root><URLBase>${base}</URLBase>${service(ip, 'ctl')}`;
    expect(wanServices(xml('http://192.168.1.1:80/a/'), from)[0]?.control).toEqual({ host: '192.168.1.1', port: 80, path: '/a/ctl' });
    expect(wanServices(xml('http://192.168.1.2/a/'), from)[0]?.control).toEqual({ host: '192.168.1.1', port: 5000, path: '/desc/ctl' });
  });

  test('of any words whatever never throws and never leads elsewhere', () => {
    const word = fc.constantFrom('<service>', '</service>', '<service ', '<serviceType>', '</serviceType>', ip, '<controlURL>', '</controlURL>', '<URLBase>', '</URLBase>', 'http://192.168.1.1/', '//evil/', 'http://192.168.1.1@evil/', '\\\\evil', '&amp;', '>', '<', '\0');
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string({ maxLength: 4 })), { maxLength: 60 }), (words) => {
        for (const { control, type } of wanServices(words.join(''), from)) {
          expect(control.host).toBe(from.host);
          expect(control.path.startsWith('/')).toBe(true);
          expect(type).toContain('WAN');
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['names that begin the same', '<servicex'.repeat(14_000)],
    ['one end for many beginnings', `${'<service '.repeat(14_000)}>`],
    ['no end', '<service>'.repeat(14_000)],
    ['many ends', '<service></service>'.repeat(7_000)],
  ])('of %s gives nothing', (_name, xml) => {
    expect(contents(xml, 'service', 64).length).toBeLessThanOrEqual(64);
    expect(wanServices(xml, from)).toEqual([]);
  });

  test.each(['ftp://192.168.1.1/', 'http://192.168.1.1:0x50/', 'http://3232235777/x@', 'javascript:1', 'http://192.168.001.001@x/', '', ' '])('%j is no place at its host', (text) => {
    const target = targetOf(text, '192.168.1.1');
    expect(target === undefined || target.host === '192.168.1.1').toBe(true);
    if (!text.startsWith('http://3')) expect(target).toBeUndefined();
  });
});

test('public addresses are those that anybody may route to', () => {
  expect(['1.1.1.1', '45.0.0.1', '100.63.255.255', '100.128.0.0', '172.15.0.1', '172.32.0.1', '192.0.1.1', '223.255.255.255'].map(publicIpv4)).not.toContain(undefined);
  const special = ['0.1.2.3', '10.0.0.1', '100.64.0.1', '100.127.255.255', '127.0.0.1', '169.254.1.1', '172.16.0.1', '172.31.255.255', '192.0.0.1', '192.0.2.1', '192.88.99.1', '192.168.0.1', '198.18.0.1', '198.19.255.255', '198.51.100.1', '203.0.113.1', '224.0.0.1', '240.0.0.1', '255.255.255.255'];
  for (const text of [...special, '::1', '2001:db8::1', 'a.example', '1.2.3', '01.1.1.1', '']) expect([text, publicIpv4(text)]).toEqual([text, undefined]);
});

describe('who may be asked', () => {
  const head = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';
  const line = (name: string, destination: string, gateway: string, flags: string, metric: number) => `${name}\t${destination}\t${gateway}\t${flags}\t0\t0\t${metric}\t00000000\t0\t0\t0\n`;
  const eth0 = { name: 'eth0', address: '192.168.1.20', netmask: '255.255.255.0' };
  const wlan0 = { name: 'wlan0', address: '10.0.7.9', netmask: '255.255.0.0' };

  test('on Linux the gateway of the best default route, if it is a neighbour, and nobody else', () => {
    const routes = head + line('wlan0', '00000000', '0100000A', '0003', 600) + line('eth0', '00000000', '0101A8C0', '0003', 100) + line('eth0', '0001A8C0', '00000000', '0001', 0);
    const [near, ...more] = neighbourhoods([eth0, wlan0], routes);
    expect(more).toEqual([]);
    expect(near).toMatchObject({ local: '192.168.1.20', gateway: '192.168.1.1' });
    expect(['192.168.1.1', '192.168.1.2', '192.168.1.20', '10.0.0.1'].map((host) => near?.mayAsk(host))).toEqual([true, false, false, false]);
  });

  test.each([
    ['no default route', head + line('eth0', '0001A8C0', '00000000', '0001', 0)],
    ['a default route without a gateway', head + line('eth0', '00000000', '00000000', '0001', 0)],
    ['a gateway that is no neighbour', head + line('eth0', '00000000', '0102A8C0', '0003', 0)],
    ['an interface that is not there', head + line('ppp0', '00000000', '0101A8C0', '0003', 0)],
    ['a table of something else', 'eth0 00000000\n\n\t\t\t\n'],
    ['no table', ''],
  ])('%s: nobody', (_name, routes) => {
    expect(neighbourhoods([eth0], routes)).toEqual([]);
  });
});

import { describe, expect, test } from 'vitest';
import type { Address, DevicePlaces } from '../../../electron/engine/ports';
import { candidatesOf, type CandidateParts, viaOf, viaOfSession } from '../../../electron/services/candidates';
import { isInLocalNetwork, isLoopback, isPrivate } from '../../../electron/services/local-networks';
import { NetworkFacts } from '../../../electron/services/network-facts';
import { instance } from '../../contract/storage/rows';

const at = (text: string): Address => {
  const cut = text.lastIndexOf(':');
  return { host: text.slice(0, cut), port: Number(text.slice(cut + 1)) };
};
const device = (n: number, ...texts: string[]): DevicePlaces => ({ instanceId: instance(n), time: 100 - n, addresses: texts.map(at) });
const onion = 'pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion';

function facts(bound = at(':::4000')): NetworkFacts {
  const network = new NetworkFacts();
  network.listensAt(bound);
  network.setNetworks([
    { host: '192.168.1.5', prefix: 24 },
    { host: '2001:db8:1:2::5', prefix: 64 },
  ]);
  return network;
}

const candidates = (change: Partial<CandidateParts>) => candidatesOf({ sighted: [], places: [], lastGood: undefined, network: facts(), own: [], ...change });
const texts = (change: Partial<CandidateParts>) => candidates(change).map(({ text }) => text);

describe('where a person is tried', () => {
  test('heard nearby, then what worked last, then the devices in turn, each in the order of its card', () => {
    const places = [device(1, '203.0.113.1:1', '203.0.113.1:2'), device(2, '203.0.113.2:1', '203.0.113.2:2', '203.0.113.2:3')];
    expect(texts({ places })).toEqual(['203.0.113.1:1', '203.0.113.2:1', '203.0.113.1:2', '203.0.113.2:2', '203.0.113.2:3']);
    expect(texts({ places, lastGood: '203.0.113.2:3', sighted: [at('192.168.1.9:7')] }).slice(0, 3)).toEqual(['192.168.1.9:7', '203.0.113.2:3', '203.0.113.1:1']);
    // What worked last and stands in no card any more is not tried.
    expect(texts({ places, lastGood: '203.0.113.99:1' })[0]).toBe('203.0.113.1:1');
  });

  test('each place once, with the device that a card names for it', () => {
    const places = [device(1, '192.168.1.9:7', '203.0.113.1:1'), device(2, '203.0.113.1:1')];
    expect(candidates({ places, sighted: [at('192.168.1.9:7')], lastGood: '203.0.113.1:1' })).toEqual([
      { address: at('192.168.1.9:7'), text: '192.168.1.9:7', via: 'lan', instanceId: instance(1) },
      { address: at('203.0.113.1:1'), text: '203.0.113.1:1', via: 'direct', instanceId: instance(2) },
    ]);
  });

  test('private addresses of other networks come last, those of ours do not', () => {
    const places = [device(1, '10.0.0.1:1', '192.168.1.9:1', 'fd00::1:1', '203.0.113.1:1', `${onion}:1`)];
    expect(texts({ places })).toEqual(['192.168.1.9:1', '203.0.113.1:1', `${onion}:1`, '10.0.0.1:1', '[fd00::1]:1']);
  });

  test('never this device itself', () => {
    const places = [device(1, '192.168.1.5:4000', '127.0.0.1:4000', '192.168.1.5:4001', '198.51.100.7:999', '127.0.0.1:4001')];
    expect(texts({ places, own: [at('198.51.100.7:999')], sighted: [at('2001:db8:1:2::5:4000')] })).toEqual(['192.168.1.5:4001', '127.0.0.1:4001']);
    // Listening on loopback only, the same port of another interface is somebody else's.
    expect(texts({ places, network: facts(at('127.0.0.1:4000')) })).toEqual(['192.168.1.5:4000', '192.168.1.5:4001', '198.51.100.7:999', '127.0.0.1:4001']);
  });

  test('what is heard nearby counts as a literal only, and crowds nothing out', () => {
    const sighted = [at('printer.example:9'), at('FD00:0::7:9'), ...Array.from({ length: 40 }, (_, n) => at(`192.168.1.9:${n + 1}`))];
    const found = texts({ sighted, places: [device(1, '203.0.113.1:1')] });
    expect(found).toEqual(['[fd00::7]:9', ...Array.from({ length: 6 }, (_, n) => `192.168.1.9:${n + 1}`), '203.0.113.1:1']);
  });

  test('a session goes by what its other end shows; with a proxy and an onion service, who comes from this machine comes through that', () => {
    const network = facts();
    const own: Address[] = [];
    const from = (host: string, role: 'listener' | 'dialler' = 'listener') => viaOfSession({ remote: { host, port: 1 }, role }, [at('203.0.113.50:1')], network, own);
    expect([from('203.0.113.50'), from('203.0.113.51'), from('192.168.1.9'), from('127.0.0.1'), from(onion, 'dialler')]).toEqual(['lan', 'direct', 'lan', 'direct', 'onion']);
    network.set('proxy', { state: 'working' });
    expect(from('127.0.0.1')).toBe('direct');
    own.push({ host: onion, port: 4800 });
    expect([from('127.0.0.1'), from('127.0.0.1', 'dialler')]).toEqual(['onion', 'direct']);
  });

  test('over loopback both ends say direct, also the one that heard the other announced', () => {
    const heard: Address[] = ['127.0.0.1', '::1'].map((host) => ({ host, port: 4000 }));
    const sessions = (['listener', 'dialler'] as const).flatMap((role) => heard.map(({ host }) => viaOfSession({ remote: { host, port: 4000 }, role }, heard, facts(), [])));
    expect(sessions).toEqual(['direct', 'direct', 'direct', 'direct']);
    expect(candidates({ sighted: heard.map(({ host }) => ({ host, port: 4100 })) }).map(({ via }) => via)).toEqual(['direct', 'direct']);
  });

  test('no more than 24 in one round, every device among them', () => {
    const many = Array.from({ length: 16 }, (_, n) => device(n, ...Array.from({ length: 8 }, (_, port) => `203.0.113.${n + 1}:${port + 1}`)));
    const found = candidates({ places: many });
    expect(found).toHaveLength(24);
    expect(new Set(found.map(({ instanceId }) => instanceId)).size).toBe(16);
  });

  test.each([
    ['192.168.1.77', 'lan'],
    ['192.168.2.77', 'direct'],
    ['2001:db8:1:2::77', 'lan'],
    ['2001:db8:1:3::77', 'direct'],
    ['127.0.0.1', 'direct'],
    ['::1', 'direct'],
    ['a.example', 'direct'],
    [onion, 'onion'],
  ])('the way to %s is %s', (host, via) => {
    expect(viaOf(host, facts())).toBe(via);
  });
});

describe('local networks', () => {
  test('a public neighbour over IPv4 is not in one network with us; prefixes count to the bit', () => {
    expect(isInLocalNetwork('203.0.113.9', [{ host: '203.0.113.5', prefix: 24 }])).toBe(false);
    expect(isInLocalNetwork('10.0.0.130', [{ host: '10.0.0.129', prefix: 25 }])).toBe(true);
    expect(isInLocalNetwork('10.0.0.127', [{ host: '10.0.0.129', prefix: 25 }])).toBe(false);
    expect(isInLocalNetwork('10.9.9.9', [{ host: '10.0.0.1', prefix: 8 }])).toBe(true);
    expect(isInLocalNetwork('2001:db8::1', [{ host: '2001:db8:ffff::1', prefix: 32 }])).toBe(false);
    expect(isInLocalNetwork('2001:db8::1', [{ host: '10.0.0.1', prefix: 8 }])).toBe(false);
    expect(isInLocalNetwork('not a host', [{ host: '10.0.0.1', prefix: 8 }])).toBe(false);
  });

  test('private and loopback addresses are known for what they are', () => {
    const all = ['10.1.1.1', '172.16.0.1', '172.32.0.1', '192.168.0.1', '169.254.1.1', '8.8.8.8', 'fd12::1', 'fe80::1', '2001:db8::1', 'a.example', '127.0.0.1'];
    expect(all.filter(isPrivate)).toEqual(['10.1.1.1', '172.16.0.1', '192.168.0.1', '169.254.1.1', 'fd12::1', 'fe80::1']);
    expect(['127.0.0.1', '127.9.9.9', '::1', '::', '128.0.0.1'].filter(isLoopback)).toEqual(['127.0.0.1', '127.9.9.9', '::1']);
  });
});

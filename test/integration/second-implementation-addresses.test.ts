import { createPrivateKey } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLink } from '../second/link.mjs';
import { Wire } from '../second/live.mjs';
import { Peer } from '../second/peer.mjs';
import { identityKey, Person } from '../second/person.mjs';
import { dialThrough, startProxy } from '../second/proxy.mjs';
import type { HeadlessPeer } from '../support/headless-peer';
import { readyKeys } from '../support/rsa-keys';
import { newPerson, temporaryFolder, texts } from '../support/two-peers';

// One real headless peer that listens on IPv6 alone, and one that was written from docs/protocol.md alone. Tests go on where the one before ended.
const hasIpv6 = Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === '::1'));
/** 35 bytes of which the last is 3: written down as every other, and nobody's. */
const ONION = `${'a2'.repeat(27)}ad.onion`;

describe.skipIf(!hasIpv6)('addresses of other kinds', () => {
  const folder = temporaryFolder();
  let ivy: HeadlessPeer;
  let second: InstanceType<typeof Peer>;
  let contactId = '';
  const proxies: { close: () => void }[] = [];

  beforeAll(async () => {
    ivy = (await newPerson(folder.path, 'ivy', { listen: '[::1]:0' })).peer;
    await ivy.call('settings.set', { findOnNetwork: false });
    const [key = ''] = readyKeys(1);
    second = new Peer(new Person({ name: 'Second', key: identityKey(1, createPrivateKey(key)) }));
    await second.listen('::1');
  });
  afterAll(async () => {
    second.close();
    await ivy.end();
    for (const proxy of proxies) proxy.close();
    folder.release();
  });

  it('S5-04: a link with an IPv6 address is read and dialled, and such a card is dialled back', async () => {
    const link = readLink((await ivy.call('contacts.createInvitation')).link);
    expect(link.addresses).toEqual([{ host: '::1', port: Number(ivy.listening[0]?.split(':').at(-1)) }]);
    await second.accept(link);
    const session = await second.dial();
    await second.until(() => session.isReady);
    contactId = (await ivy.call('contacts.list'))[0]?.contactId ?? '';
    second.openDialog('Over IPv6');
    second.say([...second.talk.dialogs.values()][0], 'six');
    const conversationId = async () => (await ivy.call('conversations.list'))[0]?.conversationId ?? '';
    await ivy.until('a conversation', async () => (await conversationId()) !== '');
    await ivy.until('the message', async () => (await texts(ivy, await conversationId(), 'in')).includes('six'));
    await second.apart();
    const before = second.sessions.length;
    await ivy.call('network.tryNow', { contactId });
    expect(await second.dialledAfter(before)).toMatchObject({ dialledByThem: true });
    expect((await ivy.call('network.reach', { contactId })).tries.map(({ address }) => address)).toEqual([`[::1]:${second.addresses[0].port}`]);
  });

  it('S3-26: a session stands over a proxy that was asked for IPv6, for a name, and for an onion name as it is written', async () => {
    const [address] = second.contact.addresses;
    const proxy = await startProxy({ to: () => address });
    proxies.push(proxy);
    const at = { host: '127.0.0.1', port: Number(proxy.setting.split(':').at(-1)) };
    for (const host of ['::1', 'ivy.example', ONION]) {
      await second.apart();
      const session = await second.dial({ wire: new Wire(await dialThrough(at, { ...address, host })) });
      await second.until(() => session.isReady);
    }
    expect(proxy.requests.map(({ kind, host, port }: { kind: number; host: string; port: number }) => [kind, host, port])).toEqual([[4, `${'0'.repeat(31)}1`, address.port], [3, 'ivy.example', address.port], [3, ONION, address.port]]);
    expect(new Set(proxy.requests.map(({ user }: { user: string }) => user)).size).toBe(3);
  });

  it('S3-26: an onion name in a card is passed over while no proxy is set, and goes to the proxy as it is written', async () => {
    await second.apart();
    const [own] = second.addresses;
    second.addresses = [{ host: ONION, port: 4711 }];
    // Its card brings it.
    const told = await second.dial();
    await second.until(() => told.isReady);
    const outcome = async () => (await ivy.call('network.reach', { contactId })).tries.map(({ address, outcome: how }) => [address, how]);
    await ivy.until('the address', async () => (await outcome()).some(([address]) => address === `${ONION}:4711`));
    await second.apart();
    const before = second.sessions.length;
    await ivy.call('network.tryNow', { contactId });
    await ivy.until('it is passed over', async () => JSON.stringify(await outcome()) === JSON.stringify([[`${ONION}:4711`, 'needs-proxy']]));
    expect(second.sessions.length).toBe(before);
    const proxy = await startProxy({ to: () => own });
    proxies.push(proxy);
    await ivy.call('settings.set', { proxy: proxy.setting });
    await ivy.call('network.tryNow', { contactId });
    await second.dialledAfter(before);
    expect(proxy.requests[0]).toMatchObject({ head: '050100', kind: 3, host: ONION, port: 4711 });
  });
});

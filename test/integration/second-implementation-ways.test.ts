import { createPrivateKey } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { random } from '../second/crypto.mjs';
import { announcement, goodbye, isTagOf, lanTag, listenOnLan, question } from '../second/lan.mjs';
import { readLink } from '../second/link.mjs';
import { Peer } from '../second/peer.mjs';
import { identityKey, Person } from '../second/person.mjs';
import { startProxy } from '../second/proxy.mjs';
import type { HeadlessPeer } from '../support/headless-peer';
import { requireLoopbackMulticast } from '../support/loopback-mdns';
import { readyKeys } from '../support/rsa-keys';
import { newPerson, temporaryFolder } from '../support/two-peers';

// One real headless peer, and one that was written from docs/protocol.md alone, beside a proxy and multicast DNS of the same origin.
const folder = temporaryFolder();
let hedda: HeadlessPeer;
let second: InstanceType<typeof Peer>;
let contactId = '';

beforeAll(async () => {
  hedda = (await newPerson(folder.path, 'hedda')).peer;
  await hedda.call('settings.set', { findOnNetwork: false });
  const [key = ''] = readyKeys(1);
  second = new Peer(new Person({ name: 'Second', key: identityKey(1, createPrivateKey(key)) }));
  await second.listen();
  await second.accept(readLink((await hedda.call('contacts.createInvitation')).link));
  const session = await second.dial();
  await second.until(() => session.isReady);
  contactId = (await hedda.call('contacts.list'))[0]?.contactId ?? '';
});
afterAll(async () => {
  second.close();
  await hedda.end();
  folder.release();
});

describe('through a proxy', () => {
  const proxies: { close: () => void }[] = [];
  afterEach(async () => {
    await hedda.call('settings.set', { proxy: '' });
    for (const proxy of proxies.splice(0)) proxy.close();
  });
  const proxy = async (how?: Parameters<typeof startProxy>[0]) => {
    const started = await startProxy(how);
    proxies.push(started);
    await hedda.call('settings.set', { proxy: started.setting });
    return started;
  };

  it('S3-26: everything goes through it, with a login of chance, the same for one person', async () => {
    const before = second.sessions.length;
    const { requests, greetings } = await proxy();
    await second.until(() => second.sessions.slice(0, before).every(({ ended }: { ended?: boolean }) => ended));
    await hedda.call('network.tryNow', { contactId });
    await second.dialledAfter(before);
    await second.apart();
    const again = second.sessions.length;
    await hedda.call('network.tryNow', { contactId });
    await second.dialledAfter(again);
    expect(requests.length).toBeGreaterThan(1);
    for (const greeting of greetings) expect(greeting).toBe('05020200');
    for (const { head, kind, host, port, user, password } of requests) {
      expect([head, kind, host, port]).toEqual(['050100', 1, '127.0.0.1', second.addresses[0].port]);
      expect([user, password].every((text) => /^[0-9a-f]{32}$/.test(text))).toBe(true);
    }
    expect(new Set(requests.map(({ user, password }: { user: string; password: string }) => `${user} ${password}`)).size).toBe(1);
  });

  // Neighbours end differently: what is seen of one is not what the one before left.
  it.each([
    ['another version', { method: Buffer.of(4, 2) }, 'proxy-failed'],
    ['reply 4', { to: () => undefined }, 'unreachable'],
    ['a method that was not offered', { method: Buffer.of(5, 1) }, 'proxy-failed'],
    ['reply 5', { reply: Buffer.of(5, 5, 0, 1, 0, 0, 0, 0, 0, 0) }, 'refused'],
    ['a login that is refused', { login: Buffer.of(1, 1) }, 'proxy-failed'],
    ['reply 6', { reply: Buffer.of(5, 6, 0, 1, 0, 0, 0, 0, 0, 0) }, 'timeout'],
    ['another kind of address', { reply: Buffer.of(5, 0, 0, 2, 0, 0, 0, 0, 0, 0) }, 'proxy-failed'],
    ['reply 1', { reply: Buffer.of(5, 1, 0, 1, 0, 0, 0, 0, 0, 0) }, 'unreachable'],
    ['a reply that ends early', { reply: Buffer.of(5, 0, 0, 1, 0, 0) }, 'proxy-failed'],
  ] as const)('S3-26 A81: no connection, and nothing past it, where it says %s', async (_name, how, outcome) => {
    await proxy(how);
    // What stood without it, or through the former, ends.
    await second.until(() => second.sessions.every(({ ended }: { ended?: boolean }) => ended));
    const before = second.sessions.length;
    await hedda.call('network.tryNow', { contactId });
    await hedda.until(outcome, async () => (await hedda.call('network.reach', { contactId })).tries.some((one) => one.outcome === outcome));
    expect(second.sessions.length).toBe(before);
  });
});

describe('on the same network', () => {
  it('an announcement with a tag that the contact knows is dialled; one of a stranger, changed or taken back is not', async () => {
    await requireLoopbackMulticast();
    // Nobody is where the stored address says.
    const { port } = second.addresses[0];
    second.server.close();
    await second.apart();
    await second.listen();
    expect(second.addresses[0].port).not.toBe(port);
    const heard: { instance: string; tag?: Buffer; port?: number; isGone?: boolean }[] = [];
    let asked = 0;
    const lan = await listenOnLan((packet: { isAnswer: boolean; questions: unknown[]; found: typeof heard }) => {
      heard.push(...packet.found);
      if (!packet.isAnswer) asked += packet.questions.length;
      second.watchers.forEach((look: () => void) => look());
    });
    try {
      await hedda.call('settings.set', { findOnNetwork: true });
      await second.until(() => asked > 0);
      await lan.say(question());
      const exchanges = [second.contact.chain.exchange.hash];
      const own = await second.until(() => heard.find(({ tag, port: at }) => tag && at && isTagOf(tag, exchanges[0])));
      expect(own.port).toBe(Number(hedda.listening[0]?.split(':').at(-1)));
      expect(isTagOf(own.tag, random(32))).toBe(false);

      const before = second.sessions.length;
      const say = (instance: string, tag: Buffer) => lan.say(announcement({ instance, host: `${instance}-host`, port: second.addresses[0].port, tag, address: '127.0.0.1' }));
      const seen = async () => (await hedda.call('network.status')).lan?.seen;
      await say('stranger', lanTag([random(32)]));
      await say('cut-short', lanTag([second.person.exchanges[0].hash]).subarray(0, 21));
      await say('known', lanTag([second.person.exchanges[0].hash]));
      const session = await second.dialledAfter(before);
      expect(session.dialledByThem).toBe(true);
      await hedda.until('one is seen', async () => (await seen()) === 1);
      await lan.say(goodbye('stranger'));
      await lan.say(goodbye('known'));
      await hedda.until('gone', async () => (await seen()) === 0);
      await hedda.call('settings.set', { findOnNetwork: false });
      await second.until(() => heard.some(({ instance, isGone }) => instance === own.instance && isGone));
    } finally {
      lan.close();
    }
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Address } from '../../electron/engine/ports';
import { HeadlessPeer } from '../support/headless-peer';
import { socksServer, type SocksServer } from '../support/socks-server';
import { introduce, passphrase, temporaryFolder, texts, type Person } from '../support/two-peers';

const onion = 'pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion';
const spy = join(__dirname, '../support/network-spy.cjs');

let folder: ReturnType<typeof temporaryFolder>;
let tor: SocksServer;
const names: Record<string, Address> = {};
const people: Person[] = [];

beforeEach(async () => {
  folder = temporaryFolder();
  tor = await socksServer({ names });
});

afterEach(async () => {
  for (const { peer } of people.splice(0)) await peer.kill();
  await tor.close();
  folder.release();
});

/** A person whose every connection, look-up and datagram is written down. */
async function watched(name: string, settings: Parameters<typeof set>[1]): Promise<Person> {
  const profile = join(folder.path, name);
  const peer = await HeadlessPeer.start(profile, { listen: '127.0.0.1:0', nodeOptions: ['--require', spy] });
  const person: Person = { name, profile, peer, restart: () => Promise.reject(new Error('not in this test')) };
  people.push(person);
  await set(person, settings);
  await peer.call('vault.create', { passphrase, name });
  return person;
}

const set = async ({ peer }: Person, settings: { proxy?: string; onionAddress?: string; findOnNetwork?: boolean }) => peer.call('settings.set', settings);

/** Where an onion service in its torrc would lead. */
function leadTo({ peer }: Person): void {
  const port = Number(peer.listening[0]?.split(':').at(-1));
  names[onion] = { host: '127.0.0.1', port };
}

function seen({ profile }: Person): string[] {
  const [first, ...rest] = readFileSync(`${profile}.network`, 'utf8').trim().split('\n');
  expect(first).toBe('spying');
  return rest;
}

const status = async ({ peer }: Person) => peer.call('network.status');

test('S3-26: two people who only know an onion address meet and talk through the proxy, and nothing goes past it', async () => {
  const [ann, bo] = await Promise.all([watched('Ann', { proxy: tor.setting, onionAddress: `${onion}:4800` }), watched('Bo', {})]);
  leadTo(ann);
  expect((await ann.peer.call('identity.get')).addresses).toEqual([`${onion}:4800`]);

  // Without a proxy an onion address is no way, and nobody is asked about it.
  const { link } = await ann.peer.call('contacts.createInvitation', {});
  const { contactId: ofInviter } = await bo.peer.call('contacts.acceptInvitation', { link });
  const pending = async () => (await bo.peer.call('contacts.list')).map((contact) => contact.pending);
  await bo.peer.until('a try', async () => (await bo.peer.call('network.reach', { contactId: ofInviter })).tries[0]?.outcome === 'needs-proxy');
  expect(await pending()).toEqual([true]);
  expect(seen(bo)).toEqual([]);

  await set(bo, { proxy: tor.setting });
  expect((await bo.peer.call('identity.get')).addresses).toEqual([]);
  expect((await status(bo)).proxy?.address).toBe(tor.setting.slice('socks5://'.length));
  await bo.peer.until('the answer', async () => !(await pending()).includes(true));
  const { conversationId } = await bo.peer.call('conversations.open', { contactId: ofInviter });
  await bo.peer.call('messages.send', { conversationId, text: 'through the proxy' });
  await ann.peer.until('the conversation', async () => (await ann.peer.call('conversations.list')).length === 1);
  const [there] = await ann.peer.call('conversations.list');
  const at = there?.conversationId ?? '';
  await ann.peer.until('the message', async () => (await texts(ann.peer, at, 'in')).length === 1);
  await ann.peer.call('messages.send', { conversationId: at, text: 'and back' });
  await bo.peer.until('the answer', async () => (await texts(bo.peer, conversationId, 'in')).length === 1);
  expect((await status(bo)).proxy?.state).toBe('working');

  // The proxy goes: what is written waits, and nobody looks for another way.
  await tor.close();
  await bo.peer.until('the end', async () => (await status(bo)).sessions.length === 0);
  await bo.peer.call('messages.send', { conversationId, text: 'waiting' });
  await bo.peer.until('a try', async () => (await status(bo)).proxy?.state === 'failed');
  await tor.open();
  await ann.peer.until('the message', async () => (await texts(ann.peer, at, 'in')).length === 2);

  const proxy = `connect 127.0.0.1:${tor.address.port}`;
  for (const person of [ann, bo]) expect(seen(person).filter((line) => line !== proxy)).toEqual([]);
  expect(seen(bo).length).toBeGreaterThan(2);
  expect(new Set(tor.requests.map(({ kind, host, port }) => `${kind} ${host}:${port}`))).toEqual(new Set([`3 ${onion}:4800`]));
  // One person, one login, from the first word to the last.
  expect(new Set(tor.requests.map(({ user, password }) => `${user}:${password}`)).size).toBe(1);
}, 60_000);

test('S3-26: switching the proxy on ends what is connected directly and hides the address; switching it off shows it again', async () => {
  // What is said on the local network, and its goodbye, is another matter.
  const [ann, bo] = await Promise.all([watched('Ann', { findOnNetwork: false }), watched('Bo', { findOnNetwork: false })]);
  const { ofInviter } = await introduce(ann, bo);
  await bo.peer.until('a session', async () => (await status(bo)).sessions.length === 1);
  const before = seen(bo).length;
  const ended = bo.peer.events.length;

  await set(bo, { proxy: tor.setting });
  await bo.peer.until('the end', () => bo.peer.events.slice(ended).some((event) => event.type === 'session.changed' && !event.connected));
  expect((await bo.peer.call('identity.get')).addresses).toEqual([]);
  // Whoever dials first: Ann comes in from loopback, as an onion service does; Bo goes out through the proxy and nowhere else.
  await bo.peer.until('a session', async () => (await status(bo)).sessions.length === 1);
  expect(seen(bo).slice(before).filter((line) => line !== `connect 127.0.0.1:${tor.address.port}`)).toEqual([]);

  await set(bo, { proxy: '' });
  expect((await bo.peer.call('identity.get')).addresses).toEqual([...bo.peer.listening]);
  expect((await status(bo)).proxy).toEqual({ state: 'off' });
  expect((await bo.peer.call('contacts.list')).map(({ contactId }) => contactId)).toEqual([ofInviter]);
}, 60_000);

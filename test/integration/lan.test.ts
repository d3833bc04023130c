import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { decode } from 'dns-packet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPacket } from '../../electron/network/mdns/packets';
import { HeadlessPeer } from '../support/headless-peer';
import { listenOnLoopback, requireLoopbackMulticast } from '../support/loopback-mdns';
import { announcement, texts } from '../support/mdns-packets';
import { introduce, newPerson, passphrase, temporaryFolder, type Person } from '../support/two-peers';

/** Two real processes that know each other, under addresses that are true no more. */
describe('LAN: contacts whose addresses have changed', () => {
  const folder = temporaryFolder();
  let ann: Person;
  let bo: Person;
  beforeAll(async () => {
    await requireLoopbackMulticast();
    [ann, bo] = await Promise.all([newPerson(folder.path, 'Ann'), newPerson(folder.path, 'Bo')]);
    await introduce(ann, bo);
  }, 60_000);
  afterAll(async () => {
    await Promise.all([ann, bo].map(({ peer }) => peer.kill()));
    folder.release();
  });

  /** Ends a peer and starts it where nobody knows it. */
  const move = async (person: Person): Promise<void> => {
    await person.peer.end();
    person.peer = await HeadlessPeer.start(person.profile, { listen: '127.0.0.1:0' });
  };
  const connected = async (person: Person): Promise<boolean> => (await person.peer.call('network.status')).sessions.length > 0;

  it('LAN: two peers whose stored addresses are stale find each other by mDNS', async () => {
    await Promise.all([ann, bo].map(async (person) => {
      await person.peer.call('settings.set', { findOnNetwork: false });
      await move(person);
      await person.peer.call('vault.unlock', { passphrase });
    }));
    expect([await connected(ann), await connected(bo)]).toEqual([false, false]);
    expect((await ann.peer.call('network.status')).lan).toEqual({ state: 'off', seen: 0 });
    // The settings are followed at once, in the open profile.
    await Promise.all([ann, bo].map(({ peer }) => peer.call('settings.set', { findOnNetwork: true })));
    await ann.peer.until('they found each other', async () => (await connected(ann)) && (await connected(bo)));
    await ann.peer.until('each is seen', async () => (await ann.peer.call('network.status')).lan?.seen === 1);
    expect((await bo.peer.call('network.status')).lan?.state).toBe('on');
    await bo.peer.call('settings.set', { findOnNetwork: false });
    await ann.peer.until('the goodbye', async () => (await ann.peer.call('network.status')).lan?.seen === 0);
    expect((await bo.peer.call('network.status')).lan).toEqual({ state: 'off', seen: 0 });
    // Off only means not looking: what is connected stays.
    expect(await connected(ann)).toBe(true);
  });

  it('LAN: locking says goodbye; a proxy, too, turns it off', async () => {
    await bo.peer.call('settings.set', { findOnNetwork: true });
    const seen = async (): Promise<number | undefined> => (await ann.peer.call('network.status')).lan?.seen;
    await ann.peer.until('Bo is seen', async () => (await seen()) === 1);
    await bo.peer.call('vault.lock');
    await ann.peer.until('the goodbye of a locked vault', async () => (await seen()) === 0);
    await bo.peer.call('vault.unlock', { passphrase });
    await ann.peer.until('Bo is back', async () => (await seen()) === 1);
    await bo.peer.call('settings.set', { proxy: 'socks5://127.0.0.1:9' });
    await ann.peer.until('the goodbye behind a proxy', async () => (await seen()) === 0);
    await bo.peer.call('settings.set', { proxy: '' });
    await ann.peer.until('Bo is back again', async () => (await seen()) === 1);
    await bo.peer.end();
    await ann.peer.until('the goodbye of a program that ends', async () => (await seen()) === 0);
  });

  it('LAN: a contact’s announcement repeated from elsewhere costs a dial that comes to nothing; the contact is found all the same', async () => {
    const listener = await listenOnLoopback();
    const server = createServer((socket) => socket.on('error', () => undefined).end('hello'));
    try {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const at = server.address();
      const port = typeof at === 'object' && at !== null ? at.port : 0;
      await bo.peer.kill();
      bo.peer = await HeadlessPeer.start(bo.profile, { listen: '127.0.0.1:0' });
      await bo.peer.call('vault.unlock', { passphrase });
      const own = Number(bo.peer.listening[0]?.split(':').at(-1));
      const tagOf = () => listener.packets.flatMap(({ bytes }) => readPacket(bytes)?.services ?? []).find(({ offer }) => offer?.port === own)?.offer?.facts['t'];
      await ann.peer.until('Bo says something', () => tagOf() !== undefined);
      await bo.peer.kill();
      await ann.peer.until('Bo is away', async () => !(await connected(ann)));
      const contacts = await ann.peer.call('contacts.list');
      const knocked = new Promise((resolve) => server.once('connection', resolve));
      await listener.send(announcement({ name: 'elsewhere', port, text: texts('v=2', `t=${tagOf()}`) }));
      await knocked;
      const contactId = contacts[0]?.contactId ?? '';
      const outcome = async () => (await ann.peer.call('network.reach', { contactId })).tries.find(({ address }) => address === `127.0.0.1:${port}`)?.outcome;
      await ann.peer.until('what came of it', async () => !['trying', undefined].includes(await outcome()));
      expect(await outcome()).toBe('no-answer');
      expect(await connected(ann)).toBe(false);
      expect(await ann.peer.call('contacts.list')).toEqual(contacts);
      bo.peer = await HeadlessPeer.start(bo.profile, { listen: '127.0.0.1:0' });
      await bo.peer.call('vault.unlock', { passphrase });
      await ann.peer.until('Bo himself', () => connected(ann));
    } finally {
      server.close();
      listener.close();
    }
  });
});

const mayMakeHosts = process.platform === 'linux' && process.getuid?.() === 0 && canMakeHost();
if (!mayMakeHosts) {
  console.warn('LAN: what leaves the machine is NOT tested here: only root on Linux with iproute2 may make a network of its own. Run: sudo npm test -- test/integration/lan.test.ts');
}

/** A host whose only traffic is that of the peers started there, so that every single packet is theirs. */
describe.skipIf(!mayMakeHosts)('LAN: what a listener on the network gets', () => {
  const host = `keyshift-test-${process.pid}-mdns`;
  const within = ['ip', 'netns', 'exec', host];
  const folder = temporaryFolder();
  const packets: Buffer[] = [];
  let witness: ChildProcess;
  let ann: HeadlessPeer;
  let bo: HeadlessPeer;
  let ids: readonly string[];

  beforeAll(async () => {
    ip('netns', 'add', host);
    ip('-n', host, 'link', 'set', 'lo', 'up');
    const [command, ...words] = [...within, process.execPath, join(__dirname, '../support/mdns-witness.mjs'), '127.0.0.1'];
    witness = spawn(command, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    await new Promise<void>((resolve) => {
      if (witness.stdout === null) return;
      createInterface({ input: witness.stdout }).on('line', (line) => {
        if (line === 'ready') resolve();
        else packets.push(Buffer.from(line, 'hex'));
      });
    });
    const start = (name: string): Promise<HeadlessPeer> => HeadlessPeer.start(join(folder.path, name), { listen: '127.0.0.1:0', within });
    [ann, bo] = await Promise.all([start('Annabella'), start('Bonaventura')]);
    const made = await Promise.all([ann.call('vault.create', { passphrase, name: 'Annabella' }), bo.call('vault.create', { passphrase, name: 'Bonaventura' })]);
    ids = made.map(({ peerId }) => peerId);
    await Promise.all([ann, bo].map((peer) => peer.call('settings.set', { findOnNetwork: false })));
    const { link } = await ann.call('contacts.createInvitation', {});
    await bo.call('contacts.acceptInvitation', { link });
    for (const peer of [ann, bo]) await peer.until('they know each other', async () => (await peer.call('contacts.list')).some(({ pending }) => !pending));
  }, 60_000);
  afterAll(async () => {
    await Promise.all([ann, bo].map((peer) => peer?.kill()));
    witness?.kill();
    ip('netns', 'delete', host);
    folder.release();
  });

  it('LAN: nothing at all from who has no contact, has switched it off, or is locked; and no name, id or machine from anybody', async () => {
    // The witness's own voice behind anything that might have been said tells that nothing was.
    await spoken('switched off');
    expect(packets).toEqual([]);

    await Promise.all([ann, bo].map((peer) => peer.call('settings.set', { findOnNetwork: true })));
    await ann.until('seen', async () => (await ann.call('network.status')).lan?.seen === 1);
    await bo.until('seen', async () => (await bo.call('network.status')).lan?.seen === 1);
    await Promise.all([ann, bo].map((peer) => peer.call('vault.lock')));
    await spoken('locked now');
    const said = packets.splice(0);
    await spoken('still locked');
    expect(packets).toEqual([]);

    const services = said.flatMap((bytes) => readPacket(bytes)?.services ?? []);
    expect(new Set(services.map(({ name }) => name)).size).toBe(2);
    expect(services.some(({ offer }) => offer === undefined)).toBe(true);
    // Every part of every packet: the words of the protocol, random hex, a port, this card's address, version and tag.
    const random = /^[0-9a-f]{16}$/;
    const isKnown = (name: string): boolean => name.split('.').every((label) => ['_keyshift', '_tcp', 'local'].includes(label) || random.test(label));
    for (const { questions, answers, additionals, ...head } of said.map((bytes) => decode(bytes))) {
      expect(head).toMatchObject({ id: 0, authorities: [] });
      expect([...questions, ...answers].map(({ name }) => name).filter((name) => !isKnown(name))).toEqual([]);
      expect(additionals).toEqual([]);
      for (const { type, data } of answers) {
        if (type === 'PTR') expect(isKnown(String(data))).toBe(true);
        else if (type === 'A') expect(data).toBe('127.0.0.1');
        else if (type === 'TXT') expect(String(data)).toMatch(/^v=2,t=[\w-]{32}$/);
        else expect(data).toEqual({ priority: 0, weight: 0, port: expect.any(Number), target: expect.stringMatching(/^[0-9a-f]{16}\.local$/) });
      }
    }
    const all = Buffer.concat(said).toString('latin1').toLowerCase();
    for (const word of ['annabella', 'bonaventura', hostname(), userInfo().username, ...ids].filter(({ length }) => length > 3)) {
      expect([word, all.includes(word.toLowerCase())]).toEqual([word, false]);
    }
  });

  /** Says a word of its own on the network and waits until the witness has heard it, and with it everything before. */
  async function spoken(word: string): Promise<void> {
    const script = `const s=require('node:dgram').createSocket({type:'udp4',reuseAddr:true});s.bind(0,'127.0.0.1',()=>{s.setMulticastInterface('127.0.0.1');s.send(process.argv[1],5353,'224.0.0.251',()=>s.close())})`;
    const [command, ...words] = [...within, process.execPath, '-e', script, word];
    execFileSync(command, words);
    const isWord = (bytes: Buffer): boolean => bytes.toString() === word;
    await ann.until(`the word ${word}`, () => packets.some(isWord));
    packets.splice(packets.findIndex(isWord), 1);
  }
});

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

function canMakeHost(): boolean {
  const name = `keyshift-test-${process.pid}-trial`;
  try {
    ip('netns', 'add', name);
    ip('netns', 'delete', name);
    return true;
  } catch {
    return false;
  }
}

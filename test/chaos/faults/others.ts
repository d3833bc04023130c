import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { attack } from '../../support/attacker';
import { HeadlessPeer } from '../../support/headless-peer';
import { oldPassphrase, placeOldProfile } from '../../support/old-profile';
import { type Fault, wait } from '../fault';
import { Lost, Pair } from '../pair';

const server = process.env['KEYSHIFT_NATS_SERVER'] ?? '';

/** The node of a mailbox ends again and again while it is the only way. */
export const mailboxNode: Fault = {
  name: 'killed mailbox node',
  why: () => (server === '' ? 'nats-server is not here' : undefined),
  async run({ folder, random, amount }) {
    const home = join(folder, 'operator');
    const operator = (...words: string[]): string => execFileSync(process.execPath, ['scripts/mailbox.mjs', ...words, '--folder', home], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    operator('init', '--host', '127.0.0.1', '--bind', '127.0.0.1', '--port', String(await freePort()), '--no-tls', '--disk-gib', '0.5');
    let node = await startNode(join(home, 'server/nats.conf'));
    const pair = await Pair.create(folder);
    const { ann, bo } = pair;
    const rounds = Math.ceil(2 * amount);
    try {
      for (const { peer } of pair.both) {
        await peer.call('mailbox.register', { registration: operator('device', (await peer.call('mailbox.status')).deviceKey, '--slots', '4') });
        await peer.until('connected', async () => (await peer.call('mailbox.status')).state === 'connected', 60_000);
      }
      await pair.settle();
      let waited = 0;
      for (let round = 0; round < rounds; round += 1) {
        await bo.peer.end();
        await ann.say(6);
        await wait(200 + random() * 1_500);
        node.kill('SIGKILL');
        await ann.say(3);
        await wait(random() * 500);
        node = await startNode(join(home, 'server/nats.conf'));
        const elsewhere = async () => (await ann.peer.call('messages.list', { conversationId: ann.conversationId, limit: 50 })).filter(({ direction, state, waitingFor }) => direction === 'out' && state !== 'delivered' && waitingFor !== 'pickup');
        await ann.peer.until('all of it in the mailbox', async () => (await elsewhere()).length === 0, 120_000).catch(async (error: unknown) => {
          throw new Error(`${String(error)}: ${JSON.stringify((await elsewhere()).map(({ text, state, waitingFor }) => ({ text: text.slice(0, 8), state, waitingFor })))} ${JSON.stringify(await ann.peer.call('mailbox.status'))}`);
        });
        waited += 9;
        // Alone with the mailbox.
        await ann.peer.end();
        await bo.restart();
        const last = ann.confirmed.at(-1) ?? '';
        await bo.peer.until('what lay there', async () => (await bo.read('in')).includes(last), 120_000);
        await ann.restart();
      }
      await pair.settle();
      return `killed ${rounds} times while ${waited} messages had no other way`;
    } finally {
      node.kill('SIGKILL');
      await pair.end();
    }
  },
};

function startNode(file: string): Promise<ChildProcess> {
  const child = spawn(server, ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('nats-server ended')));
    child.stderr.on('data', (text: Buffer) => {
      if (text.toString().includes('Server is ready')) resolve(child);
    });
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const taken = createServer().listen(0, '127.0.0.1', () => {
      const bound = taken.address();
      taken.close(() => resolve(typeof bound === 'object' && bound !== null ? bound.port : 0));
    });
  });
}

/** Connections in numbers that begin a frame and never end it. */
export const halfOpen: Fault = {
  name: 'half-open connections in numbers',
  async run({ folder, amount }) {
    const pair = await Pair.create(folder);
    const port = Number(pair.ann.peer.listening[0]?.split(':').at(-1));
    const attacker = await attack({ port, atOnce: Math.min(10_000, Math.ceil(1_000 * amount)), perSecond: 2_000, holdMs: 60_000 });
    try {
      await wait(500);
      await pair.talk(1_000);
      await pair.bo.peer.kill();
      await pair.bo.restart();
      await pair.settle();
      const { begun, mostOpen } = await attacker.stop();
      return `${begun} begun, up to ${mostOpen} open at once, among ${pair.ann.confirmed.length + pair.bo.confirmed.length} messages and one return`;
    } finally {
      await attacker.stop().catch(() => undefined);
      await pair.end();
    }
  },
};

/** A profile of an earlier program is killed again and again while it is raised. */
export const killedUpgrade: Fault = {
  name: 'kill -9 while an old profile is raised',
  async run({ folder, random, amount }) {
    const versions = [2, 14, 26, 36].slice(0, Math.max(1, Math.ceil(2 * amount)));
    let kills = 0;
    for (const version of versions) {
      const profile = join(folder, `version ${version}`);
      const { seen } = await placeOldProfile(version, profile);
      for (let round = 0; round < Math.ceil(2 * amount); round += 1) {
        const peer = await HeadlessPeer.start(profile, { listen: '127.0.0.1:0' });
        const unlocking = peer.call('vault.unlock', { passphrase: oldPassphrase }).catch(() => undefined);
        await wait(random() * 60);
        await peer.kill();
        await unlocking;
        kills += 1;
      }
      const peer = await HeadlessPeer.start(profile, { listen: '127.0.0.1:0' });
      try {
        await peer.call('vault.unlock', { passphrase: oldPassphrase });
        for (const { conversationId, messages } of seen.conversations) {
          const now = await peer.call('messages.list', { conversationId, limit: 200 });
          if (JSON.stringify(now.map(({ text }) => text)) !== JSON.stringify(messages.map(({ text }) => text))) throw new Lost(`schema ${version}: ${now.length} of ${messages.length} messages`);
        }
      } finally {
        await peer.kill();
      }
    }
    return `${kills} kills at schemas ${versions.join(', ')}`;
  },
};

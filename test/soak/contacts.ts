import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeadlessPeer } from '../support/headless-peer';
import { loopDelay, measured } from '../support/loop-delay';
import { manyKeys } from '../support/rsa-keys';
import type { Order, Report } from './contacts-host';
import { passphrase } from './device';

const mebibyte = 1_048_576;
/** Milliseconds within which everybody has to be back: twice what the longest back-off (one minute) takes. */
const backWithin = 120_000;
const hosts = 3;

class Host {
  latest: Report = { met: 0, heard: 0, delivered: 0, connected: 0, rotated: 0 };
  readonly child: ChildProcess;
  readonly #waiting: { readonly kind: Order['kind']; resolve(report: Report): void; reject(error: Error): void }[] = [];

  constructor(keyFile: string) {
    this.child = fork(join(__dirname, 'contacts-host.cjs'), { execArgv: ['--require', join(__dirname, 'quick-secrets.cjs')], env: { ...process.env, KEYSHIFT_TEST_KEY_FILE: keyFile, KEYSHIFT_TEST_KEYS: '[]' }, serialization: 'advanced' });
    this.child.on('message', (report: Report) => {
      this.latest = report;
      if (report.done === undefined) return;
      const [waiting] = this.#waiting.splice(this.#waiting.findIndex(({ kind }) => kind === report.done), 1);
      if (report.failure === undefined) waiting?.resolve(report);
      else waiting?.reject(new Error(report.failure));
    });
    this.child.once('exit', () => this.#waiting.splice(0).forEach(({ reject }) => reject(new Error('a process with contacts ended'))));
  }

  ask(order: Order): Promise<Report> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ kind: order.kind, resolve, reject });
      this.child.send(order);
    });
  }
}

/** So many real contacts of one peer, connected at once. Gives what was wrong. */
export async function manyContacts(count: number, say: (line: string) => void): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'keyshift-contacts-'));
  const load = loadavg()[0] ?? 0;
  const began = performance.now();
  const seconds = (since = began): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;
  const keys = manyKeys(count + 1);
  const shares = Array.from({ length: hosts }, (_, at) => [Math.floor((count * at) / hosts), Math.floor((count * (at + 1)) / hosts)] as const);
  const children = shares.map(([from, to], at) => {
    const file = join(folder, `keys-${at}.json`);
    writeFileSync(file, JSON.stringify(keys.slice(from, to)));
    return new Host(file);
  });
  const profile = join(folder, 'peer');
  let peer = await HeadlessPeer.start(profile, { listen: '127.0.0.1:0', nodeOptions: measured });
  const sum = (what: 'met' | 'heard' | 'delivered' | 'connected' | 'rotated'): number => children.reduce((all, { latest }) => all + latest[what], 0);
  const all = (order: Order): Promise<Report[]> => Promise.all(children.map((child) => child.ask(order)));
  const connected = async (): Promise<number> => new Set((await peer.call('network.status')).sessions.map(({ contactId }) => contactId)).size;
  const wrong: string[] = [];
  try {
    await peer.call('vault.create', { passphrase, name: 'peer' });
    const alone = (await loopDelay(peer)).rss;
    const links: string[] = [];
    for (let n = 0; n < count; n += 1) links.push((await peer.call('contacts.createInvitation', {})).link);
    await Promise.all(children.map((child, at) => child.ask({ kind: 'people', folder, first: shares[at]?.[0] ?? 0, links: links.slice(...(shares[at] ?? [0, 0])) })));
    await peer.until('everybody to be met', async () => sum('met') === count && (await connected()) === count, 600_000);
    const meeting = await loopDelay(peer);
    say(`${count} contacts met and connected after ${seconds()}, in ${hosts + 1} processes; event loop late by p99 ${meeting.p99.toFixed(0)} ms, at most ${meeting.max.toFixed(0)} ms`);

    const contacts = await peer.call('contacts.list');
    const conversations = new Map<string, string>();
    for (const { contactId } of contacts) conversations.set(contactId, (await peer.call('conversations.open', { contactId, title: 'Talk' })).conversationId);
    const round = async (number: number, each: number): Promise<void> => {
      const since = performance.now();
      const [heard, delivered] = [sum('heard'), sum('delivered')];
      const expected = count * each;
      const received = (): number => peer.events.filter(({ type }) => type === 'message.received').length;
      peer.events.length = 0;
      for (let n = 0; n < each; n += 1) await Promise.all([...conversations.values()].map((conversationId) => peer.call('messages.send', { conversationId, text: `peer says ${number}.${n}` })));
      await peer.until('what the peer said', () => sum('heard') - heard >= expected, 300_000);
      await all({ kind: 'say', each, round: number });
      await peer.until('what the contacts said', () => received() >= expected && sum('delivered') - delivered >= expected, 300_000);
      const { p99, max, busy } = await loopDelay(peer);
      say(`${2 * expected} messages, both ways, delivered in ${seconds(since)}; event loop late by p99 ${p99.toFixed(0)} ms, at most ${max.toFixed(0)} ms, ${(100 * busy).toFixed(0)} % of a core`);
    };
    await round(1, 3);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const idle = await loopDelay(peer);
    say(`memory of the peer: ${(alone / mebibyte).toFixed(0)} MiB alone, ${(idle.rss / mebibyte).toFixed(0)} MiB with all: ${((idle.rss - alone) / count / 1024).toFixed(0)} KiB for a contact`);

    const since = performance.now();
    const { epoch } = await peer.call('identity.rotate');
    await peer.until('everybody to follow the new identity key', () => sum('rotated') >= count, 600_000);
    const followed = seconds(since);
    await peer.until('everybody to be connected with it', async () => (await connected()) === count, 600_000);
    const rotation = await loopDelay(peer);
    say(`a new identity key (epoch ${epoch}): all follow it after ${followed}, and are connected after ${seconds(since)}; event loop late by p99 ${rotation.p99.toFixed(0)} ms, at most ${rotation.max.toFixed(0)} ms, ${(100 * rotation.busy).toFixed(0)} % of a core`);
    if (sum('rotated') !== count) wrong.push(`${sum('rotated')} of ${count} contacts say that the key is a new one`);
    await round(2, 2);

    for (const how of ['killed', 'ended'] as const) {
      if (how === 'killed') await peer.kill();
      else await peer.end();
      const since = performance.now();
      peer = await HeadlessPeer.start(profile, { nodeOptions: measured });
      await peer.call('vault.unlock', { passphrase });
      let half = '';
      await peer.until('everybody to be back', async () => {
        const now = await connected();
        if (half === '' && now >= count / 2) half = seconds(since);
        return now === count;
      }, 600_000);
      const took = performance.now() - since;
      if (took > backWithin) wrong.push(`all were back only after ${(took / 1000).toFixed(0)} s`);
      const { p99, max, rss } = await loopDelay(peer);
      say(`${how} and started anew: half of them back after ${half}, all after ${seconds(since)}; event loop late by p99 ${p99.toFixed(0)} ms, at most ${max.toFixed(0)} ms; ${(rss / mebibyte).toFixed(0)} MiB`);
      await round(how === 'killed' ? 3 : 4, 2);
    }

    const there = Object.assign({}, ...(await all({ kind: 'read' })).map(({ texts }) => texts)) as Record<string, readonly string[]>;
    for (const { contactId, name } of contacts) {
      const here = (await peer.call('messages.list', { conversationId: conversations.get(contactId) ?? '', limit: 500 })).map(({ direction, text }) => `${direction === 'in' ? 'contact' : 'peer'}: ${text}`);
      if (here.length !== 18) wrong.push(`${name}: ${here.length} of 18 messages`);
      for (const side of ['peer', 'contact']) {
        const of = (texts: readonly string[] = []): string => JSON.stringify(texts.filter((text) => text.startsWith(side)));
        if (of(here) !== of(there[name])) wrong.push(`${name}: what the ${side} said is not the same on both sides`);
      }
    }
    say(`load ${load.toFixed(1)} to ${(loadavg()[0] ?? 0).toFixed(1)}; after ${seconds()} lost: ${wrong.length === 0 ? 'nothing' : wrong.length}`);
    return wrong;
  } finally {
    await Promise.all([peer.kill(), ...children.map(({ child }) => new Promise((resolve) => {
      if (child.exitCode !== null) return resolve(undefined);
      child.once('exit', resolve).kill('SIGKILL');
    }))]);
    rmSync(folder, { recursive: true, force: true });
  }
}

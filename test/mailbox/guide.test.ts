import { type ChildProcess, spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { streamConfig } from '../../scripts/mailbox/layout.mjs';
import { freePorts, onServer, startServer } from '../support/nats-server';
import { newMailbox } from '../support/mailbox-people';
import { newPerson, temporaryFolder } from '../support/two-peers';
import type { HeadlessPeer } from '../support/headless-peer';

const page = readFileSync('docs/mailbox.md', 'utf8');
const program = join(process.cwd(), 'scripts/mailbox.mjs');
/** Every line that the page tells its reader to type, in its order. */
const typed = [...page.matchAll(/npm run mailbox -- ([^`\n]+)/g)].map(([, words = '']) => words.trim());
const block = (language: string, beginning: string): string => [...page.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, 'g'))].map(([, text = '']) => text).find((text) => text.startsWith(beginning)) ?? '';
const unit = block('ini', '[Unit]');

onServer('whoever does what docs/mailbox.md says has a mailbox', () => {
  const folder = temporaryFolder();
  const at = (name: string) => join(folder.path, name);
  let server: ChildProcess | undefined;
  let ann: HeadlessPeer;
  const standsFor: Record<string, string> = {};

  /** As it is printed, but for the names that stand for one's own. */
  function type(line: string): string {
    expect(typed).toContain(line);
    typed.splice(typed.indexOf(line), 1);
    const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word = '']) => quoted ?? standsFor[word] ?? word);
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words, ...(words[0] === 'init' ? ['--bind', '127.0.0.1'] : [])], { cwd: folder.path, encoding: 'utf8' });
    expect([line, status, status === 0 ? '' : stderr]).toEqual([line, 0, '']);
    return stdout + stderr;
  }

  beforeAll(async () => {
    const [port] = await freePorts(1);
    standsFor['mail.example.org'] = `127.0.0.1:${port}`;
    ann = (await newPerson(folder.path, 'Ann')).peer;
  }, 60_000);
  afterAll(async () => {
    server?.kill('SIGKILL');
    await ann?.end();
    folder.release();
  });

  test('S1-01: every line that is printed there is typed, and does what stands beside it', { timeout: 120_000 }, async () => {
    // On another machine, and on three: only where the files say that they will be.
    type('init --host mail.example.org --installed-at /etc/keyshift-mailbox');
    const config = readFileSync(at('mailbox/server/nats.conf'), 'utf8');
    const [, places = ''] = /^ReadWritePaths=(.*)$/m.exec(unit) ?? [];
    for (const [, path = ''] of config.matchAll(/(?:store_dir|dir|cert_file|key_file): "([^"]+)"/g)) expect(path.startsWith(`${places}/`), path).toBe(true);
    rmSync(at('mailbox'), { recursive: true });
    type('init --host 192.0.2.1 --host 192.0.2.2 --host 192.0.2.3 --installed-at /etc/keyshift-mailbox');
    for (const number of [1, 2, 3]) {
      const one = readFileSync(at(`mailbox/server-${number}/nats.conf`), 'utf8');
      expect([one.includes(':4222"'), [...one.matchAll(/nats:\/\/192\.0\.2\.(\d):6222/g)].map(([, host]) => Number(host))]).toEqual([true, [1, 2, 3].filter((other) => other !== number)]);
    }
    rmSync(at('mailbox'), { recursive: true });

    type('init --host mail.example.org');
    const [, start = ''] = /^\s*nats-server (.+)$/m.exec(page) ?? [];
    const started = startServer(start.split(' '), folder.path);
    server = started.child;
    // Who types the next line by hand has seen it say so.
    await started.ready;

    const { deviceKey } = await ann.call('mailbox.status');
    const other = newMailbox();
    standsFor['UABC…'] = deviceKey;
    standsFor['UXYZ…'] = await other.deviceKey(other.createSeed());
    type('device UABC… --label "Ann, laptop" --out ann.txt');
    await ann.call('mailbox.register', { registration: readFileSync(at('ann.txt'), 'utf8') });
    await ann.until('connected', async () => (await ann.call('mailbox.status')).state === 'connected');
    const { slotsLeft = 0 } = await ann.call('mailbox.status');
    expect(slotsLeft).toBeGreaterThan(60);
    type('device UXYZ… --with UABC… --out ann-desktop.txt');
    expect((await other.read(readFileSync(at('ann-desktop.txt'), 'utf8'))).slots[0]?.address).toBe((await other.read(readFileSync(at('ann.txt'), 'utf8'))).slots[0]?.address);

    expect(type('status')).toMatch(/0 deposits[^]*Ann, laptop/);
    type('slots UABC… --out more.txt');
    await ann.call('mailbox.register', { registration: readFileSync(at('more.txt'), 'utf8') });
    // One of them may take the place of the slot that is given to nobody, where it lasts longer.
    expect((await ann.call('mailbox.status')).slotsLeft).toBeGreaterThanOrEqual(slotsLeft + 63);
    type('slots UABC… --public --out more.txt');
    type('device UABC…');
    standsFor['SLOT'] = (await other.read(readFileSync(at('ann.txt'), 'utf8'))).slots[1]?.slot ?? '';
    type('revoke SLOT');
    type('empty UABC…');
    expect((await ann.call('mailbox.status')).state).toBe('connected');
    type('restore');
    expect((await ann.call('mailbox.status')).state).toBe('connected');
    type('revoke UABC…');
    await ann.until('thrown out', async () => (await ann.call('mailbox.status')).state === 'refused');
    expect(typed, 'printed, and not typed here').toEqual([]);

    // Ended as its unit ends it: by another signal it leaves as one that failed, and that is what systemd calls it from then on.
    const ended = new Promise<readonly [number | null, NodeJS.Signals | null]>((resolve) => server?.once('exit', (...how) => resolve(how)));
    server.kill((/^KillSignal=(\w+)$/m.exec(unit)?.[1] ?? 'SIGTERM') as NodeJS.Signals);
    expect(await ended).toEqual([0, null]);
  });
});

describe('what else docs/mailbox.md prints', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.release());
  const has = (command: string) => spawnSync(command, ['--version']).status === 0;

  test('limits are those of the server’s stream', () => {
    const { max_msgs_per_subject, max_msg_size, max_age, max_consumers } = streamConfig({ replicas: 1, bytes: 1 });
    expect(page).toContain(`${max_msgs_per_subject} deposits; the next are refused`);
    expect(page).toContain(`| time | ${Math.round(max_age / 86_400e9)} days.`);
    expect(page).toContain(`| devices | ${max_consumers.toLocaleString('en')};`);
    expect(page).toContain(`about ${Math.floor(max_msg_size / 1024)} KiB`);
  });

  test.skipIf(!has('systemd-analyze'))('the unit is one that systemd takes', () => {
    expect(unit).toContain('ExecStart=/usr/local/bin/nats-server -c /etc/keyshift-mailbox/nats.conf');
    const file = join(folder.path, 'keyshift-mailbox.service');
    // systemd looks for the program, which is not installed here.
    writeFileSync(file, unit.replace('/usr/local/bin/nats-server', '/bin/true'));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });

  test.skipIf(!has('nft') || process.getuid?.() !== 0)('the rule of the packet filter is one that nftables takes', () => {
    const file = join(folder.path, 'rule.nft');
    writeFileSync(file, `table inet t {\n chain input {\n type filter hook input priority 0;\n${block('', 'tcp dport')} }\n}\n`);
    expect(spawnSync('nft', ['-c', '-f', file], { encoding: 'utf8' }).stderr).toBe('');
  });
});

import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { DepositOutcome, Mailbox } from '../../electron/services/ports/mailbox';
import { restore, status } from '../../scripts/mailbox/commands.mjs';
import { onMailbox } from '../../scripts/mailbox/errand.mjs';
import { readState } from '../../scripts/mailbox/state.mjs';
import { lies, newId, newMailbox, Subscriber } from '../support/mailbox-people';
import { HostedMailbox, onServer } from '../support/nats-server';

const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** What a server writes, and not what it was set up with. */
const written = (host: HostedMailbox): string[] => readdirSync(join(host.folder, 'server')).filter((name) => name !== 'nats.conf').map((name) => join(host.folder, 'server', name));

async function people(count: number): Promise<{ host: HostedMailbox; sender: Mailbox; devices: Subscriber[] }> {
  const host = await HostedMailbox.start();
  ends.push(() => host.close());
  const sender = newMailbox();
  ends.push(() => sender.close());
  const devices: Subscriber[] = [];
  for (let at = 0; at < count; at += 1) {
    const made = await Subscriber.at(host);
    ends.push(() => made.close());
    devices.push(made);
  }
  return { host, sender, devices };
}

const leave = (sender: Mailbox, to: Subscriber, text: string): Promise<DepositOutcome> => sender.deposit(to.slot, Buffer.from(text), newId());

/** Whatever stands first; the others were not told yet that their connection is of a server that is gone. */
async function answered(outcome: () => Promise<DepositOutcome>): Promise<DepositOutcome> {
  const first = await outcome();
  return first === 'unreachable' ? outcome() : first;
}

onServer('a server that lost its disk', () => {
  test('A22: says "stored" to nobody before it knows again whom that is for, with the first thing its operator types', async () => {
    const { host, sender, devices } = await people(3);
    const [ann, bo, thief] = devices as [Subscriber, Subscriber, Subscriber];
    await host.revoke(thief.key);
    await host.kill();
    for (const path of written(host)) rmSync(path, { recursive: true });
    await host.run();
    expect(await answered(() => leave(sender, ann, 'too early'))).toBe('unreachable');
    // Another one's registration is renewed; nobody thinks of her.
    await host.register(bo.key);
    expect(await answered(() => leave(sender, ann, 'for her'))).toBe('stored');
    expect((await lies(host)).messages).toBe(1);
    ann.open();
    await ann.when(() => ann.texts.includes('for her'));
    expect(ann.texts).toEqual(['for her']);
    // What was taken away stays away: a new disk has heard of no revocation.
    expect(await answered(() => leave(sender, thief, 'again'))).toBe('refused');
    thief.open();
    await thief.reaches('refused');
  }, 60_000);

  test('takes nothing while it is set up, and one whose setting up was cut off is finished by whatever its operator types next', async () => {
    const { host, sender, devices } = await people(1);
    const [ann] = devices as [Subscriber];
    await onMailbox(readState(host.folder), async (manager) => {
      await manager.consumers.delete('MBX', ann.key);
      await manager.streams.update('MBX', { max_msg_size: 1 });
    });
    expect(await leave(sender, ann, 'too early')).toBe('too-large');
    expect((await status({ folder: host.folder })).devices).toMatchObject([{ key: ann.key, isKnown: true }]);
    expect(await leave(sender, ann, 'there again')).toBe('stored');
    ann.open();
    await ann.when(() => ann.texts.includes('there again'));
  }, 60_000);
});

onServer('a server that was brought back from an older copy', () => {
  test('A22: knows whom it did not know then, and whom it does not any more, once that is told again', async () => {
    const { host, sender, devices } = await people(2);
    const [ann, thief] = devices as [Subscriber, Subscriber];
    expect(await leave(sender, ann, 'in the copy')).toBe('stored');
    await host.kill();
    const copy = mkdtempSync(join(tmpdir(), 'keyshift-copy-'));
    ends.push(() => rmSync(copy, { recursive: true }));
    cpSync(join(host.folder, 'server'), copy, { recursive: true });
    await host.run();

    ann.open();
    await ann.when(() => ann.texts.includes('in the copy'));
    await ann.link.close();
    const late = await Subscriber.at(host);
    ends.push(() => late.close());
    await host.revoke(thief.key);

    await host.kill();
    for (const path of written(host)) rmSync(path, { recursive: true });
    cpSync(copy, join(host.folder, 'server'), { recursive: true });
    await host.run();
    expect((await status({ folder: host.folder })).devices).toMatchObject([{ key: ann.key, isKnown: true }, { key: thief.key, revoked: true }, { key: late.key, isKnown: false }]);

    await restore({ folder: host.folder });
    expect((await status({ folder: host.folder })).devices).toMatchObject([{ isKnown: true }, { revoked: true, isKnown: false }, { isKnown: true }]);
    expect(await answered(() => leave(sender, late, 'for the late one'))).toBe('stored');
    late.open();
    await late.when(() => late.texts.includes('for the late one'));
    expect(await answered(() => leave(sender, thief, 'again'))).toBe('refused');
    // What lay there then comes once more, which a device knows by its content; what lies there now stays.
    const again = new Subscriber(ann.key, ann.registration, ann.seed).open();
    ends.push(() => again.close());
    await again.when(() => again.texts.includes('in the copy'));
  }, 60_000);
});

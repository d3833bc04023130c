import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { HeadlessPeer } from '../support/headless-peer';
import { introduce, newPerson, passphrase, temporaryFolder, texts, type Person } from '../support/two-peers';

/** Some eighty batches. */
const total = 600;
const long = 'x'.repeat(8_000);

describe('a device that is let in, as a process that is killed', () => {
  const folder = temporaryFolder();
  const people: Person[] = [];
  afterEach(async () => {
    await Promise.all(people.map(({ peer }) => peer.kill()));
    folder.release();
  });

  it(`S4-31 A22 A23: either side is killed again and again while ${total} messages of history are on the way; all arrive, each once, in order`, async () => {
    const [desk, bo] = await Promise.all([newPerson(folder.path, 'Ada'), newPerson(folder.path, 'Bo')]);
    people.push(desk, bo);
    const { ofInvitee } = await introduce(desk, bo);
    const { conversationId } = await desk.peer.call('conversations.open', { contactId: ofInvitee, title: 'Tea' });
    for (let n = 0; n < total; n += 100) await Promise.all(Array.from({ length: 100 }, (_, at) => desk.peer.call('messages.send', { conversationId, text: `line ${n + at} ${long}` })));
    const expected = await texts(desk.peer, conversationId, 'out');
    expect(expected).toHaveLength(total);

    const { link } = await desk.peer.call('devices.link');
    const profile = join(folder.path, 'pocket');
    const pocket: Person = {
      name: 'pocket',
      profile,
      peer: await HeadlessPeer.start(profile, { listen: '127.0.0.1:0' }),
      async restart() {
        pocket.peer = await HeadlessPeer.start(profile);
        await pocket.peer.call('vault.unlock', { passphrase });
      },
    };
    people.push(pocket);
    await pocket.peer.call('devices.join', { link, passphrase, name: 'pocket' });
    const both = [desk, pocket];
    for (const { peer } of both) await peer.until('digits', async () => (await peer.call('devices.linking')).stage === 'comparing');
    for (const { peer } of both) await peer.call('devices.confirm', { same: true });
    await pocket.peer.until('its vault', async () => (await pocket.peer.call('vault.status')).state === 'open');
    /** How many came so far: they come in order. */
    const arrived = async (): Promise<number> => {
      const [conversation] = await pocket.peer.call('conversations.list');
      const newest = /^line (\d+)/.exec(conversation?.preview ?? '');
      return newest === null ? 0 : Number(newest[1]) + 1;
    };
    const counts: number[] = [];
    for (const victim of [pocket, desk, pocket, desk]) {
      const before = await arrived();
      if (before === total) break;
      // Killed at the first sight of it: one more question, and all of it may be there.
      let seen = before;
      await pocket.peer.until('more of it', async () => (seen = await arrived()) > before);
      counts.push(seen);
      await victim.peer.kill();
      await victim.restart();
    }
    await pocket.peer.until('all of it', async () => (await arrived()) === total, 60_000);
    // In mid-transfer: each side once at least, the others as long as something was missing.
    expect(counts.slice(0, 2).map((count) => count > 0 && count < total)).toEqual([true, true]);
    await desk.peer.until('it to be in step', async () => (await desk.peer.call('devices.list')).every(({ current, behind }) => current || behind === 0));
    const [conversation] = await pocket.peer.call('conversations.list');
    expect(await texts(pocket.peer, conversation?.conversationId ?? '', 'out')).toEqual(expected);
  }, 120_000);
});

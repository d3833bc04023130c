import { expect, it } from 'vitest';
import { isConnected, personAt, Talk } from '../support/host-person';
import type { Network } from '../support/netns';
import { onHosts, withHosts } from '../support/on-hosts';
import type { Person } from '../support/two-peers';

/** Ann stands in the open, Bo at home behind a router that lets nothing in. */
async function street(network: Network, folder: string): Promise<{ readonly ann: Person; readonly bo: Person }> {
  const [outside, home] = await Promise.all([network.lan('out'), network.lan('home')]);
  const [open, behind] = await Promise.all([network.host('ann'), network.host('bo')]);
  await network.router('router', { lan: outside, address: '198.51.100.1/24' }, { lan: home, address: '192.168.1.1/24' });
  await open.attach(outside, '198.51.100.7/24');
  await open.defaultRoute('198.51.100.1');
  await behind.attach(home, '192.168.1.20/24');
  await behind.defaultRoute('192.168.1.1');
  const [ann, bo] = await Promise.all([personAt(open, folder, 'Ann'), personAt(behind, folder, 'Bo')]);
  return { ann, bo };
}

const pending = async (person: Person) => (await person.peer.call('contacts.list')).map((contact) => contact.pending);

onHosts('one person behind a router', () => {
  it('S3-26 A23: dials out and talks both ways; what is written to it while it is away waits and arrives', () =>
    withHosts(async (network, folder) => {
      const { ann, bo } = await street(network, folder);
      const talk = await Talk.begin(ann, bo);
      await Promise.all([talk.say(ann, 10), talk.say(bo, 10)]);
      await talk.settle();
      await bo.peer.end();
      await ann.peer.until('the end', async () => !(await isConnected(ann)));
      await talk.say(ann, 10);
      expect(await talk.delivered(ann)).toBe(talk.first.said.length - 10);
      await bo.restart();
      await talk.settle(60_000);
    }), 120_000);

  it('S3-26: its own link leads nobody in and stays open; the same two meet by the link of the other', () =>
    withHosts(async (network, folder) => {
      const { ann, bo } = await street(network, folder);
      const { link } = await bo.peer.call('contacts.createInvitation', {});
      await ann.peer.call('contacts.acceptInvitation', { link });
      expect(await pending(ann)).toEqual([true]);
      const talk = await Talk.begin(ann, bo);
      await ann.peer.until('the contact is one', async () => !(await pending(ann)).includes(true));
      await Promise.all([talk.say(ann, 5), talk.say(bo, 5)]);
      await talk.settle();
      expect(await pending(ann)).toEqual([false]);
      expect(await pending(bo)).toEqual([false]);
    }), 120_000);
});

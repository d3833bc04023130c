import { join } from 'node:path';
import type { HeadlessOptions } from '../../support/headless-peer';
import { HostedNode, whyNoNode } from '../../support/hosted-node';
import { type Fault, wait } from '../fault';
import { Lost, Pair } from '../pair';

/** The node ends again and again while it is the only way. */
export const mailboxNode: Fault = {
  name: 'killed mailbox node',
  why: whyNoNode,
  async run({ folder, random, amount }) {
    const host = await HostedNode.start(folder);
    const pair = await Pair.create(folder);
    const { ann, bo } = pair;
    const rounds = Math.ceil(2 * amount);
    try {
      await take(host, pair);
      await pair.settle();
      // A connection begins with the card: from here on each knows where the other's mailbox is, also who would not be met again.
      await bo.peer.end();
      await bo.restart();
      await pair.settle();
      let waited = 0;
      for (let round = 0; round < rounds; round += 1) {
        await bo.peer.end();
        await ann.say(6);
        await wait(200 + random() * 1_500);
        host.kill();
        await ann.say(3);
        await wait(random() * 500);
        await host.begin();
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
      host.kill();
      await pair.end();
    }
  },
};

/** Both are there, can reach each other in no other way, and write to each other while the node ends. */
export const mailboxBetween: Fault = {
  name: 'a mailbox node that is killed while both write through it',
  why: whyNoNode,
  async run({ folder, random, amount }) {
    const host = await HostedNode.start(folder);
    const options: HeadlessOptions = { nodeOptions: ['--require', join(__dirname, 'only-to.cjs')] };
    const pair = await Pair.create(folder, { ann: options, bo: options });
    const rounds = Math.ceil(2 * amount);
    try {
      await take(host, pair);
      await pair.settle();
      process.env['KEYSHIFT_TEST_ONLY_PORT'] = String(host.port);
      for (const one of pair.both) {
        await one.peer.end();
        await one.restart();
      }
      await pair.settle(120_000);
      for (let round = 0; round < rounds; round += 1) {
        const talking = pair.talk(1_500, 1);
        await wait(random() * 1_200);
        host.kill();
        await wait(random() * 1_500);
        // Now and then one of the two ends with it, and is back before it.
        const [one] = round % 2 === 0 ? [] : [pair.both[Math.floor(random() * 2)] ?? pair.ann];
        await one?.peer.kill();
        await talking;
        await one?.restart();
        await host.begin();
        for (const { name, peer } of pair.both) if ((await peer.call('network.status')).sessions.length > 0) throw new Lost(`${name} has another way: it proves nothing`);
        await pair.settle(180_000);
      }
      return `killed ${rounds} times among ${pair.ann.confirmed.length + pair.bo.confirmed.length} messages, none of which had another way`;
    } finally {
      delete process.env['KEYSHIFT_TEST_ONLY_PORT'];
      host.kill();
      await pair.end();
    }
  },
};

/** Both have their mailbox there. */
async function take(host: HostedNode, pair: Pair): Promise<void> {
  for (const { peer } of pair.both) {
    await peer.call('mailbox.register', { registration: host.registration((await peer.call('mailbox.status')).deviceKey) });
    await peer.until('connected', async () => (await peer.call('mailbox.status')).state === 'connected', 60_000);
  }
}

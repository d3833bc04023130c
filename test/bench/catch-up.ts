import { loadavg } from 'node:os';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { acquaint, createWorld } from '../support/services-kit';
import type { CatchUpReport } from './catch-up-report';

const conversations = 20;

/** Both devices are real profiles over a database each, in one process and on one event loop: what is measured is the work of both. */
export async function catchUp(runtime: string, messages: number): Promise<CatchUpReport> {
  const world = createWorld();
  const before = loadavg()[0] ?? 0;
  try {
    const desk = await world.move('Ada');
    const bob = await world.move('Bob');
    const { ofInviter } = await acquaint(world, desk, bob);
    const { stores, newMessageId, local } = desk.profile;
    bob.mute = true;
    const first = performance.now();
    for (let at = 0; at < conversations; at += 1) {
      const { conversationId } = await desk.conversations.open({ contactId: ofInviter, title: `Conversation ${at}` });
      stores.transaction(() => {
        for (let n = 1; n <= messages / conversations; n += 1) {
          const common = { messageId: newMessageId(), conversationId, kind: 'text' as const, text: `Line ${n} of conversation ${at}, about as long as what people write.`, sentAt: world.clock.now() + n, keyEpoch: 1 };
          if (n % 2 === 0) stores.messages.add({ ...common, direction: 'out', instanceId: local.instanceId, sequence: 1 + n, state: 'delivered' });
          else stores.messages.add({ ...common, direction: 'in', instanceId: bob.profile.local.instanceId, sequence: n, receivedAt: world.clock.now() + n, state: 'read' });
        }
      });
    }
    const written = performance.now() - first;
    const laptop = await world.link(desk, 'Ada’s laptop');
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const start = performance.now();
    await world.until('the log begun', () => desk.profile.stores.replica.state()?.begun === true);
    const begun = performance.now();
    await world.until('the laptop ready', () => laptop.profile.devices.replica.isReady);
    const told = performance.now();
    delay.disable();
    const here = laptop.profile.stores.conversations.list().reduce((all, { conversationId }) => all + laptop.profile.stores.messages.count(conversationId, 0), 0);
    if (here !== Math.floor(messages / conversations) * conversations) throw new Error(`${here} messages arrived`);
    const ms = (nanoseconds: number): number => nanoseconds / 1e6;
    const each = (milliseconds: number): number => (milliseconds * 1e3) / messages;
    const own = each(told - start);
    return {
      kind: 'catch-up',
      own,
      anchor: each(written),
      ratio: each(written) / own,
      runtime,
      messages,
      load: [before, loadavg()[0] ?? 0],
      facts: desk.profile.stores.replica.countAfter(local.instanceId, 0),
      begun: (begun - start) / 1e3,
      told: (told - begun) / 1e3,
      delay: { p50: ms(delay.percentile(50)), p99: ms(delay.percentile(99)), most: ms(delay.max) },
      bytes: Number(laptop.db.pragma('page_count')) * Number(laptop.db.pragma('page_size')),
    };
  } finally {
    world.close();
  }
}

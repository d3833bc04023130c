import { join } from 'node:path';
import { startApp } from '../../electron/compose';
import type { Clock } from '../../electron/engine/ports';
import type { App } from '../../electron/services/app';
import { defaultSettings } from '../../shared/model/settings';
import { type Fault, FaultProxy, type Way } from './fault-proxy';
import { memoryPreferences, quietPorts } from './quiet-app';
import { reroute } from './reroute';
import { temporaryFolder } from './two-peers';
import { everyMessage } from './every-page';

/** One of the two: the whole application without its door. */
export interface Speaker {
  readonly name: string;
  readonly app: App;
  readonly port: number;
  conversationId: string;
  readonly said: string[];
}

/** Two whole applications in this process, real sockets and real databases, with every connection between them going by a plan. */
export class SpoiledPair {
  readonly ann: Speaker;
  readonly bo: Speaker;
  /** What happens to the next connections; `number` counts those begun since it was set. */
  plan: (number: number) => Fault = () => ({});
  /** Connections begun since the plan was set. */
  begun = 0;
  readonly #ends: (() => unknown)[] = [];
  readonly #proxies: FaultProxy[] = [];

  private constructor(ann: Speaker, bo: Speaker) {
    this.ann = ann;
    this.bo = bo;
  }

  static async make(clock: Clock): Promise<SpoiledPair> {
    const folder = temporaryFolder();
    const [ann, bo] = await Promise.all([speaker('Ann', folder.path, clock), speaker('Bo', folder.path, clock)]);
    const pair = new SpoiledPair(ann, bo);
    for (const { port } of [ann, bo]) {
      const proxy = await FaultProxy.start(() => port, () => pair.#next());
      pair.#proxies.push(proxy);
      pair.#ends.push(reroute(port, proxy.port), () => proxy.close());
    }
    pair.#ends.push(() => ann.app.stop(), () => bo.app.stop(), () => folder.release());
    const { link } = await ann.app.handlers.contacts.createInvitation({});
    const { contactId } = await bo.app.handlers.contacts.acceptInvitation({ link });
    await until('they know each other', async () => (await bo.app.handlers.contacts.list(undefined)).some(({ pending }) => !pending));
    bo.conversationId = (await bo.app.handlers.conversations.open({ contactId })).conversationId;
    await pair.say(bo, 1);
    await until('the conversation', async () => (await ann.app.handlers.conversations.list(undefined)).length === 1);
    ann.conversationId = (await ann.app.handlers.conversations.list(undefined))[0]?.conversationId ?? '';
    return pair;
  }

  follow(plan: (number: number) => Fault): void {
    this.begun = 0;
    this.plan = plan;
  }

  /** Bytes of every connection so far. */
  get through(): readonly Record<Way, number>[] {
    return this.#proxies.flatMap((proxy) => proxy.through);
  }

  /** Ends every connection there is now. */
  cut(): void {
    for (const proxy of this.#proxies) proxy.cutAll();
  }

  async say(speaker: Speaker, count: number, length = 0): Promise<void> {
    for (let n = 0; n < count; n += 1) {
      const text = `${speaker.name} ${speaker.said.length} `.padEnd(length, '.').trimEnd();
      speaker.said.push(text);
      await speaker.app.handlers.messages.send({ conversationId: speaker.conversationId, text });
    }
  }

  /** What one has received of the other is at every moment a beginning of what was said; what counts as delivered is there. Gives both counts. */
  async check(from: Speaker): Promise<{ readonly delivered: number; readonly received: number }> {
    const to = from === this.ann ? this.bo : this.ann;
    // In this order: what arrives in between makes the second one longer, never the first.
    const delivered = (await all(from)).filter(({ direction, state }) => direction === 'out' && (state === 'delivered' || state === 'read')).map(({ text }) => text);
    const received = (await all(to)).filter(({ direction }) => direction === 'in').map(({ text }) => text);
    const isBeginning = received.every((text, at) => text === from.said[at]);
    if (!isBeginning) throw new Error(`of ${from.name} was received: ${received.slice(-20).join(' | ')}`);
    const missing = delivered.find((text) => !received.includes(text));
    if (missing !== undefined) throw new Error(`'${missing.slice(0, 40)}' counts as delivered and is not there`);
    return { delivered: delivered.length, received: received.length };
  }

  /** Until everything said is received and counts as delivered. */
  async settle(timeoutMs = 30_000): Promise<void> {
    for (const from of [this.ann, this.bo]) {
      await until(`everything of ${from.name}`, async () => {
        const { delivered, received } = await this.check(from);
        return delivered === from.said.length && received === from.said.length;
      }, timeoutMs);
    }
  }

  async close(): Promise<void> {
    for (const end of this.#ends.splice(0)) await end();
  }

  #next(): Fault {
    this.begun += 1;
    return this.plan(this.begun - 1);
  }
}

async function speaker(name: string, folder: string, clock: Clock): Promise<Speaker> {
  const app = await startApp({
    ...quietPorts(join(folder, name)),
    clock,
    preferences: memoryPreferences({ ...defaultSettings, findOnNetwork: false }),
  });
  await app.handlers.vault.create({ passphrase: 'a passphrase for tests only', name });
  return { name, app, port: Number(app.listening[0]?.split(':').at(-1)), conversationId: '', said: [] };
}

async function all({ app, conversationId }: Speaker) {
  return conversationId === '' ? [] : everyMessage(app.handlers.messages.list, conversationId);
}

export async function until(what: string, holds: () => boolean | Promise<boolean>, timeoutMs = 30_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

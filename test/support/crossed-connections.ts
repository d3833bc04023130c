import type { Fault } from './fault-proxy';
import { Gate } from './fault-proxy';
import { type SpoiledPair, until } from './spoiled-pair';

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

type Order = (pair: SpoiledPair, random: () => number) => Promise<void>;

const heldBack = (...gates: readonly Gate[]): ((number: number) => Fault) => (number) => {
  const gate = gates[number];
  return gate === undefined ? {} : { gate };
};

async function speak(pair: SpoiledPair): Promise<void> {
  await Promise.all([pair.say(pair.ann, 3), pair.say(pair.bo, 3, 2_000)]);
}

async function tryNow(pair: SpoiledPair): Promise<void> {
  for (const { app } of [pair.ann, pair.bo]) {
    const [contact] = await app.handlers.contacts.list(undefined);
    await app.handlers.network.tryNow({ contactId: contact?.contactId ?? '' });
  }
}

/** Ways in which of two connections between the same people the older one is heard later than the newer. */
export const crossedOrders: Readonly<Record<string, Order>> = {
  /** The first one waits in mid-handshake while a second one comes up and is spoken on. */
  async 'an old handshake is answered late'(pair, random) {
    const gate = new Gate();
    gate.shut();
    pair.follow(heldBack(gate));
    pair.cut();
    await speak(pair);
    await tryNow(pair);
    await until('a second connection', () => pair.begun > 1);
    await pair.settle();
    await speak(pair);
    await wait(random() * 300);
    gate.open();
    await speak(pair);
  },
  /** One that was spoken on falls silent with messages on it; they are sent again on a new one, and then the old one says them, too. */
  async 'an old connection says late what was said again meanwhile'(pair, random) {
    const gate = new Gate();
    // Whichever of them it is that is spoken on.
    pair.follow(() => ({ gate }));
    pair.cut();
    await speak(pair);
    await pair.settle();
    pair.follow(() => ({}));
    gate.shut();
    await speak(pair);
    await until('a new connection', async () => {
      await tryNow(pair);
      await wait(50);
      return pair.begun > 0;
    }, 60_000);
    await speak(pair);
    await wait(random() * 200);
    gate.open();
    await speak(pair);
  },
  /** Both wait, and the newer one is let go first. */
  async 'of two that were begun the second one gets through first'(pair, random) {
    const gates = [new Gate(), new Gate()] as const;
    for (const gate of gates) gate.shut();
    pair.follow(heldBack(...gates));
    pair.cut();
    await speak(pair);
    await tryNow(pair);
    await until('two connections', () => pair.begun > 1);
    gates[1].open();
    await wait(random() * 200);
    gates[0].open();
    await speak(pair);
  },
};

/** One of them, and then: everything said is there once, in its order, one session is left, and both have the same history. */
export async function crossed(pair: SpoiledPair, order: string, random: () => number): Promise<void> {
  await crossedOrders[order]?.(pair, random);
  await pair.settle(60_000);
  for (const { name, app, conversationId } of [pair.ann, pair.bo]) {
    await until(`one session at ${name}`, async () => (await app.handlers.network.status(undefined)).sessions.length === 1);
    await until(`equal transcripts at ${name}`, async () => (await app.handlers.keys.status({ conversationId })).transcript.equal);
  }
}

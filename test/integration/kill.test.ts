import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { times } from '../support/exhaustive';
import { introduce, newPerson, temporaryFolder, texts, type Person } from '../support/two-peers';

const total = Number(process.env['KEYSHIFT_KILL_MESSAGES'] ?? times(1_000, 250));
const kills = Number(process.env['KEYSHIFT_KILLS'] ?? times(4, 2));

/** A small seeded generator, so that a failing run can be repeated. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('both sides killed at random points', () => {
  const folder = temporaryFolder();
  let ann: Person;
  let bo: Person;

  beforeAll(async () => {
    [ann, bo] = await Promise.all([newPerson(folder.path, 'Ann'), newPerson(folder.path, 'Bo')]);
  }, 60_000);

  afterAll(async () => {
    await Promise.all([ann?.peer.kill(), bo?.peer.kill()]);
    folder.release();
  });

  it(`S1-04 S1-33 A22 A23: ${total} messages each way, exactly once and in order`, async () => {
    const seed = Number(process.env['KEYSHIFT_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
    const random = seeded(seed);
    const contact = await introduce(ann, bo);
    const { conversationId: atBo } = await bo.peer.call('conversations.open', { contactId: contact.ofInviter });
    await bo.peer.call('messages.send', { conversationId: atBo, text: 'start' });
    await ann.peer.until('the first message', async () => (await ann.peer.call('conversations.list')).length === 1);
    const atAnn = (await ann.peer.call('conversations.list'))[0]?.conversationId ?? '';

    /** Sends the rest, told by what stands in the history: an unanswered call may or may not have been stored. */
    const writer = async (person: Person, conversationId: string, prefix: string) => {
      for (let round = 0; ; round += 1) {
        try {
          const stored = (await texts(person.peer, conversationId, 'out')).filter((text) => text.startsWith(prefix));
          if (stored.length >= total) return;
          const until = Math.min(total, stored.length + 20);
          const batch: Promise<unknown>[] = [];
          for (let n = stored.length; n < until; n += 1) {
            batch.push(person.peer.call('messages.send', { conversationId, text: `${prefix}${n}` }));
          }
          await Promise.all(batch.map((sent) => sent.catch(() => undefined)));
          // Slow enough that the kills fall among the messages, not after them.
          await new Promise((resolve) => setTimeout(resolve, 100));
        } catch {
          if (round > 5_000) throw new Error('too many rounds');
          await new Promise((resolve) => setTimeout(resolve, 50)); // being restarted
        }
      }
    };

    const killer = async (person: Person) => {
      for (let n = 0; n < kills; n += 1) {
        await new Promise((resolve) => setTimeout(resolve, 200 + random() * 1_200));
        await person.peer.kill();
        await person.restart();
      }
    };

    await Promise.all([writer(ann, atAnn, 'ann '), writer(bo, atBo, 'bo '), killer(ann), killer(bo)]);
    const expected = (prefix: string) => Array.from({ length: total }, (_, n) => `${prefix}${n}`);
    const received = async (person: Person, conversationId: string, prefix: string) =>
      (await texts(person.peer, conversationId, 'in')).filter((text) => text.startsWith(prefix));
    await ann.peer.until('everything at Ann', async () => (await received(ann, atAnn, 'bo ')).length >= total, 120_000);
    await bo.peer.until('everything at Bo', async () => (await received(bo, atBo, 'ann ')).length >= total, 120_000);
    expect(await received(ann, atAnn, 'bo '), `seed ${seed}`).toEqual(expected('bo '));
    expect(await received(bo, atBo, 'ann '), `seed ${seed}`).toEqual(expected('ann '));
  }, 300_000);
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Conversation } from '../../shared/model/conversation';
import { policyPresets } from '../../shared/model/keys';
import type { HeadlessPeer } from '../support/headless-peer';
import { introduce, newPerson, temporaryFolder, texts, type Person } from '../support/two-peers';

const conversation = async (peer: HeadlessPeer, conversationId: string): Promise<Conversation> => {
  const found = (await peer.call('conversations.list')).find((each) => each.conversationId === conversationId);
  if (found === undefined) throw new Error('no such conversation');
  return found;
};

describe('rules of keys between two headless peers', () => {
  const folder = temporaryFolder();
  let ann: Person;
  let bo: Person;
  let ofAnn: string;
  let atBo: string;
  let atAnn: string;

  /** Says it and waits until the other side has it. */
  const say = async (from: Person, at: string, to: Person, there: string, text: string): Promise<void> => {
    await from.peer.call('messages.send', { conversationId: at, text });
    await to.peer.until(`“${text}” is there`, async () => (await texts(to.peer, there, 'in')).includes(text));
  };
  const epoch = async (person: Person, at: string): Promise<number> => (await person.peer.call('keys.status', { conversationId: at })).sending?.epoch ?? 0;

  beforeAll(async () => {
    [ann, bo] = await Promise.all([newPerson(folder.path, 'Ann'), newPerson(folder.path, 'Bo')]);
    ({ ofInviter: ofAnn } = await introduce(ann, bo));
    ({ conversationId: atBo } = await bo.peer.call('conversations.open', { contactId: ofAnn, title: 'Plans' }));
    await ann.peer.until('the conversation is there', async () => (await ann.peer.call('conversations.list')).length === 1);
    atAnn = (await ann.peer.call('conversations.list'))[0]?.conversationId ?? '';
  }, 60_000);

  afterAll(async () => {
    await Promise.all([ann?.peer.end(), bo?.peer.end()]);
    folder.release();
  });

  it('S2-07 S2-21: a policy is chosen by name or in part, shows, and survives a restart', async () => {
    expect(await bo.peer.call('keys.status', { conversationId: atBo })).toMatchObject({ preset: 'standard', policy: policyPresets.standard });
    await bo.peer.call('keys.setPolicy', { conversationId: atBo, policy: 'frequent' });
    expect(await bo.peer.call('keys.status', { conversationId: atBo })).toMatchObject({ preset: 'frequent', policy: policyPresets.frequent });
    await bo.peer.call('keys.setPolicy', { conversationId: atBo, policy: { afterMessages: 3, whenStale: 'warn' } });
    const policy = { ...policyPresets.frequent, afterMessages: 3, whenStale: 'warn' };
    await bo.peer.end();
    await bo.restart();
    expect(await bo.peer.call('keys.status', { conversationId: atBo })).toMatchObject({ preset: 'custom', policy });
    await expect(bo.peer.call('keys.setPolicy', { conversationId: atBo, policy: { peerShifts: 0 } })).rejects.toMatchObject({ code: 'input.invalid' });
    expect((await ann.peer.call('keys.status', { conversationId: atAnn })).preset).toBe('standard');
  }, 60_000);

  it('S2-08 S2-09 A32: the limit of messages renews the key; the other side follows once; status and timeline say so', async () => {
    await say(ann, atAnn, bo, atBo, 'hello from Ann');
    const before = await epoch(ann, atAnn);
    // The first message after a start has a new key.
    for (const text of ['one', 'two', 'three', 'four']) await say(bo, atBo, ann, atAnn, text);
    const seen = (await ann.peer.call('messages.list', { conversationId: atAnn })).filter((message) => message.direction === 'in').map((message) => message.keyEpoch);
    const start = seen[0] ?? 0;
    expect(seen).toEqual([start, start, start, start + 1]);
    const { sending, history } = await bo.peer.call('keys.status', { conversationId: atBo });
    expect(sending).toMatchObject({ epoch: start + 1, messages: 1 });
    expect(sending?.shiftsBy).toBe((sending?.since ?? 0) + policyPresets.frequent.afterMilliseconds);
    expect(history.filter((shift) => shift.who === 'you').map((shift) => shift.reason).slice(-2)).toEqual(['start', 'messages']);

    for (const text of ['answer 1', 'answer 2']) await say(ann, atAnn, bo, atBo, text);
    await say(bo, atBo, ann, atAnn, 'five');
    expect(await epoch(ann, atAnn)).toBe(before + 1);
    expect(await epoch(bo, atBo)).toBe(start + 1);
    const timeline = await ann.peer.call('keys.timeline', { conversationId: atAnn });
    expect(timeline.generations.filter((each) => each.who === 'you').map((each) => each.reason)).toEqual(['first', 'peer']);
    expect(timeline.generations.filter((each) => each.who === 'peer').at(-1)).toMatchObject({ epoch: start + 1, messages: 2, forgotten: false });
    // What a person can count, on both sides: the title at the head of a stream is no message.
    for (const { generations, exposure } of [timeline, await bo.peer.call('keys.timeline', { conversationId: atBo })]) {
      expect(generations.reduce((sum, each) => sum + each.messages, 0)).toBe(exposure.stored);
    }
    expect(timeline.exposure).toMatchObject({ stored: 8, recorded: 8, oldestKeyDestroyedAt: null });
    expect(timeline.exposure.nextExchangeChange).toBeGreaterThan(timeline.exposure.at);
    expect(timeline.checkedSince).toBeUndefined();
    const [contact] = await ann.peer.call('contacts.list');
    await ann.peer.call('contacts.setChecked', { contactId: contact?.contactId ?? '', checked: true });
    expect((await ann.peer.call('keys.timeline', { conversationId: atAnn })).checkedSince).toBeGreaterThan(0);
  }, 60_000);

  it('S2-10 S2-11 S2-20: more renewals than the other side takes end it there and here; what was said stays', async () => {
    await ann.peer.call('keys.setPolicy', { conversationId: atAnn, policy: { failAfterShifts: 3, onPeerShift: false } });
    const sent: string[] = [];
    for (let shift = 0; (await conversation(ann.peer, atAnn)).state === 'open'; shift += 1) {
      expect(shift).toBeLessThan(4);
      await bo.peer.call('keys.shift', { conversationId: atBo });
      const text = `renewed ${shift}`;
      await bo.peer.call('messages.send', { conversationId: atBo, text });
      await ann.peer.until('it came or ended', async () => (await texts(ann.peer, atAnn, 'in')).includes(text) || (await conversation(ann.peer, atAnn)).state === 'failed');
      sent.push(text);
    }
    await bo.peer.until('it is told', async () => (await conversation(bo.peer, atBo)).state === 'failed');
    expect(await conversation(ann.peer, atAnn)).toMatchObject({ state: 'failed', failure: 'too-many-shifts' });
    expect(await conversation(bo.peer, atBo)).toMatchObject({ state: 'failed', failure: 'told-by-peer' });
    const delivered = await texts(ann.peer, atAnn, 'in');
    expect(delivered).not.toContain(sent.at(-1));
    expect(delivered.slice(0, 5)).toEqual(['one', 'two', 'three', 'four', 'five']);
    await ann.peer.end();
    await ann.restart();
    expect(await conversation(ann.peer, atAnn)).toMatchObject({ state: 'failed', failure: 'too-many-shifts' });
    for (const [person, at] of [[ann, atAnn], [bo, atBo]] as const) {
      await expect(person.peer.call('messages.send', { conversationId: at, text: 'no' })).rejects.toMatchObject({ code: 'conversation.failed' });
      await expect(person.peer.call('keys.setPolicy', { conversationId: at, policy: 'relaxed' })).rejects.toMatchObject({ code: 'conversation.failed' });
      await expect(person.peer.call('keys.shift', { conversationId: at })).rejects.toMatchObject({ code: 'conversation.failed' });
    }
    const [last] = (await bo.peer.call('messages.list', { conversationId: atBo })).slice(-1);
    expect(last).toMatchObject({ text: sent.at(-1), waitingFor: 'continuation' });
  }, 90_000);

  it('S2-10 A37: it goes on in another one, linked on both sides, with what never arrived, also while the other is away', async () => {
    const undelivered = (await bo.peer.call('messages.list', { conversationId: atBo })).filter((message) => message.direction === 'out' && message.state !== 'delivered');
    expect(undelivered).toHaveLength(1);
    await ann.peer.end();
    const { conversationId: next } = await bo.peer.call('conversations.continue', { conversationId: atBo });
    expect((await bo.peer.call('conversations.continue', { conversationId: atBo })).conversationId).toBe(next);
    expect(await conversation(bo.peer, next)).toMatchObject({ state: 'open', title: 'Plans', continues: atBo });
    expect(await conversation(bo.peer, atBo)).toMatchObject({ state: 'failed', continuedBy: next });
    await expect(bo.peer.call('conversations.continue', { conversationId: next })).rejects.toMatchObject({ code: 'conversation.open' });
    await bo.peer.call('messages.send', { conversationId: next, text: 'and on' });
    const moved = (await bo.peer.call('messages.list', { conversationId: next })).map((message) => message.text);
    expect(moved).toEqual([...undelivered.map((message) => message.text), 'and on']);
    const [old] = (await bo.peer.call('messages.list', { conversationId: atBo })).slice(-1);
    expect(old?.movedTo).toBe((await bo.peer.call('messages.list', { conversationId: next }))[0]?.messageId);
    expect(old?.waitingFor).toBeUndefined();

    await ann.restart();
    await ann.peer.until('it is linked', async () => (await conversation(ann.peer, atAnn)).continuedBy !== undefined, 60_000);
    const there = (await conversation(ann.peer, atAnn)).continuedBy ?? '';
    await ann.peer.until('all of it is there', async () => (await texts(ann.peer, there, 'in')).length === moved.length);
    expect(await texts(ann.peer, there, 'in')).toEqual(moved);
    expect(await conversation(ann.peer, there)).toMatchObject({ state: 'open', title: 'Plans', continues: atAnn });
    // She has learned of the link: her way on is the same conversation.
    expect((await ann.peer.call('conversations.continue', { conversationId: atAnn })).conversationId).toBe(there);
    await say(ann, there, bo, next, 'good');
    for (const person of [ann, bo]) {
      await person.peer.end();
      await person.restart();
    }
    expect(await conversation(ann.peer, atAnn)).toMatchObject({ state: 'failed', continuedBy: there });
    expect(await conversation(bo.peer, next)).toMatchObject({ state: 'open', continues: atBo });
    expect((await ann.peer.call('conversations.list')).length).toBe(2);
  }, 120_000);

  it('S2-10: when both continue at once, each way on is open, linked and heard on both sides', async () => {
    const { conversationId: mine } = await bo.peer.call('conversations.open', { contactId: ofAnn, title: 'Twice' });
    await ann.peer.until('it is there', async () => (await ann.peer.call('conversations.list')).some((each) => each.title === 'Twice'));
    const theirs = (await ann.peer.call('conversations.list')).find((each) => each.title === 'Twice')?.conversationId ?? '';
    await ann.peer.call('keys.setPolicy', { conversationId: theirs, policy: { failAfterShifts: 1, onPeerShift: false } });
    for (let shift = 0; shift < 2; shift += 1) {
      await bo.peer.call('keys.shift', { conversationId: mine });
      await bo.peer.call('messages.send', { conversationId: mine, text: `shift ${shift}` });
    }
    await bo.peer.until('it is told', async () => (await conversation(bo.peer, mine)).state === 'failed');
    const [a, b] = await Promise.all([
      ann.peer.call('conversations.continue', { conversationId: theirs }),
      bo.peer.call('conversations.continue', { conversationId: mine }),
    ]);
    await ann.peer.call('messages.send', { conversationId: a.conversationId, text: 'from Ann' });
    await bo.peer.call('messages.send', { conversationId: b.conversationId, text: 'from Bo' });
    for (const [person, text, old] of [[ann, 'from Bo', theirs], [bo, 'from Ann', mine]] as const) {
      await person.peer.until('it is heard', async () => {
        const next = (await person.peer.call('conversations.list')).filter((each) => each.continues === old);
        expect(next.length).toBeLessThanOrEqual(2);
        const heard = await Promise.all(next.map((each) => texts(person.peer, each.conversationId, 'in')));
        return heard.flat().includes(text);
      });
      expect((await conversation(person.peer, old)).continuedBy).toBe(person === ann ? a.conversationId : b.conversationId);
    }
  }, 60_000);
});

import { describe, expect, test, vi } from 'vitest';
import type { CallName } from '../../../shared/contract/contract';
import { KeyshiftError } from '../../../shared/errors';
import { sampleInputs } from '../../support/fake-handlers';
import { conversation, gate, type Json, pipedDoor as setUp, request } from '../../support/piped-door';

/** What is to happen does in some turns of the event loop, however busy the machine is. */
const until = (holds: () => void): Promise<void> => vi.waitFor(holds, { timeout: 10_000, interval: 2 });

describe('pipelined calls', () => {
  test('calls of one conversation run one after the other in the order they came, others do not wait', async () => {
    const first = gate();
    const log: string[] = [];
    const { send, finish, ended, input } = setUp({
      'messages.list': async (given) => {
        const { conversationId, limit } = given as { conversationId: string; limit: number };
        const text = `${conversationId[0]}${limit}`;
        log.push(`begin ${text}`);
        if (text === 'a1') await first.opened;
        log.push(`end ${text}`);
        return [];
      },
    });
    const list = (id: number, where: string, limit: number): Json => request(id, 'messages.list', { conversationId: conversation(where), limit });
    send(list(1, 'a', 1), list(2, 'a', 2), list(3, 'b', 1), request(4, 'vault.status'), list(5, 'a', 3));
    await until(() => expect(log).toEqual(['begin a1', 'begin b1', 'end b1']));
    first.open();
    input.end();
    await ended;
    expect(log).toEqual(['begin a1', 'begin b1', 'end b1', 'end a1', 'begin a2', 'end a2', 'begin a3', 'end a3']);
    expect((await finish()).map(({ id }) => id)).toEqual([3, 4, 1, 2, 5]);
  });

  test('messages to one conversation begin in the order they came and need not wait for each other; other calls of it wait for them, and they for those', async () => {
    const gates = [gate(), gate()];
    const log: string[] = [];
    const { send, ended, input } = setUp({
      'messages.send': async (given) => {
        const { text } = given as { text: string };
        log.push(`begin ${text}`);
        await gates[Number(text) < 3 ? 0 : 1]?.opened;
        log.push(`end ${text}`);
        return { messageId: 'e'.repeat(32) };
      },
      'messages.list': () => (log.push('list'), []),
    });
    const where = { conversationId: conversation('a') };
    const say = (id: number): Json => request(id, 'messages.send', { ...where, text: `${id}` });
    send(say(1), say(2), request(10, 'messages.list', where), say(3), say(4));
    await until(() => expect(log).toEqual(['begin 1', 'begin 2']));
    gates[0]?.open();
    await until(() => expect(log).toContain('begin 4'));
    // They had to wait, and still begin in order, also with one that need not.
    send(say(5));
    await until(() => expect(log).toEqual(['begin 1', 'begin 2', 'end 1', 'end 2', 'list', 'begin 3', 'begin 4', 'begin 5']));
    gates[1]?.open();
    input.end();
    await ended;
    expect(log.slice(8)).toEqual(['end 3', 'end 4', 'end 5']);
  });

  test('a file is sent in its turn, and neither messages nor the lock wait until it is copied', async () => {
    const [first, copied] = [gate(), gate()];
    const log: string[] = [];
    const { send, ended, input } = setUp({
      'messages.list': async () => (await first.opened, log.push('listed'), []),
      'files.send': async () => {
        log.push('copying');
        await copied.opened;
        log.push('copied');
        return { transferId: 'f'.repeat(32), messageId: 'e'.repeat(32) };
      },
      'messages.send': () => (log.push('sent'), { messageId: 'e'.repeat(32) }),
      'vault.lock': () => (log.push('locked'), null),
    });
    const where = { conversationId: conversation('a') };
    send(request(1, 'messages.list', where), request(2, 'files.send', { ...where, path: '/a' }), request(3, 'messages.send', { ...where, text: 'x' }), request(4, 'vault.lock'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(log).toEqual([]);
    first.open();
    await until(() => expect(log).toEqual(['listed', 'copying', 'sent', 'locked']));
    input.end();
    copied.open();
    await ended;
    expect(log.at(-1)).toBe('copied');
  });

  test('a failed call does not hold up its conversation', async () => {
    let calls = 0;
    const { send, finish } = setUp({
      'messages.send': () => {
        calls += 1;
        if (calls === 1) throw new KeyshiftError('message.empty', 'Empty.');
        return { messageId: 'e'.repeat(32) };
      },
    });
    for (const id of [1, 2]) send(request(id, 'messages.send', { conversationId: conversation('a'), text: 'x' }));
    const answers = await finish();
    expect(answers.map((answer) => [answer['id'], 'result' in answer])).toEqual([[1, false], [2, true]]);
  });

  test.each<CallName>(['vault.create', 'vault.unlock', 'vault.lock', 'vault.changePassphrase'])('%s waits for what came before and holds back what comes after', async (name) => {
    const slow = gate();
    const turning = gate();
    const log: string[] = [];
    const { send, ended, input } = setUp({
      'messages.send': async () => {
        await slow.opened;
        log.push('sent');
        return { messageId: 'e'.repeat(32) };
      },
      [name]: async () => {
        log.push('turning');
        await turning.opened;
        log.push('turned');
        return name === 'vault.create' ? { peerId: 'a'.repeat(52) } : null;
      },
      'vault.status': () => {
        log.push('status');
        return { state: 'open' };
      },
    });
    send(request(1, 'messages.send', { conversationId: conversation('a'), text: 'x' }), request(2, name, sampleInputs[name]), request(3, 'vault.status'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(log).toEqual([]);
    slow.open();
    await until(() => expect(log).toEqual(['sent', 'turning']));
    turning.open();
    input.end();
    await ended;
    expect(log).toEqual(['sent', 'turning', 'turned', 'status']);
  });

  test('two thousand at once are all answered, in order where they belong together, without a rate limit', async () => {
    const { send, finish } = setUp({ 'messages.send': async () => ({ messageId: 'e'.repeat(32) }) });
    const count = 2000;
    for (let id = 0; id < count; id++) send(request(id, 'messages.send', { conversationId: conversation('abc'[id % 3] ?? 'a'), text: 'x' }));
    const answers = await finish();
    expect(answers).toHaveLength(count);
    expect(answers.every((answer) => 'result' in answer)).toBe(true);
    for (const rest of [0, 1, 2]) {
      const ids = answers.map(({ id }) => Number(id)).filter((id) => id % 3 === rest);
      expect(ids).toEqual(ids.toSorted((one, other) => one - other));
    }
  });

  test('reading pauses while too many calls are under way', async () => {
    const held = gate();
    const { send, seen, ended, input } = setUp({
      'network.status': async () => {
        await held.opened;
        return { listening: [], sessions: [] };
      },
    });
    for (let id = 0; id < 2000; id++) send(request(id, 'network.status'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(seen.length).toBeLessThanOrEqual(512);
    held.open();
    input.end();
    await ended;
    expect(seen).toHaveLength(2000);
  });

  test('a call from within takes its place before what is read later', async () => {
    const { door, send, finish, seen } = setUp({
      'vault.unlock': () => {
        throw new KeyshiftError('vault.wrong-passphrase', 'That is not it.');
      },
    });
    const outcome = door.call('vault.unlock', { passphrase: 'p' });
    send(request(1, 'vault.status'));
    expect(await outcome).toBe('That is not it.');
    expect(await finish()).toHaveLength(1);
    expect(seen.map(({ name }) => name)).toEqual(['vault.unlock', 'vault.status']);
  });
});

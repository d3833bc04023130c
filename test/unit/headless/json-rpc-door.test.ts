import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonRpcDoor, type DoorEnd } from '../../../electron/headless/json-rpc-door';
import { longestLine } from '../../../electron/headless/read-lines';
import type { AppEvent, CallName } from '../../../shared/contract/contract';
import { callNames } from '../../../shared/contract/contract';
import { isErrorCode, KeyshiftError } from '../../../shared/errors';
import { recordingHandlers, sampleInputs } from '../../support/fake-handlers';

type Json = { readonly [name: string]: unknown };

/** A door on two pipes, and what came out of it. */
function setUp(override: Parameters<typeof recordingHandlers>[0] = {}, output = new PassThrough()) {
  const input = new PassThrough();
  let text = '';
  output.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const { handlers, seen } = recordingHandlers(override);
  const reported: string[] = [];
  const door = new JsonRpcDoor({ handlers, input, output, report: (call) => reported.push(call), version: '1.2.3', listening: ['127.0.0.1:4800'] });
  const ended: Promise<DoorEnd> = door.serve();
  /** All lines so far; each must be one JSON object or batch. */
  const lines = (): Json[] => text.split('\n').slice(0, -1).map((line) => JSON.parse(line) as Json);
  return {
    door,
    input,
    output,
    seen,
    reported,
    ended,
    lines,
    send: (...requests: unknown[]) => input.write(requests.map((request) => `${JSON.stringify(request)}\n`).join('')),
    /** Ends the input and gives the answers, without the ready line. */
    async finish(): Promise<Json[]> {
      input.end();
      await ended;
      return lines().slice(1);
    },
  };
}

const request = (id: number | string | null, method: string, params?: unknown): Json => ({ jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) });
const conversation = (digit: string): string => digit.repeat(32);

/** A promise and its resolver. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

describe('the headless door', () => {
  test('the first line says that it is ready', () => {
    expect(setUp().lines()).toEqual([{ jsonrpc: '2.0', method: 'ready', params: { version: '1.2.3', listening: ['127.0.0.1:4800'] } }]);
  });

  test.each(callNames())('%s can be called', async (name) => {
    const { send, finish, seen } = setUp();
    send(request(1, name, sampleInputs[name]));
    const [answer] = await finish();
    expect(answer).toMatchObject({ jsonrpc: '2.0', id: 1 });
    expect(answer).toHaveProperty('result');
    expect(seen).toHaveLength(1);
  });

  test.each<readonly [string, string | Buffer, Json]>([
    ['no JSON', 'hello', { id: null, error: { code: -32_700, data: { code: 'input.invalid' } } }],
    ['half an object', '{"jsonrpc":"2.0"', { id: null, error: { code: -32_700 } }],
    ['broken UTF-8', Buffer.from([0x22, 0xff, 0x22]), { id: null, error: { code: -32_700 } }],
    ['a number', '7', { id: null, error: { code: -32_600 } }],
    ['null', 'null', { id: null, error: { code: -32_600 } }],
    ['an empty batch', '[]', { id: null, error: { code: -32_600 } }],
    ['no version', '{"id":4,"method":"vault.status"}', { id: 4, error: { code: -32_600 } }],
    ['an old version', '{"jsonrpc":"1.0","id":4,"method":"vault.status"}', { id: 4, error: { code: -32_600 } }],
    ['no method', '{"jsonrpc":"2.0","id":"x"}', { id: 'x', error: { code: -32_600 } }],
    ['a method that is no text', '{"jsonrpc":"2.0","id":"x","method":7}', { id: 'x', error: { code: -32_600 } }],
    ['an object as id', '{"jsonrpc":"2.0","id":{},"method":"vault.status"}', { id: null, error: { code: -32_600 } }],
    ['an unknown call', '{"jsonrpc":"2.0","id":1,"method":"vault.open"}', { id: 1, error: { code: -32_601, data: { code: 'call.unknown' } } }],
    ['a prototype’s name', '{"jsonrpc":"2.0","id":1,"method":"__proto__.toString"}', { id: 1, error: { code: -32_601 } }],
    ['wrong params', '{"jsonrpc":"2.0","id":1,"method":"vault.unlock","params":{"passphrase":7}}', { id: 1, error: { code: -32_602, data: { code: 'input.invalid', facts: { issues: ['passphrase: expected string'] } } } }],
    ['params by position', '{"jsonrpc":"2.0","id":1,"method":"vault.unlock","params":["p"]}', { id: 1, error: { code: -32_602 } }],
    ['missing params', '{"jsonrpc":"2.0","id":1,"method":"vault.unlock"}', { id: 1, error: { code: -32_602 } }],
  ])('%s gets its own answer, and the door stays open', async (_what, line, expected) => {
    const { input, send, finish, seen } = setUp();
    input.write(line);
    input.write('\n');
    send(request('after', 'vault.status'));
    const answers = await finish();
    expect(answers).toHaveLength(2);
    expect(answers[0]).toMatchObject({ jsonrpc: '2.0', ...expected });
    expect(answers[0]).not.toHaveProperty('result');
    expect(answers[1]).toMatchObject({ id: 'after', result: { state: 'open' } });
    expect(seen).toHaveLength(1);
  });

  test('errors of Keyshift carry their code and facts, unknown ones nothing of the inside', async () => {
    const { send, finish, reported } = setUp({
      'keys.shift': () => {
        throw new KeyshiftError('keys.too-often', 'Not yet.', { retryAt: 7 });
      },
      'vault.lock': () => Promise.reject(new Error('secret')),
    });
    send(request(1, 'keys.shift', { conversationId: conversation('a') }), request(2, 'vault.lock'));
    expect(await finish()).toEqual([
      { jsonrpc: '2.0', id: 1, error: { code: -32_000, message: 'Not yet.', data: { code: 'keys.too-often', facts: { retryAt: 7 } } } },
      { jsonrpc: '2.0', id: 2, error: { code: -32_603, message: 'Something went wrong inside Keyshift.', data: { code: 'internal' } } },
    ]);
    expect(reported).toEqual(['vault.lock']);
  });

  test('a notification is carried out and never answered, not even with an error', async () => {
    const { send, finish, seen } = setUp();
    send({ jsonrpc: '2.0', method: 'vault.lock' }, { jsonrpc: '2.0', method: 'no.such' }, { jsonrpc: '2.0', method: 'vault.unlock', params: {} });
    expect(await finish()).toEqual([]);
    expect(seen.map(({ name }) => name)).toEqual(['vault.lock']);
  });

  test('a batch is answered by one batch, without its notifications', async () => {
    const { send, finish } = setUp();
    send([request(1, 'vault.status'), { jsonrpc: '2.0', method: 'network.status' }, 7, request('b', 'no.such')]);
    const [batch, ...more] = await finish();
    expect(more).toEqual([]);
    expect(batch).toMatchObject([
      { id: 1, result: { state: 'open' } },
      { id: null, error: { code: -32_600 } },
      { id: 'b', error: { code: -32_601 } },
    ]);
  });

  test('a batch that is too long is refused as a whole', async () => {
    const { send, finish, seen } = setUp();
    send(Array.from({ length: 257 }, (_, id) => request(id, 'vault.status')));
    send(Array.from({ length: 256 }, (_, id) => request(id, 'vault.status')));
    const [refusal, batch] = await finish();
    expect(refusal).toMatchObject({ id: null, error: { code: -32_600, data: { code: 'input.invalid', facts: { limit: 256 } } } });
    expect(batch).toHaveLength(256);
    expect(seen).toHaveLength(256);
  });

  test('a batch of notifications is not answered', async () => {
    const { send, finish } = setUp();
    send([{ jsonrpc: '2.0', method: 'network.status' }]);
    expect(await finish()).toEqual([]);
  });

  test('lines may come in any pieces, with other line ends, blank, or without the last end', async () => {
    const { input, finish } = setUp();
    const text = `${JSON.stringify(request(1, 'settings.set', { language: 'en' }))}\r\n\n  \n${JSON.stringify(request('ü', 'vault.status'))}`;
    for (const byte of Buffer.from(text)) input.write(Buffer.from([byte]));
    expect((await finish()).map(({ id }) => id)).toEqual([1, 'ü']);
  });

  test('a line above the limit is refused once and skipped; the next one is read', async () => {
    const { input, send, finish } = setUp();
    const piece = Buffer.alloc(1024 * 1024, 0x20);
    for (let sent = 0; sent <= longestLine; sent += piece.length) if (!input.write(piece)) await once(input, 'drain');
    for (let more = 0; more < 4; more++) if (!input.write(piece)) await once(input, 'drain');
    input.write('\n');
    send(request(1, 'vault.status'));
    expect(await finish()).toMatchObject([{ id: null, error: { code: -32_600, data: { code: 'input.invalid', facts: { limit: longestLine } } } }, { id: 1 }]);
  });

  test('whatever a line holds, each answer is JSON-RPC with a known code', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.string(),
            fc.json(),
            fc.record({ jsonrpc: fc.constant('2.0'), id: fc.jsonValue(), method: fc.constantFrom(...callNames(), 'x'), params: fc.jsonValue() }).map((one) => JSON.stringify(one)),
          ),
          { maxLength: 6 },
        ),
        async (lines) => {
          const { input, finish } = setUp();
          for (const line of lines) input.write(`${line}\n`);
          for (const answer of (await finish()).flat()) {
            expect(answer['jsonrpc']).toBe('2.0');
            expect(answer).toHaveProperty('id');
            const { error } = answer as { error?: { code: number; data: { code: unknown } } };
            if (error) expect([Number.isInteger(error.code), isErrorCode(error.data.code)]).toEqual([true, true]);
            else expect(answer).toHaveProperty('result');
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

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
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(log).toEqual(['begin a1', 'begin b1', 'end b1']);
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
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(log).toEqual(['begin 1', 'begin 2']);
    gates[0]?.open();
    await new Promise((resolve) => setTimeout(resolve, 20));
    // They had to wait, and still begin in order, also with one that need not.
    send(say(5));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(log).toEqual(['begin 1', 'begin 2', 'end 1', 'end 2', 'list', 'begin 3', 'begin 4', 'begin 5']);
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
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(log).toEqual(['listed', 'copying', 'sent', 'locked']);
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
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(log).toEqual(['sent', 'turning']);
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

describe('events and ends', () => {
  test('events arrive as notifications, and one that does not fit stays inside', async () => {
    const { door, finish, reported } = setUp();
    door.tell({ type: 'vault.changed', state: 'locked' });
    door.tell({ type: 'vault.changed', state: 'locked', key: 'x' } as unknown as AppEvent);
    expect(await finish()).toEqual([{ jsonrpc: '2.0', method: 'event', params: { type: 'vault.changed', state: 'locked' } }]);
    expect(reported).toEqual(['event']);
  });

  test('the end of the input lets what has begun finish and be answered', async () => {
    const slow = gate();
    const { send, input, ended, lines } = setUp({ 'network.status': async () => (await slow.opened, { listening: [], sessions: [] }) });
    send(request(1, 'network.status'));
    input.end();
    await new Promise((resolve) => setTimeout(resolve, 20));
    slow.open();
    expect(await ended).toBe('input-ended');
    expect(lines()[1]).toMatchObject({ id: 1, result: {} });
  });

  test('closing from within reads nothing more', async () => {
    const { door, ended, send, seen } = setUp();
    door.close();
    send(request(1, 'vault.status'));
    expect(await ended).toBe('asked');
    expect(seen).toEqual([]);
  });

  test('a reader that is gone is an end like any other', async () => {
    const output = new PassThrough();
    const { ended, send } = setUp({}, output);
    output.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    send(request(1, 'vault.status'));
    expect(await ended).toBe('output-closed');
  });

  test('a reader that does not read stops the reading, and what it was sent is not lost', async () => {
    let let1Through: (() => void) | undefined;
    const taken: string[] = [];
    const output = new Writable({
      highWaterMark: 64,
      write(chunk: Buffer, _encoding, done) {
        taken.push(chunk.toString());
        if (let1Through === undefined) let1Through = done;
        else done();
      },
    });
    const { handlers, seen } = recordingHandlers();
    const input = new PassThrough();
    const door = new JsonRpcDoor({ handlers, input, output, report: () => undefined, version: '1', listening: [] });
    const ended = door.serve();
    for (let id = 0; id < 50; id++) input.write(`${JSON.stringify(request(id, 'vault.status'))}\n`);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(seen.length).toBeLessThan(5);
    let1Through?.();
    input.end();
    await ended;
    expect(seen).toHaveLength(50);
    expect(taken.join('').split('\n').filter((line) => line !== '')).toHaveLength(51);
  });

  test('answers larger than what may wait unread are given in full, one after the other', async () => {
    let text = 0;
    let most = 0;
    const output = new Writable({
      write(chunk: Buffer, _encoding, done) {
        text += chunk.length;
        most = Math.max(most, output.writableLength);
        setTimeout(done, 1); // a reader that takes its time
      },
    });
    const message = { messageId: conversation('b'), conversationId: conversation('a'), direction: 'in', instanceId: conversation('c'), sequence: 1, kind: 'text', text: 'x'.repeat(1_000_000), sentAt: 1, state: 'delivered', keyEpoch: 1 };
    const { handlers } = recordingHandlers({ 'messages.list': () => Array.from({ length: 80 }, () => message) });
    const input = new PassThrough();
    const door = new JsonRpcDoor({ handlers, input, output, report: () => undefined, version: '1', listening: [] });
    const ended = door.serve();
    for (let id = 0; id < 4; id++) input.write(`${JSON.stringify(request(id, 'messages.list', { conversationId: conversation('a') }))}\n`);
    input.end();
    expect(await ended).toBe('input-ended');
    expect(text).toBeGreaterThan(4 * 80_000_000);
    expect(most).toBeLessThan(2 * 81_000_000);
  });

  test('a reader that never reads ends the peer before memory does', async () => {
    const output = new Writable({ write: () => undefined });
    const { handlers } = recordingHandlers();
    const door = new JsonRpcDoor({ handlers, input: new PassThrough(), output, report: () => undefined, version: '1', listening: [] });
    const ended = door.serve();
    const message = { conversationId: conversation('a'), messageId: conversation('b'), direction: 'in', instanceId: conversation('c'), sequence: 1, kind: 'text', text: 'x'.repeat(1_000_000), sentAt: 1, state: 'delivered', keyEpoch: 1 } as const;
    for (let index = 0; index < 70; index++) door.tell({ type: 'message.received', conversationId: conversation('a'), message });
    expect(await ended).toBe('output-stalled');
  });
});

import { once } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { longestLine } from '../../../electron/headless/read-lines';
import { callNames } from '../../../shared/contract/contract';
import { isErrorCode, KeyshiftError } from '../../../shared/errors';
import { sampleInputs } from '../../support/fake-handlers';
import { conversation, type Json, pipedDoor as setUp, request } from '../../support/piped-door';

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
    ['an id above 2^53 - 1, which is read as another one', '{"jsonrpc":"2.0","id":9007199254740993,"method":"vault.status"}', { id: null, error: { code: -32_600, data: { code: 'input.invalid' } } }],
    ['one below', '{"jsonrpc":"2.0","id":-9007199254740993,"method":"vault.status"}', { id: null, error: { code: -32_600 } }],
    ['one that is read as infinite', '{"jsonrpc":"2.0","id":1e999,"method":"vault.status"}', { id: null, error: { code: -32_600 } }],
    ['a decimal that is read as another one', '{"jsonrpc":"2.0","id":0.1000000000000000055,"method":"vault.status"}', { id: null, error: { code: -32_600, data: { code: 'input.invalid' } } }],
    ['one that is read as whole', '{ "jsonrpc":"2.0","\\u0069d" : 1.00000000000000000001, "method":"vault.status"}', { id: null, error: { code: -32_600 } }],
    ['one of half a million digits', `{"jsonrpc":"2.0","id":1.${'0'.repeat(500_000)}1,"method":"vault.status"}`, { id: null, error: { code: -32_600 } }],
    ['one that is read as nothing', '{"jsonrpc":"2.0","id":-1e-400,"method":"vault.status"}', { id: null, error: { code: -32_600 } }],
    ['the last of several ids', '{"jsonrpc":"2.0","id":1,"method":"vault.status","id":0.30000000000000001}', { id: null, error: { code: -32_600 } }],
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

  test('the largest whole numbers that are read as they are written, and fractions, are ids', async () => {
    const { send, finish } = setUp();
    const ids = [Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER, 0.5, 1_700_000_000.123];
    send(...ids.map((id) => request(id, 'vault.status')));
    expect((await finish()).map(({ id }) => id)).toEqual(ids);
  });

  test('decimals are ids however they are written, as long as it is the number that is read; what stands elsewhere is no id', async () => {
    const { input, finish } = setUp();
    const line = (id: string, more = ''): string => `{"jsonrpc":"2.0","method":"vault.status","params":{"a":[0.1000000000000000055],"id":0.1000000000000000055,"b":"\\",\\"id\\":1e-400"},"id" : ${id}${more}}`;
    const fine = ['1.50', '15e-1', '0.015E+2', '1e3', '-0.0', '0e99999', '100e-2', '1.7976931348623157e-300'];
    const lines = [...fine.map((id) => line(id)), line('0.1000000000000000055', ',"id":7'), `[[0,"id",0.1000000000000000055],${line('8')},7,${line('0.1000000000000000055')}]`];
    input.write(lines.map((each) => `${each}\n`).join(''));
    const answers = await finish();
    expect(answers.slice(0, -1).map(({ id }) => id)).toEqual([1.5, 1.5, 1.5, 1_000, 0, 0, 1, 1.7976931348623157e-300, 7]);
    expect(answers.at(-1)).toMatchObject([{ id: null, error: { code: -32_600 } }, { id: 8 }, { id: null }, { id: null, error: { code: -32_600 } }]);
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

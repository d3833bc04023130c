import { PassThrough, Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { JsonRpcDoor } from '../../../electron/headless/json-rpc-door';
import type { AppEvent } from '../../../shared/contract/contract';
import { recordingHandlers } from '../../support/fake-handlers';
import { conversation, gate, pipedDoor as setUp, request } from '../../support/piped-door';

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

  test('a reader that does not read is not waited for once the end was asked for, whenever that is', async () => {
    for (const when of ['before', 'behind'] as const) {
      // Takes what is written and never says so.
      const output = new Writable({ write: () => undefined });
      const input = new PassThrough();
      const door = new JsonRpcDoor({ handlers: recordingHandlers().handlers, input, output, report: () => undefined, version: '1', listening: [] });
      const ended = door.serve();
      input.write(`${JSON.stringify(request(1, 'vault.status'))}\n`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (when === 'behind') input.end();
      await new Promise((resolve) => setTimeout(resolve, 20));
      door.close();
      expect(await ended).toBe('asked');
    }
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

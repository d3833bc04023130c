import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dispatch } from '../../../electron/doors/dispatch';
import { parseOutgoing } from '../../../electron/doors/outgoing-event';
import { openCallDoor, type CallDoor, type IpcSide, type Page } from '../../../electron/ipc/call-door';
import { callSizeLimit, isPlainWithin } from '../../../electron/ipc/input-size';
import { callRate, RateLimit } from '../../../electron/ipc/rate-limit';
import type { CallEvent } from '../../../electron/security/sender';
import type { Reply } from '../../../shared/contract/bridge';
import type { AppEvent, CallName } from '../../../shared/contract/contract';
import { recordingHandlers, sampleInputs } from '../../support/fake-handlers';

const ownFrame = { url: 'app-keyshift://ui/index.html', origin: 'app-keyshift://ui', parent: null };

function setUp(override: Parameters<typeof recordingHandlers>[0] = {}) {
  const listeners = new Map<string, Parameters<IpcSide['handle']>[1]>();
  const taken: unknown[] = [];
  const channels: string[] = [];
  const refused: string[] = [];
  const sent: (readonly [string, AppEvent])[] = [];
  const reported: unknown[] = [];
  let now = 0;
  const { handlers, seen } = recordingHandlers(override);
  const door: CallDoor = openCallDoor({
    ipc: {
      handle(channel, handler) {
        channels.push(channel);
        listeners.set(channel, handler);
      },
      removeHandler(channel) {
        channels.splice(channels.indexOf(channel), 1);
      },
    },
    handlers,
    parsing: () => ({ dispatch, parseOutgoing }),
    takeFiles: async (items) => ({ ok: true, value: taken.push(items) }),
    monotonic: () => now,
    report: (_call, error) => reported.push(error),
    refused: (reason) => refused.push(reason),
  });
  const page: Page = { id: 7, isDestroyed: () => false, send: (channel, event) => sent.push([channel, event]) };
  door.admit(page);
  const invoke = (args: readonly unknown[], event: CallEvent = { sender: { id: 7 }, senderFrame: ownFrame }): Promise<Reply<unknown>> =>
    listeners.get('keyshift:call')!(event, ...args) as Promise<Reply<unknown>>; // the door answers nothing else
  const bring = (items: unknown, event: CallEvent = { sender: { id: 7 }, senderFrame: ownFrame }): Promise<unknown> => listeners.get('keyshift:files')!(event, items);
  return { door, invoke, bring, taken, seen, refused, sent, channels, reported, page, advance: (by: number) => (now += by) };
}

describe('S row 13: the call door', () => {
  test('registers its two channels, and takes them away again', () => {
    const { channels, door } = setUp();
    expect(channels).toEqual(['keyshift:call', 'keyshift:files']);
    door.close();
    expect(channels).toEqual([]);
  });

  test('files are taken from the preload of an own page, and of nobody else', async () => {
    const { bring, taken, refused } = setUp();
    expect(await bring([{ path: '/home/ada/x' }])).toEqual({ ok: true, value: 1 });
    expect(await bring([{ path: '/home/ada/y' }], { sender: { id: 8 }, senderFrame: ownFrame })).toMatchObject({ ok: false });
    expect(await bring([{ path: '/home/ada/z' }], { sender: { id: 7 }, senderFrame: null })).toMatchObject({ ok: false });
    expect(taken).toEqual([[{ path: '/home/ada/x' }]]);
    expect(refused).toEqual(['sender', 'sender']);
  });

  test('an own page is served', async () => {
    const { invoke, seen } = setUp();
    expect(await invoke(['vault.status', undefined])).toEqual({ ok: true, value: { state: 'open' } });
    expect(await invoke(['vault.status'])).toEqual({ ok: true, value: { state: 'open' } });
    expect(seen).toHaveLength(2);
  });

  const gone = {
    sender: { id: 7 },
    get senderFrame(): never {
      throw new Error('Render frame was disposed before WebFrameMain could be accessed');
    },
  };
  test.each<readonly [string, CallEvent]>([
    ['no frame', { sender: { id: 7 }, senderFrame: null }],
    ['undefined frame', { sender: { id: 7 }, senderFrame: undefined as unknown as null }],
    ['a frame that went away', gone],
    ['a child frame', { sender: { id: 7 }, senderFrame: { ...ownFrame, parent: { url: ownFrame.url } } }],
    ['another window', { sender: { id: 8 }, senderFrame: ownFrame }],
    ['a web origin', { sender: { id: 7 }, senderFrame: { url: 'https://ui/index.html', origin: 'https://ui', parent: null } }],
    ['a look-alike host', { sender: { id: 7 }, senderFrame: { url: 'app-keyshift://ui.evil/index.html', origin: 'app-keyshift://ui.evil', parent: null } }],
    ['a file', { sender: { id: 7 }, senderFrame: { url: 'file:///index.html', origin: 'file://', parent: null } }],
    ['an opaque origin', { sender: { id: 7 }, senderFrame: { url: 'about:blank', origin: 'null', parent: null } }],
    ['our address, another origin', { sender: { id: 7 }, senderFrame: { ...ownFrame, origin: 'null' } }],
    ['our origin, another document', { sender: { id: 7 }, senderFrame: { ...ownFrame, url: 'app-keyshift://ui/assets/picture.svg' } }],
  ])('turned away without reaching a service: %s', async (_what, event) => {
    const { invoke, seen, refused } = setUp();
    expect(await invoke(['vault.status'], event)).toMatchObject({ ok: false, error: { code: 'internal' } });
    expect(seen).toEqual([]);
    expect(refused).toEqual(['sender']);
  });

  test('a dismissed page is a stranger', async () => {
    const { invoke, door, seen } = setUp();
    door.dismiss(7);
    expect((await invoke(['vault.status'])).ok).toBe(false);
    expect(seen).toEqual([]);
  });

  test.each<readonly [string, readonly unknown[]]>([
    ['no name', []],
    ['a number as name', [7]],
    ['an object as name', [{ toString: () => 'vault.status' }]],
    ['a name that never ends', ['v'.repeat(65)]],
    ['a third argument', ['vault.status', undefined, 1]],
    ['bytes', ['vault.unlock', new Uint8Array(8)]],
    ['a map', ['vault.unlock', new Map([['passphrase', 'p']])]],
    ['a date in it', ['vault.unlock', { passphrase: new Date(0) }]],
    ['a text above the limit', ['messages.send', { conversationId: 'd'.repeat(32), text: 'x'.repeat(callSizeLimit.units) }]],
    ['too deep', ['vault.unlock', [[[[[[[[[[1]]]]]]]]]]]],
  ])('refused before any schema looks: %s', async (_what, args) => {
    const { invoke, seen, refused } = setUp();
    expect(await invoke(args)).toMatchObject({ ok: false, error: { code: 'input.invalid' } });
    expect(seen).toEqual([]);
    expect(refused).toEqual(['size']);
  });

  test('A86: at the bounds of size, depth and name it passes, one beyond is refused', async () => {
    const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
    expect([callSizeLimit.depth, callSizeLimit.depth + 1].map((depth) => isPlainWithin(nested(depth), callSizeLimit))).toEqual([true, false]);
    const small = { units: 80, depth: 8 };
    expect([72, 73].map((length) => isPlainWithin('x'.repeat(length), small))).toEqual([true, false]);
    expect([9, 10].map((length) => isPlainWithin(Array.from({ length }, () => 1), small))).toEqual([true, false]);
    expect([56, 57].map((length) => isPlainWithin({ ['n'.repeat(8)]: 'x'.repeat(length) }, small))).toEqual([true, false]);
    expect(isPlainWithin(Object.assign(Object.create(null) as object, { a: 1 }), small)).toBe(true);
    const { invoke, refused } = setUp();
    expect([await invoke(['v'.repeat(64)]), refused]).toMatchObject([{ ok: false, error: { code: 'call.unknown' } }, []]);
  });

  test('the longest text of the contract passes the size limit', async () => {
    const { invoke } = setUp();
    expect((await invoke(['messages.send', { conversationId: 'd'.repeat(32), text: 'x'.repeat(1_048_576) }])).ok).toBe(true);
  });

  test('too many calls are refused by name, and a moment later they pass again', async () => {
    const { invoke, seen, refused, advance } = setUp();
    for (let index = 0; index < callRate.burst; index++) await invoke(['vault.status']);
    expect(await invoke(['vault.status'])).toMatchObject({ ok: false, error: { code: 'too-many-calls' } });
    expect([seen.length, refused]).toEqual([callRate.burst, ['rate']]);
    advance(1000);
    expect((await invoke(['vault.status'])).ok).toBe(true);
  });

  test('an oversized call costs its token as well', async () => {
    const { invoke } = setUp();
    for (let index = 0; index < callRate.burst; index++) await invoke(['vault.unlock', new Uint8Array(1)]);
    expect(await invoke(['vault.status'])).toMatchObject({ error: { code: 'too-many-calls' } });
  });

  test('fuzzed arguments always get a reply and never more than one service call each', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(fc.anything(), fc.constantFrom<CallName>('vault.unlock', 'messages.send', 'settings.set')), { maxLength: 3 }), async (args) => {
        const { invoke, seen } = setUp();
        const reply = await invoke(args);
        expect(typeof reply.ok).toBe('boolean');
        expect(seen.length).toBe(reply.ok ? 1 : 0);
      }),
      { numRuns: 500 },
    );
  });

  test('events go to admitted pages that still live, parsed', () => {
    const { door, sent, reported } = setUp();
    door.tell({ type: 'vault.changed', state: 'locked' });
    door.tell({ type: 'vault.changed', state: 'locked', more: 1 } as unknown as AppEvent);
    door.admit({ id: 9, isDestroyed: () => true, send: () => expect.unreachable() });
    door.tell({ type: 'vault.changed', state: 'open' });
    door.dismiss(7);
    door.tell({ type: 'vault.changed', state: 'absent' });
    expect(sent).toEqual([
      ['keyshift:event', { type: 'vault.changed', state: 'locked' }],
      ['keyshift:event', { type: 'vault.changed', state: 'open' }],
    ]);
    expect(reported).toHaveLength(1);
  });

  test('every sample input is plain data within the limit', () => {
    for (const input of Object.values(sampleInputs)) expect(isPlainWithin(input, callSizeLimit)).toBe(true);
  });
});

describe('size of an input', () => {
  test('cycles end at the depth limit', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(isPlainWithin(cycle, callSizeLimit)).toBe(false);
  });

  test('a long list is refused before it is walked', () => {
    let touched = 0;
    const list = new Proxy(Array.from({ length: 1_000_000 }, () => 1), {
      get(target, name, receiver): unknown {
        if (name !== 'length') touched += 1;
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
    expect(isPlainWithin(list, { units: 1000, depth: 4 })).toBe(false);
    expect(touched).toBeLessThan(10);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 1n, Symbol('s'), () => 1, /x/, new Error('x'), new Set(), new ArrayBuffer(1)])('%s is not plain', (value) => {
    expect(isPlainWithin(value, callSizeLimit)).toBe(false);
  });

  test('names count as well', () => {
    expect(isPlainWithin({ ['n'.repeat(2000)]: 1 }, { units: 1000, depth: 4 })).toBe(false);
  });
});

test('a rate limit never saves up more than its burst, and a clock that stands still gives nothing', () => {
  const limit = new RateLimit({ burst: 2, perSecond: 1 }, 0);
  expect([limit.take(1e9), limit.take(1e9), limit.take(1e9), limit.take(1e9 + 999), limit.take(1e9 + 1000)]).toEqual([true, true, false, false, true]);
});

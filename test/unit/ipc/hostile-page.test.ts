import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dispatch } from '../../../electron/doors/dispatch';
import { parseOutgoing } from '../../../electron/doors/outgoing-event';
import { openCallDoor, type IpcSide } from '../../../electron/ipc/call-door';
import type { CallEvent } from '../../../electron/security/sender';
import type { Reply } from '../../../shared/contract/bridge';
import { callNames, findCall, type CallName } from '../../../shared/contract/contract';
import { isErrorCode } from '../../../shared/errors';
import { recordingHandlers, sampleHandlers, sampleInputs } from '../../support/fake-handlers';
import { valuesOf } from '../../support/schema-values';

/** Stands in everything a hostile page says, so that an answer which repeats it is seen. */
const canary = 'canary-3fd1';
const own: CallEvent = { sender: { id: 7 }, senderFrame: { url: 'app-keyshift://ui/index.html', origin: 'app-keyshift://ui', parent: null } };

function door(override: Parameters<typeof recordingHandlers>[0] = {}) {
  const { handlers, seen } = recordingHandlers(override);
  let now = 0;
  const listeners = new Map<string, Parameters<IpcSide['handle']>[1]>();
  const opened = openCallDoor({
    ipc: { handle: (channel, listener) => void listeners.set(channel, listener), removeHandler: () => undefined },
    handlers,
    parsing: () => ({ dispatch, parseOutgoing }),
    takeFiles: async () => ({ ok: true, value: [] }),
    // A page that waits: the limit of calls is another test's.
    monotonic: () => (now += 1000),
    report: () => undefined,
    refused: () => undefined,
  });
  opened.admit({ id: 7, isDestroyed: () => false, send: () => undefined });
  const invoke = (...args: readonly unknown[]): Promise<Reply<unknown>> => listeners.get('keyshift:call')!(own, ...args) as Promise<Reply<unknown>>; // the door answers nothing else
  return { invoke, seen };
}

const cycle: Record<string, unknown> = { canary };
cycle['again'] = cycle;
const deep = JSON.parse(`${'{"a":'.repeat(200)}1${'}'.repeat(200)}`) as unknown;
const hostile: readonly unknown[] = [
  JSON.parse(`{"__proto__":{"polluted":"${canary}"}}`),
  JSON.parse(`{"constructor":{"prototype":{"polluted":"${canary}"}}}`),
  JSON.parse(`{"prototype":{"polluted":"${canary}"},"toString":1,"hasOwnProperty":1,"then":1,"toJSON":1}`),
  Object.create({ polluted: canary }),
  Object.assign(Object.create(null), { canary }),
  cycle,
  deep,
  canary.repeat(1000),
  Array.from({ length: 1000 }, () => canary),
  Array.from({ length: 5 }, () => ({ canary })),
  12n,
  Symbol(canary),
  () => canary,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  -0,
  2 ** 60,
  new Date(0),
  new Map([['passphrase', canary]]),
  new Set([canary]),
  /x/,
  new Error(canary),
  new Uint8Array(64),
  new ArrayBuffer(64),
  Promise.resolve(canary),
  '\uD800',
  `\u0000${canary}`,
  `../../../${canary}`,
  '__proto__',
  'constructor',
  null,
  true,
  [],
  {},
];

/** As real IPC brings it, where it brings it at all. */
function crossed(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return value;
  }
}

/** `value` with something hostile in it: instead of it, of a field or an entry, or beside the fields. */
function spoil(value: unknown, evil: unknown, at: number, name: string): unknown {
  if (typeof value !== 'object' || value === null || at === 0) return evil;
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>; // read and written by name only
  const names = Object.keys(copy);
  const chosen = at % 3 === 0 || names.length === 0 ? name : (names[at % names.length] ?? name);
  Object.defineProperty(copy, chosen, { value: at % 5 === 4 ? spoil(copy[chosen], evil, at >> 2, name) : evil, enumerable: true, configurable: true, writable: true });
  return copy;
}

function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return !['function', 'symbol', 'bigint'].includes(typeof value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== Array.prototype) return false;
  return !Object.hasOwn(value, '__proto__') && Object.values(value).every(isPlain);
}

describe('A86: a page that was taken over', () => {
  test.each(callNames())('%s: whatever is brought is refused by a code, or reaches the service exactly as the contract has it', async (name) => {
    const { invoke, seen } = door();
    const schema = findCall(name)?.input;
    const before = Reflect.ownKeys(Object.prototype);
    const honest = fc.oneof(valuesOf(schema ?? expect.unreachable()), fc.constant(sampleInputs[name]));
    const spoilt = fc
      .tuple(honest, fc.constantFrom(...hostile), fc.nat(60), fc.constantFrom('__proto__', 'constructor', 'path', 'more', 'toJSON', canary))
      .map(([value, evil, at, field]) => spoil(value, evil, at, field));
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof({ weight: 1, arbitrary: honest }, { weight: 3, arbitrary: spoilt }), async (input) => {
        seen.length = 0;
        const reply = await invoke(name, crossed(input));
        if (seen.length !== (reply.ok ? 1 : 0)) return false;
        if (reply.ok) return seen[0]?.name === name && isPlain(seen[0].input) && schema?.safeParse(seen[0].input).success === true;
        refused += 1;
        const said = JSON.stringify(reply);
        return isErrorCode(reply.error.code) && !said.includes(canary) && said.length < 4000;
      }),
      { numRuns: 20 },
    );
    expect(refused).toBeGreaterThan(0);
    expect(Reflect.ownKeys(Object.prototype)).toEqual(before);
    expect((await invoke(name, crossed(sampleInputs[name]))).ok).toBe(true);
  });

  test('what is too large for any call ends before a schema looks, whichever call it is for', async () => {
    const { invoke, seen } = door();
    const huge = [canary.repeat(120_000), Array.from({ length: 160_000 }, () => 0), Object.fromEntries(Array.from({ length: 45_000 }, (_, index) => [`${canary}-${canary}-${index}`, 0])), JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`) as unknown];
    for (const name of ['vault.unlock', 'messages.send', 'settings.set', 'no.call']) for (const evil of huge) expect(await invoke(name, evil)).toEqual({ ok: false, error: { code: 'input.invalid', message: 'The parameters do not fit this call.', facts: {} } });
    expect(seen).toEqual([]);
  });

  test('no name but those of the contract reaches anything, however it is written', async () => {
    const { invoke, seen } = door();
    const pieces = fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'vault', 'identity', 'status', 'exportPrivate', 'privateKey', 'handlers', '', '.', 'keyshift:call', '\u0000');
    const made = fc.array(pieces, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'));
    const bent = fc.constantFrom(...callNames()).chain((name) => fc.constantFrom(`${name}\u0000`, ` ${name}`, name.toUpperCase(), name.replace('.', '..'), `${name}.`, name.replace('.', '\u2024'), `${name}()`));
    await fc.assert(
      fc.asyncProperty(fc.oneof(made, bent, fc.string()), async (name) => {
        fc.pre(!callNames().includes(name as CallName));
        expect(await invoke(name, {})).toMatchObject({ ok: false });
        expect(seen).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  test.each(callNames())('%s: what a service says beyond the contract never gets out', async (name) => {
    const answers = {
      more: (value: unknown) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value, privateKey: canary } : { privateKey: canary }),
      other: () => ({ toJSON: () => canary, privateKey: canary }),
      bytes: () => new TextEncoder().encode(canary),
      list: () => [canary, { privateKey: canary }],
      thrown: () => {
        throw new Error(canary);
      },
      refused: () => Promise.reject(Object.assign(new Error('x'), { code: canary, facts: { canary } })),
    };
    const [group = '', member = ''] = name.split('.');
    const sample = (sampleHandlers as unknown as Record<string, Record<string, (input: unknown) => unknown>>)[group]?.[member]; // total by type, indexed by name here
    let answer: (value: unknown) => unknown = answers.more;
    const { invoke } = door({ [name]: (input: unknown) => answer(sample?.(input)) });
    for (answer of Object.values(answers)) {
      const reply = await invoke(name, sampleInputs[name]);
      expect(JSON.stringify(reply)).not.toContain(canary);
      if (!reply.ok) expect(reply.error.code).toBe('internal');
    }
  });
});

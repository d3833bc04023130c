import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dispatch } from '../../../electron/doors/dispatch';
import { parseOutgoing } from '../../../electron/doors/outgoing-event';
import type { AppEvent } from '../../../shared/contract/contract';
import { callNames } from '../../../shared/contract/contract';
import { isErrorCode, KeyshiftError } from '../../../shared/errors';
import { recordingHandlers, sampleHandlers, sampleInputs } from '../../support/fake-handlers';

const silent = (): void => undefined;
const id = '0'.repeat(32);

describe('dispatch, the one way from both doors to a service', () => {
  test.each(callNames())('%s answers what the contract says', async (name) => {
    const { handlers, seen } = recordingHandlers();
    const reported: unknown[] = [];
    const reply = await dispatch(handlers, name, sampleInputs[name], (_call, error) => reported.push(error));
    expect(reported).toEqual([]);
    expect(reply.ok).toBe(true);
    expect(seen.map((call) => call.name)).toEqual([name]);
  });

  test.each([
    'vault',
    'vault.',
    '.status',
    'vault.status.x',
    'vault.Status',
    'vault.__proto__',
    '__proto__.toString',
    'constructor.constructor',
    'vault.constructor',
    'vault.hasOwnProperty',
    'toString.call',
    '',
    'on',
    'events.message.received',
  ])('the name %j is no call', async (name) => {
    const { handlers, seen } = recordingHandlers();
    expect(await dispatch(handlers, name, undefined, silent)).toMatchObject({ ok: false, error: { code: 'call.unknown' } });
    expect(seen).toEqual([]);
  });

  test('a handler is entered before dispatch gives control back, so that calls begin in order', () => {
    const { handlers, seen } = recordingHandlers();
    void dispatch(handlers, 'vault.status', undefined, silent);
    expect(seen).toHaveLength(1);
  });

  test('what does not fit is refused with path and reason, and neither a value nor a made-up name is repeated', async () => {
    const { handlers, seen } = recordingHandlers();
    const canary = 'correct-horse-battery';
    const reply = await dispatch(handlers, 'vault.create', { passphrase: 7, name: canary.repeat(9), [canary]: canary }, silent);
    expect(seen).toEqual([]);
    expect(reply).toMatchObject({ ok: false, error: { code: 'input.invalid' } });
    expect(JSON.stringify(reply)).not.toContain('correct');
    expect(reply.ok ? [] : reply.error.facts.issues).toEqual([
      'passphrase: expected string',
      'name: at most 64 (string)',
      '(all): unknown field',
    ]);
  });

  test.each([
    ['messages.list', { conversationId: id }, { before: id, after: id }, 'before, after, around, at'],
    ['messages.list', { conversationId: id }, { around: id, at: 7 }, 'before, after, around, at'],
    ['files.send', { conversationId: id }, { path: '/tmp/a', from: id }, 'path, token, from'],
    ['files.list', {}, { before: id, transferIds: [id] }, 'before, transferIds'],
    ['contacts.verify', { contactId: id }, { number: '0', qr: 'x' }, 'number, qr'],
  ])('%s takes one of what says which, and refuses several', async (name, rest, several, fields) => {
    const { handlers, seen } = recordingHandlers();
    for (const [field, value] of Object.entries(several)) expect(await dispatch(handlers, name, { ...rest, [field]: value }, silent)).toMatchObject({ ok: true });
    const taken = seen.length;
    expect(await dispatch(handlers, name, { ...rest, ...several }, silent)).toMatchObject({ ok: false, error: { code: 'input.invalid', facts: { issues: [`(all): at most one of ${fields}`] } } });
    expect(seen).toHaveLength(taken);
  });

  test('the service gets the parsed input, not the one that came', async () => {
    const { handlers, seen } = recordingHandlers();
    await dispatch(handlers, 'vault.create', { passphrase: 'p', name: '  Ada  ' }, silent);
    expect(seen[0]?.input).toEqual({ passphrase: 'p', name: 'Ada' });
  });

  test('own errors pass with code and facts, every other one becomes internal and its text stays inside', async () => {
    const own = recordingHandlers({
      'keys.shift': () => {
        throw new KeyshiftError('keys.too-often', 'Not yet.', { retryAt: 5 });
      },
    });
    expect(await dispatch(own.handlers, 'keys.shift', sampleInputs['keys.shift'], silent)).toEqual({
      ok: false,
      error: { code: 'keys.too-often', message: 'Not yet.', facts: { retryAt: 5 } },
    });
    const reported: string[] = [];
    const foreign = recordingHandlers({ 'vault.lock': () => Promise.reject(new Error('secret text')) });
    const reply = await dispatch(foreign.handlers, 'vault.lock', undefined, (call) => reported.push(call));
    expect(reply).toMatchObject({ ok: false, error: { code: 'internal' } });
    expect(JSON.stringify(reply)).not.toContain('secret');
    expect(reported).toEqual(['vault.lock']);
  });

  test('an output with a field too many never leaves', async () => {
    const { handlers } = recordingHandlers({ 'vault.status': () => ({ state: 'open', key: 'k'.repeat(64) }) });
    const reply = await dispatch(handlers, 'vault.status', undefined, silent);
    expect(reply).toMatchObject({ ok: false, error: { code: 'internal' } });
    expect(JSON.stringify(reply)).not.toContain('kkkk');
  });

  test('whatever comes, the answer is a reply with a known code, and a refused input reaches no service', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...callNames()), fc.anything(), async (name, input) => {
        const { handlers, seen } = recordingHandlers();
        const reply = await dispatch(handlers, name, input, silent);
        if (!reply.ok) {
          expect(isErrorCode(reply.error.code)).toBe(true);
          if (reply.error.code === 'input.invalid') expect(seen).toEqual([]);
        }
      }),
      { numRuns: 400 },
    );
    expect(Object.prototype).not.toHaveProperty('polluted');
  });

  test('a parameter object with its own __proto__ changes nothing', async () => {
    const { handlers, seen } = recordingHandlers();
    const input: unknown = JSON.parse('{"passphrase":"p","__proto__":{"polluted":true}}');
    await dispatch(handlers, 'vault.unlock', input, silent);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    for (const { input: seenInput } of seen) expect((seenInput as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('events on their way out', () => {
  test('one that fits passes', () => {
    expect(parseOutgoing({ type: 'vault.changed', state: 'locked' }, silent)).toEqual({ type: 'vault.changed', state: 'locked' });
  });

  test.each([
    { type: 'vault.changed', state: 'locked', passphrase: 'p' },
    { type: 'vault.changed', state: 'ajar' },
    { type: 'constructor' },
    { type: 'no.such' },
  ])('one that does not fit (%j) is dropped and reported', (event) => {
    const reported: unknown[] = [];
    expect(parseOutgoing(event as unknown as AppEvent, (_call, error) => reported.push(error))).toBeUndefined();
    expect(reported).toHaveLength(1);
  });
});

test('the sample handlers are the whole contract', () => {
  expect(Object.entries(sampleHandlers).flatMap(([group, members]) => Object.keys(members).map((name) => `${group}.${name}`)).toSorted()).toEqual(
    [...callNames()].toSorted(),
  );
});

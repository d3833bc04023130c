import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { commonErrors } from '../../shared/contract/call';
import { callNames, findCall, type CallName } from '../../shared/contract/contract';
import { isErrorCode } from '../../shared/errors';
import { someOf } from '../support/exhaustive';
import type { RawAnswer } from '../support/headless-peer';
import type { Schema } from '../support/schema-values';
import { introduce, newPerson, passphrase, temporaryFolder, type Person } from '../support/two-peers';

const canary = 'canary-8d13-repeated';

/** What nobody means well with. None of it is a path of anything that is there, or an id of anybody. */
const allHostile: readonly unknown[] = [
  null, true, 0, -0, -1, 0.5, 1e15, 1e308, Number.MAX_SAFE_INTEGER + 2, '', ' ', canary, '\0', `a\0${canary}`, '\ud800', '\udfff\ud800', '\u202egnp.exe', '\u2066\u2069\u200b', '__proto__', 'constructor',
  'toString', '../../../nowhere/at/all', 'C:\\CON', '%s%n%x', "'; DROP TABLE messages; --", '<img src=x onerror=alert(1)>', 'e\u0301'.repeat(500), 'x'.repeat(100_000), '漢'.repeat(64), '漢'.repeat(128), '\u{1d160}'.repeat(20), 'a\ud800'.repeat(32), '\ud83d\ude00'.repeat(20_000),
  '0'.repeat(32), 'f'.repeat(32), 'F'.repeat(32), `${'0'.repeat(32)}\n`, [], [[]], [null], [canary], {}, { length: 3 }, { [canary]: 1 }, { toString: null, valueOf: null },
  JSON.parse('{"__proto__":{"polluted":1}}'), JSON.parse('{"constructor":{"prototype":{"polluted":1}}}'), Array.from({ length: 5000 }, () => 0),
];
/** One of each kind, among them the longest, and ten others for each commit; all of them by `npm run exhaustive`. */
const hostile = someOf(allHostile, 10, [null, 0, '', 'x'.repeat(100_000), `a\0${canary}`, '\ud800', '__proto__', canary]);
/** What JSON can say and no value here: deeper than any parser that calls itself could follow, the other zero, more than a number holds, one name twice. */
const inWords: readonly string[] = [`${'['.repeat(20_000)}${']'.repeat(20_000)}`, '-0', '1e400', '-1e400', '{"a":1,"a":2}'];

/** They write wherever they are told to. */
const writes = /^(?:identity\.exportPrivate|backup\.create|conversations\.export|identity\.saveRecoveryKit|envelopes\.save|files\.save)$/;

describe('calls with hostile parameters at the real door', () => {
  const folder = temporaryFolder();
  let ann: Person;
  let bo: Person;
  let ids: Readonly<Record<string, string>>;
  /** All that there is, where the call before this one changed nothing. */
  let unchanged: unknown;

  beforeAll(async () => {
    // Many values are good enough for a call that makes a new key.
    [ann, bo] = await Promise.all([newPerson(folder.path, 'Ann', { keys: 24 }), newPerson(folder.path, 'Bo')]);
    const { ofInvitee, ofInviter } = await introduce(ann, bo);
    const { conversationId } = await ann.peer.call('conversations.open', { contactId: ofInvitee });
    const { messageId } = await ann.peer.call('messages.send', { conversationId, text: 'hello' });
    await bo.peer.until('the message', async () => (await bo.peer.call('conversations.list')).length === 1);
    const { instance } = await ann.peer.call('identity.get');
    ids = { contactId: ofInvitee, conversationId, messageId, replyTo: messageId, before: messageId, after: messageId, around: messageId, instanceId: instance.id, foreign: ofInviter };
    await ann.peer.until('its receipt', async () => (await ann.peer.call('messages.list', { conversationId })).every(({ state }) => state === 'delivered'));
    // Nobody says anything to Ann any more: what changes from here on is her own doing.
    await bo.peer.end();
    await ann.peer.until('the end of the session', async () => (await ann.peer.call('network.status')).sessions.length === 0);
  }, 60_000);

  afterAll(async () => {
    await ann?.peer.end();
    folder.release();
  });

  /** Right parameters that do nothing: real ids, and otherwise what the service refuses. */
  function rightFor(field: string, shape: Schema): unknown {
    if (ids[field] !== undefined) return ids[field];
    if (shape.const !== undefined) return shape.const;
    if (shape.enum !== undefined) return shape.enum[0];
    if (shape.anyOf !== undefined) return rightFor(field, shape.anyOf[0] ?? {});
    switch (shape.type) {
      case 'boolean':
        return false;
      case 'integer':
      case 'number':
        return shape.minimum ?? 1;
      case 'array':
        return [];
      case 'object':
        return {};
      default:
        return field.endsWith('Id') ? '0'.repeat(32) : 'nothing';
    }
  }

  /** All that a person has here and would notice: none of it may change by what was refused. */
  async function everything(): Promise<unknown> {
    const call: typeof ann.peer.call = (method, params) => ann.peer.call(method, params);
    const conversationId = ids['conversationId'] ?? '';
    const contactId = ids['contactId'] ?? '';
    return {
      status: await call('vault.status'),
      identity: await call('identity.get'),
      keys: await call('identity.keyHistory'),
      contacts: (await call('contacts.list')).map((contact) => ({ ...contact, reach: undefined })),
      requests: await call('contacts.requests'),
      conversations: await call('conversations.list'),
      messages: await call('messages.list', { conversationId }),
      dialogs: await call('keys.status', { conversationId }),
      trouble: await call('contacts.keyTrouble', { contactId }),
      authorities: await call('authorities.list'),
      devices: await call('devices.list'),
      files: await call('files.list'),
      words: await call('dictionary.words'),
      settings: await call('settings.get'),
      mailbox: await call('mailbox.status'),
    };
  }

  /** A person can act on it and learns nothing from it. */
  function sound(name: CallName, field: string, answer: RawAnswer): void {
    expect(Object.hasOwn(answer, 'result')).toBe(!Object.hasOwn(answer, 'error'));
    if (answer.error === undefined) return;
    const { message, data } = answer.error;
    const where = `${name} ${field}: ${data.code} ${message.slice(0, 80)}`;
    expect(isErrorCode(data.code), where).toBe(true);
    expect(data.code, where).not.toBe('internal');
    expect([...commonErrors, ...(findCall(name)?.errors ?? [])], where).toContain(data.code);
    expect(message, where).toMatch(/^[A-Z“].{5,400}[.”]$/su);
    const whole = JSON.stringify(answer);
    for (const never of [canary, passphrase, folder.path, process.cwd(), 'node_modules', '    at ', '.ts:', '.cjs', 'SQLITE', 'ZodError', 'Cannot read', 'undefined']) expect(whole.includes(never), `${where} says ${never}`).toBe(false);
  }

  it.each(callNames())('%s: refuses some twenty values, and all by npm run exhaustive, with a code and a sentence, and nothing has changed', { timeout: 120_000 }, async (name) => {
    const schema: Schema = z.toJSONSchema(findCall(name)?.input ?? z.never(), { io: 'input', unrepresentable: 'any' }) as Schema; // the library's own type is wider
    const object = schema.properties === undefined ? (schema.anyOf?.find(({ properties }) => properties !== undefined) ?? {}) : schema;
    const fields = Object.entries(object.properties ?? {});
    const right = Object.fromEntries(fields.filter(([field]) => object.required?.includes(field) === true).map(([field, shape]) => [field, rightFor(field, shape)]));
    const before = unchanged ?? (await everything());
    unchanged = undefined;
    let taken = 0;
    const ask = async (field: string, params: unknown): Promise<void> => {
      const answer = await ann.peer.ask(name, params);
      sound(name, field, answer);
      if (answer.error === undefined) taken += 1;
    };
    // The whole parameter, and fields that there are not.
    const extras = ['__proto__', 'constructor', 'toString', canary].map((extra) => JSON.parse(JSON.stringify(right).replace(/^\{/, `{${JSON.stringify(extra)}:{"polluted":1}${Object.keys(right).length > 0 ? ',' : ''}`)) as unknown);
    await Promise.all([...hostile.filter((value) => value !== null && JSON.stringify(value) !== '{}'), ...extras].map((value) => ask('(all)', value)));
    expect(taken, 'taken although it fits nothing').toBe(0);
    for (const [field] of fields) {
      if (field === 'path' && writes.test(name)) continue;
      const others = [...hostile, ...Object.values(ids), bo.profile].filter((value) => value !== right[field] && value !== ids[field] && value !== true);
      await Promise.all(others.map((value) => ask(field, { ...right, [field]: value })));
      for (const text of inWords) ann.peer.raw(`{"jsonrpc":"2.0","id":"in words","method":${JSON.stringify(name)},"params":${JSON.stringify({ ...right, [field]: '@' }).replace('"@"', text)}}`);
    }
    expect(await ann.peer.call('vault.status')).toMatchObject({ state: 'open' });
    for (const answer of ann.peer.unasked.splice(0)) {
      sound(name, 'in words', answer);
      if (answer.error === undefined) taken += 1;
    }
    if (taken > 0) return;
    expect(await everything()).toEqual(before);
    unchanged = before;
  });
});

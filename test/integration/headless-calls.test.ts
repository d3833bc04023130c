import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commonErrors } from '../../shared/contract/call';
import { callNames, findCall, type CallName } from '../../shared/contract/contract';
import { isErrorCode } from '../../shared/errors';
import type { RawAnswer } from '../support/headless-peer';
import { introduce, newPerson, passphrase, temporaryFolder, type Person } from '../support/two-peers';

interface Line {
  readonly required?: Readonly<Record<string, unknown>>;
  readonly optional?: Readonly<Record<string, unknown>>;
  /** May the whole parameter be left out? */
  readonly bare?: true;
  /** It writes or reads files: only wrong parameters are tried here. */
  readonly files?: true;
}

const nobody = '0'.repeat(32);

/** What the contract says of each call's parameters, written down a second time; ids are replaced by real ones. */
const lines: Readonly<Partial<Record<CallName, Line>>> = {
  'vault.status': { bare: true },
  'vault.create': { required: { passphrase: 'p', name: 'Ann' } },
  'vault.unlock': { required: { passphrase } },
  'vault.lock': { bare: true },
  'vault.checkPassphrase': { required: { passphrase } },
  'vault.changePassphrase': { required: { old: passphrase, new: passphrase } },
  'vault.setKeyring': { required: { enabled: false } },
  'identity.get': { bare: true },
  'identity.exportPublic': { required: { format: 'pem' } },
  'contacts.createInvitation': { bare: true, optional: { expiresInSeconds: 60 } },
  'contacts.acceptInvitation': { required: { link: 'keyshift:invite/' } },
  'contacts.importKey': { required: { text: 'no key' } },
  'contacts.requests': { bare: true },
  'contacts.answerRequest': { required: { requestId: nobody, accept: false } },
  'contacts.list': { bare: true },
  'contacts.safetyNumber': { required: { contactId: 'CONTACT' } },
  'contacts.setChecked': { required: { contactId: 'CONTACT', checked: false } },
  'contacts.block': { required: { contactId: 'CONTACT' }, optional: { blocked: false } },
  'conversations.open': { required: { contactId: 'CONTACT' }, optional: { title: 'Trip' } },
  'conversations.list': { bare: true },
  'conversations.get': { required: { conversationId: 'CONVERSATION' } },
  'conversations.continue': { required: { conversationId: 'CONVERSATION' } },
  'conversations.markRead': { required: { conversationId: 'CONVERSATION' }, optional: { upTo: 'MESSAGE' } },
  'messages.send': { required: { conversationId: 'CONVERSATION', text: 'hello' }, optional: { replyTo: 'MESSAGE' } },
  'messages.list': { required: { conversationId: 'CONVERSATION' }, optional: { before: 'MESSAGE', limit: 1 } },
  'keys.status': { required: { conversationId: 'CONVERSATION' } },
  'keys.shift': { required: { conversationId: 'CONVERSATION' } },
  'keys.shiftPair': { required: { conversationId: 'CONVERSATION' }, optional: { compromised: false } },
  'keys.setPolicy': { required: { conversationId: 'CONVERSATION', policy: 'standard' } },
  'keys.timeline': { required: { conversationId: 'CONVERSATION' } },
  'envelopes.save': { required: { contactId: 'CONTACT' }, optional: { path: '/nowhere/at/all' }, files: true },
  'envelopes.open': { optional: { path: '/nowhere/at/all' }, files: true },
  'network.status': { bare: true },
  'settings.get': { bare: true },
  'settings.set': { optional: { theme: 'dark', language: 'en', enterSends: true, lockAfterMinutes: 5, contentProtection: false } },
  'diagnostics.meter': { bare: true, optional: { reset: true } },
  'diagnostics.about': { bare: true },
};

const named = callNames().filter((name) => lines[name] !== undefined);
const lineOf = (name: CallName): Line => lines[name] ?? {};
const withoutFiles = named.filter((name) => lineOf(name).files !== true);

/** Words that would be known again wherever they went. */
const canaries = { names: { ann: 'Ann canary 4c1e', bo: 'Bo canary 90bd' }, text: 'canary of a message 31c8' };

describe('every call of the headless door, with right and wrong parameters', () => {
  const folder = temporaryFolder();
  let ann: Person;
  let bo: Person;
  let ids: Readonly<Record<string, string>>;

  beforeAll(async () => {
    [ann, bo] = await Promise.all(Object.values(canaries.names).map((name) => newPerson(folder.path, name, { logLevel: 'debug' }))) as [Person, Person]; // as many as names
    const { ofInvitee } = await introduce(ann, bo);
    const { conversationId } = await ann.peer.call('conversations.open', { contactId: ofInvitee });
    const { messageId } = await ann.peer.call('messages.send', { conversationId, text: canaries.text });
    ids = { CONTACT: ofInvitee, CONVERSATION: conversationId, MESSAGE: messageId };
    // What is compared later is what stays as it is. Whoever was heard on the local network first is reached there.
    await ann.peer.until('a connection', async () => (await ann.peer.call('contacts.list')).every(({ reach }) => reach === 'direct' || reach === 'lan'));
  }, 60_000);

  afterAll(async () => {
    await Promise.all([ann?.peer.end(), bo?.peer.end()]);
    folder.release();
  });

  const real = (fields: Readonly<Record<string, unknown>> = {}) =>
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? (ids[value] ?? value) : value]));

  /** The answer has the shape of one, and an error a code this call may end with. */
  function sound(name: CallName, answer: RawAnswer): RawAnswer {
    expect(answer.jsonrpc).toBe('2.0');
    expect(Object.hasOwn(answer, 'result')).toBe(!Object.hasOwn(answer, 'error'));
    if (answer.error === undefined) return answer;
    const { code, message, data } = answer.error;
    expect(Number.isInteger(code)).toBe(true);
    expect(isErrorCode(data.code)).toBe(true);
    expect([...commonErrors, ...(findCall(name)?.errors ?? [])]).toContain(data.code);
    expect(data.code).not.toBe('internal');
    expect(message).not.toMatch(/\bat .*:\d+|Error:|node_modules|\.ts\b/);
    expect(message.length).toBeLessThan(200);
    return answer;
  }

  function refused(name: CallName, answer: RawAnswer): void {
    sound(name, answer);
    expect(answer.error).toMatchObject({ code: -32_602, data: { code: 'input.invalid' } });
  }

  const state = async () =>
    JSON.stringify([
      await ann.peer.call('vault.status'),
      await ann.peer.call('contacts.list'),
      (await ann.peer.call('conversations.list')).length,
      await ann.peer.call('settings.get'),
    ]);

  it('all of them are known here', () => {
    expect(named.length).toBeGreaterThanOrEqual(29);
  });

  it.each(named)('%s: nothing missing, nothing surplus, nothing of another kind, nothing by position', async (name) => {
    const { required = {}, optional = {}, bare } = lineOf(name);
    const before = await state();
    const whole = { ...real(required), ...real(optional) };
    refused(name, await ann.peer.ask(name, { ...whole, surplus: 1 }));
    refused(name, await ann.peer.ask(name, { ...whole, __proto__x: {} }));
    for (const wrong of [[], [whole], 'text', 7, true, null]) refused(name, await ann.peer.ask(name, wrong));
    for (const field of Object.keys(required)) {
      const { [field]: _gone, ...rest } = whole;
      refused(name, await ann.peer.ask(name, rest));
    }
    for (const field of Object.keys(whole)) {
      const empty = field === 'policy' ? [] : [{}]; // an empty policy changes nothing, and may be given
      for (const wrong of [null, [], ...empty, typeof whole[field] === 'number' ? '1' : 7, typeof whole[field] === 'boolean' ? 'true' : true, ['x']]) {
        refused(name, await ann.peer.ask(name, { ...whole, [field]: wrong }));
      }
    }
    if (bare !== true) refused(name, await ann.peer.ask(name));
    expect(await state()).toBe(before);
  });

  it.each(withoutFiles)('%s: huge and strange texts are answered by a code, and the peer lives on', async (name) => {
    const whole = { ...real(lineOf(name).required), ...real(lineOf(name).optional) };
    const texts = ['x'.repeat(1_000_000), '\u0000', '\ud800', '\u202e', '%s%n{{7*7}}', '../../../etc/passwd', '🦊'.repeat(20_000), '-1', '1e999'];
    for (const field of Object.keys(whole).filter((each) => typeof whole[each] === 'string')) {
      if (name === 'vault.changePassphrase' && field === 'new') continue; // would change it
      // What is short enough to be a passphrase costs a second each.
      for (const text of name.startsWith('vault.') ? texts.slice(0, 2) : texts) {
        sound(name, await ann.peer.ask(name, { ...whole, [field]: text }));
      }
    }
    for (const field of Object.keys(whole).filter((each) => typeof whole[each] === 'number')) {
      for (const number of [-1, 0.5, 1e15, 1e308]) refused(name, await ann.peer.ask(name, { ...whole, [field]: number }));
    }
    expect(await ann.peer.call('vault.status')).toMatchObject({ state: 'open' });
  });

  it.each(withoutFiles.filter((name) => name !== 'vault.lock'))('%s: works as the contract says', async (name) => {
    const { required, optional, bare } = lineOf(name);
    const inputs: unknown[] = [real(required), { ...real(required), ...real(optional) }];
    if (bare === true) inputs.push(undefined);
    for (const input of inputs) {
      const answer = sound(name, await ann.peer.ask(name, input));
      const expected: { readonly [N in CallName]?: string } = {
        'vault.create': 'vault.exists',
        'contacts.acceptInvitation': 'invitation.garbled',
        'contacts.importKey': 'key.garbled',
        'contacts.answerRequest': 'request.unknown',
        'conversations.continue': 'conversation.open',
      };
      expect(answer.error?.data.code).toBe(expected[name]);
      if (answer.error === undefined) expect(findCall(name)?.output.safeParse(answer.result).success).toBe(true);
    }
  });

  it('ids of nobody and of nothing have their own codes', async () => {
    const codes = async (calls: readonly (readonly [CallName, unknown])[]) => Promise.all(calls.map(async ([name, input]) => (await ann.peer.ask(name, input)).error?.data.code));
    expect(
      await codes([
        ['contacts.safetyNumber', { contactId: nobody }],
        ['contacts.setChecked', { contactId: nobody, checked: true }],
        ['contacts.block', { contactId: nobody }],
        ['conversations.open', { contactId: nobody }],
      ]),
    ).toEqual(Array(4).fill('contact.unknown'));
    expect(
      await codes([
        ['conversations.get', { conversationId: nobody }],
        ['conversations.markRead', { conversationId: nobody }],
        ['messages.send', { conversationId: nobody, text: 'x' }],
        ['messages.list', { conversationId: nobody }],
        ['keys.status', { conversationId: nobody }],
        ['keys.shift', { conversationId: nobody }],
      ]),
    ).toEqual(Array(6).fill('conversation.unknown'));
    const conversationId = ids['CONVERSATION'] ?? '';
    expect(
      await codes([
        ['messages.send', { conversationId, text: 'x', replyTo: nobody }],
        ['messages.list', { conversationId, before: nobody }],
      ]),
    ).toEqual(Array(2).fill('message.unknown'));
  });

  it('a call nobody knows, and names that are no calls, are call.unknown', async () => {
    for (const name of ['vault.open', 'vault', 'vault.', '.status', 'vault.status.more', '', '__proto__.toString', 'constructor.name', 'vault.__proto__', 'x'.repeat(100_000)]) {
      expect((await ann.peer.ask(name)).error).toMatchObject({ code: -32_601, data: { code: 'call.unknown' } });
    }
  });

  it('a line above 4 MiB is refused without an id, and the next one is read', async () => {
    ann.peer.raw(JSON.stringify({ jsonrpc: '2.0', id: 'big', method: 'messages.send', params: { conversationId: ids['CONVERSATION'], text: 'x'.repeat(5 * 1024 * 1024) } }));
    expect(await ann.peer.call('vault.status')).toMatchObject({ state: 'open' });
    expect(ann.peer.unasked).toMatchObject([{ id: null, error: { code: -32_600, data: { code: 'input.invalid' } } }]);
  });

  it('A87: no passphrase is repeated by an error, nor written to standard error', async () => {
    const secret = 'canary-7f3a-passphrase';
    const answers = [
      await ann.peer.ask('vault.unlock', { passphrase: secret }),
      await ann.peer.ask('vault.unlock', { [secret]: secret }),
      await ann.peer.ask('vault.unlock', [secret]),
      await ann.peer.ask('vault.changePassphrase', { old: secret, new: secret }),
      await ann.peer.ask('vault.create', { passphrase: secret, name: secret, [secret]: 1 }),
      await ann.peer.ask(secret, { passphrase: secret }),
      await ann.peer.ask('vault.setKeyring', { enabled: secret }),
    ];
    ann.peer.raw(`{"jsonrpc":"2.0","id":1,"method":"vault.unlock","params":{"passphrase":"${secret}"`);
    await ann.peer.call('vault.status');
    const unasked = ann.peer.unasked.at(-1);
    expect(unasked?.error?.code).toBe(-32_700);
    expect(JSON.stringify([...answers, unasked])).not.toContain(secret);
    expect(ann.peer.stderr.join('')).not.toContain(secret);
  });

  it('A87: at the most talkative level the log holds no passphrase, name, text, link, peer id or id of anything', async () => {
    const peers = await Promise.all([ann, bo].map(async ({ peer }) => ({ peer, peerId: (await peer.call('identity.get')).peerId })));
    let lines = 0;
    // Somebody who is looked for and not there is worth a line.
    await bo.peer.call('vault.lock');
    await ann.peer.until('a line', async () => {
      await ann.peer.call('network.tryNow', { contactId: ids['CONTACT'] ?? '' });
      return ann.peer.stderr.length > 0;
    });
    await bo.peer.call('vault.unlock', { passphrase });
    for (const { peer, peerId } of peers) {
      const { link } = await peer.call('contacts.createInvitation', {});
      const known = (await peer.call('contacts.list')).flatMap((contact) => [contact.contactId, contact.peerId]);
      const log = peer.stderr.join('');
lines += log.split('\n').length - 1;
      for (const needle of [passphrase, ...Object.values(canaries.names), canaries.text, peerId, link, ...known, ...Object.values(ids), folder.path]) expect(log.includes(needle), needle.slice(0, 20)).toBe(false);
    }
    expect(lines).toBeGreaterThan(0);
  });

  it('without an open vault every call but those of the vault, the program and its settings says so', async () => {
    await bo.peer.call('vault.lock');
    const free = ['vault.', 'network.', 'settings.', 'diagnostics.'];
    for (const name of named.filter((each) => !free.some((prefix) => each.startsWith(prefix)))) {
      const whole = real(lineOf(name).required);
      expect((await bo.peer.ask(name, whole)).error?.data.code, name).toBe('vault.locked');
    }
    for (const name of named.filter((each) => ['network.', 'settings.', 'diagnostics.'].some((prefix) => each.startsWith(prefix)))) {
      expect((await bo.peer.ask(name, real(lineOf(name).required))).error, name).toBeUndefined();
    }
    expect((await bo.peer.ask('vault.changePassphrase', { old: passphrase, new: passphrase })).error?.data.code).toBe('vault.locked');
    expect((await bo.peer.ask('vault.setKeyring', { enabled: false })).error?.data.code).toBe('vault.locked');
  });
});

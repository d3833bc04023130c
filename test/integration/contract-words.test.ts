import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import { encodeInvitation, parseInvitation } from '../../electron/engine/identity/invitation-link';
import type { InstanceId } from '../../electron/engine/ids';
import type { EventOf, EventType } from '../../shared/contract/contract';
import type { HeadlessPeer } from '../support/headless-peer';
import { introduce, newPerson, temporaryFolder, texts, type Person } from '../support/two-peers';

const kibibyte = 1024;

describe('what the words of the contract mean', () => {
  const folder = temporaryFolder();
  const people: Person[] = [];
  let crypto: Crypto;
  let ann: Person;
  let bo: Person;
  /** Counts whoever connects: nobody should. */
  let witness: Server;
  let connections = 0;
  let witnessPort = 0;

  const newcomer = async (name: string): Promise<Person> => {
    const person = await newPerson(folder.path, name);
    people.push(person);
    return person;
  };

  beforeAll(async () => {
    crypto = await createCrypto({ random: kernelRandom });
    witness = createServer((socket) => {
      connections += 1;
      socket.on('error', () => undefined);
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => witness.once('listening', resolve));
    const address = witness.address();
    witnessPort = typeof address === 'object' && address !== null ? address.port : 0;
    [ann, bo] = await Promise.all([newcomer('Ann'), newcomer('Bo')]);
  }, 60_000);

  afterAll(async () => {
    await Promise.all(people.map(({ peer }) => peer.end()));
    witness.close();
    folder.release();
  });

  const toldOf = <T extends EventType>(peer: HeadlessPeer, type: T): EventOf<T>[] => peer.events.filter((event) => event.type === type) as EventOf<T>[]; // the type tells the shape
  const codeOf = async (call: Promise<unknown>) => call.then(() => 'no error', (error: { code?: unknown }) => error.code);
  const accept = (person: Person, link: string) => person.peer.call('contacts.acceptInvitation', { link });
  const waiting = async (person: Person, conversationId: string) => (await person.peer.call('messages.list', { conversationId })).map((message) => message.waitingFor);

  /** A link of Ann's, as far as anybody can tell, whose only address is the witness. */
  const linkTo = async (change: { expiresAt?: number } = {}) => {
    const { link } = await ann.peer.call('contacts.createInvitation');
    return encodeInvitation(crypto, { ...parseInvitation(crypto, link), addresses: [{ host: '127.0.0.1', port: witnessPort }], ...change });
  };

  it('an invitation carries the addresses listened on', async () => {
    const { link, expiresAt } = await ann.peer.call('contacts.createInvitation');
    expect(link.length).toBeLessThanOrEqual(250);
    const invitation = parseInvitation(crypto, link);
    expect(invitation.addresses.map(({ host, port }) => `${host}:${port}`)).toEqual(ann.peer.listening);
    expect(invitation.expiresAt).toBe(expiresAt);
    expect(Math.abs(expiresAt - Date.now() - 86_400_000)).toBeLessThan(60_000);
    const month = await ann.peer.call('contacts.createInvitation', { expiresInSeconds: 30 * 86_400 });
    expect(month.expiresAt).toBeGreaterThan(Date.now() + 29 * 86_400_000);
  });

  it('a garbled, altered, expired, own or already accepted link is refused at once with its own code, before any packet', async () => {
    const cy = await newcomer('Cy');
    const link = await linkTo();
    const prefix = 'keyshift:invite/';
    const garbled = ['', ' ', 'keyshift:', prefix, link.slice(prefix.length), `x${link}`, link.replace(prefix, 'keyshift:Invite/'), 'x'.repeat(100_000)];
    for (const text of garbled) expect([await codeOf(accept(cy, text)), text.slice(0, 40)]).toEqual(['invitation.garbled', text.slice(0, 40)]);
    // A private key is told as one by every call that takes something public, as in the window.
    const secret = `${link}\n-----BEGIN PRIVATE KEY-----\nAAAA`;
    expect(await Promise.all([
      accept(cy, secret), cy.peer.call('contacts.readInvitation', { link: secret }), cy.peer.call('contacts.saveInvitation', { link: secret, path: 'x' }), cy.peer.call('mailbox.register', { registration: secret }),
    ].map(codeOf))).toEqual(['key.private', 'key.private', 'key.private', 'key.private']);
    // In the middle of other words it is found.
    const { peerId } = await ann.peer.call('identity.get');
    for (const text of [`${link}!`, `Hello,\n<${link}> is for you`]) expect(await cy.peer.call('contacts.readInvitation', { link: text })).toMatchObject({ peerId });
    for (const text of [`${link}A`, `${link}AA`, link.slice(0, -1), link.slice(0, -2)]) expect(['invitation.altered', 'invitation.garbled']).toContain(await codeOf(accept(cy, text)));
    // Each single character of the secret, the expiry and the checksum changed.
    for (let at = prefix.length + 70; at < link.length - 1; at += 1) {
      const other = link[at] === 'A' ? 'B' : 'A';
      expect(['invitation.altered', 'invitation.garbled']).toContain(await codeOf(accept(cy, link.slice(0, at) + other + link.slice(at + 1))));
    }
    const at = link.length - 4;
    expect(await codeOf(accept(cy, link.slice(0, at) + (link[at] === 'A' ? 'B' : 'A') + link.slice(at + 1)))).toBe('invitation.altered');
    expect(await codeOf(accept(cy, await linkTo({ expiresAt: Math.floor(Date.now() / 1000) * 1000 - 1000 })))).toBe('invitation.expired');
    expect(await codeOf(accept(ann, await linkTo()))).toBe('invitation.own');
    expect(await cy.peer.call('contacts.list')).toEqual([]);
    await accept(cy, (await ann.peer.call('contacts.createInvitation')).link);
    expect(await codeOf(accept(cy, link))).toBe('invitation.already-accepted'); // another link of the same person
    await cy.peer.until('an answer', async () => (await cy.peer.call('contacts.list'))[0]?.pending === false);
    expect(await codeOf(accept(cy, link))).toBe('invitation.already-accepted');
    expect(connections).toBe(0);
    // The witness does see whoever is allowed to connect.
    const dan = await newcomer('Dan');
    await accept(dan, link);
    await dan.peer.until('a connection', () => connections > 0);
    expect(await dan.peer.call('contacts.list')).toMatchObject([{ pending: true, keyEpoch: 0, reach: 'waiting', who: 'unchecked', checked: false, vouchedBy: [] }]);
  }, 60_000);

  it('a link may come wrapped, with white space and in angle brackets', async () => {
    const eve = await newcomer('Eve');
    const { link } = await bo.peer.call('contacts.createInvitation');
    const { contactId } = await accept(eve, `  <${link.slice(0, 40)}\r\n  ${link.slice(40)}>\n`);
    await eve.peer.until('an answer', async () => (await eve.peer.call('contacts.list')).some((contact) => contact.contactId === contactId && !contact.pending));
  }, 60_000);

  it('accepting answers at once with a pending contact, to whom one can write; the inviter adds without asking, and it arrives', async () => {
    const inviter = await newcomer('Inviter');
    const invitee = await newcomer('Invitee');
    const { link } = await inviter.peer.call('contacts.createInvitation');
    await inviter.peer.end();
    const { contactId } = await accept(invitee, link);
    expect(await invitee.peer.call('contacts.list')).toMatchObject([{ contactId, pending: true }]);
    expect(await codeOf(invitee.peer.call('contacts.safetyNumber', { contactId }))).toBe('contact.pending');
    expect(await codeOf(invitee.peer.call('contacts.setChecked', { contactId, checked: true }))).toBe('contact.pending');
    const { conversationId } = await invitee.peer.call('conversations.open', { contactId, title: ' Trip ' });
    for (const text of ['one', 'two', 'three']) await invitee.peer.call('messages.send', { conversationId, text });
    const queued = await invitee.peer.call('messages.list', { conversationId });
    expect(queued.map(({ state, waitingFor, keyEpoch }) => [state, waitingFor, keyEpoch])).toEqual(Array.from({ length: 3 }, () => ['queued', 'acceptance', 0]));
    expect(await invitee.peer.call('keys.status', { conversationId })).toMatchObject({ kek: null, sending: null, receiving: [], history: [] });

    await inviter.restart();
    await inviter.peer.until('three messages', () => toldOf(inviter.peer, 'message.received').length === 3, 60_000);
    expect(toldOf(inviter.peer, 'contact.request')).toEqual([]);
    expect(await inviter.peer.call('contacts.requests')).toEqual([]);
    const [contact] = await inviter.peer.call('contacts.list');
    expect(contact).toMatchObject({ name: 'Invitee', pending: false, keyEpoch: 1, permissions: { message: true, openConversation: true } });
    const [conversation] = await inviter.peer.call('conversations.list');
    expect(conversation).toMatchObject({ title: 'Trip', state: 'open', unread: 3, contactId: contact?.contactId });
    expect(await texts(inviter.peer, conversation?.conversationId ?? '', 'in')).toEqual(['one', 'two', 'three']);
    await invitee.peer.until('delivered', async () => (await waiting(invitee, conversationId)).every((reason) => reason === undefined));
    const states = toldOf(invitee.peer, 'message.state');
    for (const { messageId } of queued) {
      const told = states.filter((event) => event.messageId === messageId);
      expect(told.at(-1)).toMatchObject({ state: 'delivered' });
      expect(told.at(-1)).not.toHaveProperty('waitingFor');
      expect(told.length).toBeGreaterThan(1);
    }
    // The window's clock and a script's may differ: what was marked read is.
    await inviter.peer.call('conversations.markRead', { conversationId: conversation?.conversationId ?? '' });
    expect((await inviter.peer.call('conversations.list'))[0]?.unread).toBe(0);
  }, 90_000);

  it('a refusal that comes later ends the pending contact with a reason; what waited says so', async () => {
    const late = await newcomer('Late');
    const early = await newcomer('Early');
    const { link } = await bo.peer.call('contacts.createInvitation');
    await accept(early, link);
    await early.peer.until('an answer', async () => (await early.peer.call('contacts.list'))[0]?.pending === false);
    await bo.peer.until('a session', async () => (await bo.peer.call('network.status')).sessions.length > 0);
    const { contactId } = await accept(late, link);
    // The refusal may be sooner than the words.
    const opened = await late.peer.call('conversations.open', { contactId }).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'contact.ended' });
      return undefined;
    });
    if (opened) await late.peer.call('messages.send', { ...opened, text: 'too late' }).catch(() => undefined);
    await late.peer.until('the end', async () => (await late.peer.call('contacts.list'))[0]?.ended === 'invitation.used');
    if (opened) {
      expect(await waiting(late, opened.conversationId)).toSatisfy((reasons: unknown[]) => reasons.every((reason) => reason === 'ended'));
      expect(await codeOf(late.peer.call('messages.send', { ...opened, text: 'x' }))).toBe('contact.ended');
    }
    expect(await codeOf(late.peer.call('conversations.open', { contactId }))).toBe('contact.ended');
    expect((await bo.peer.call('contacts.list')).map(({ name }) => name)).not.toContain('Late');
  }, 90_000);

  it('S5-23: requests come from cards and keys only, once each, and an accepted one is a contact on both sides', async () => {
    const asker = await newcomer('Asker');
    const asked = await newcomer('Asked');
    const { text } = await asked.peer.call('identity.exportPublic', { format: 'card' });
    const { contactId } = await asker.peer.call('contacts.importKey', { text: `Hello,\n\nhere it is:\n${text}\nBye` });
    expect(await codeOf(asker.peer.call('contacts.importKey', { text }).then(({ contactId: same }) => expect(same).toBe(contactId)))).toBe('no error'); // asked again, the same contact
    await asked.peer.until('a request', () => toldOf(asked.peer, 'contact.request').length > 0);
    const requests = await asked.peer.call('contacts.requests');
    expect(requests).toMatchObject([{ name: 'Asker', via: 'card', peerId: (await asker.peer.call('identity.get')).peerId }]);
    expect(toldOf(asked.peer, 'contact.request')).toEqual([{ type: 'contact.request', ...requests[0] }]);
    expect(await asked.peer.call('contacts.list')).toEqual([]);
    await asked.peer.call('contacts.answerRequest', { requestId: requests[0]?.requestId ?? '', accept: true });
    expect(await codeOf(asked.peer.call('contacts.answerRequest', { requestId: requests[0]?.requestId ?? '', accept: true }))).toBe('request.unknown');
    await asker.peer.until('an answer', async () => (await asker.peer.call('contacts.list'))[0]?.pending === false);
    expect(await asked.peer.call('contacts.requests')).toEqual([]);
    expect(await asked.peer.call('contacts.list')).toMatchObject([{ name: 'Asker', pending: false }]);
    expect(await codeOf(asker.peer.call('contacts.importKey', { text }))).toBe('key.already-known');
    expect(await codeOf(asked.peer.call('contacts.importKey', { text }))).toBe('key.own');

    const other = await newcomer('Other');
    const pem = (await asker.peer.call('identity.exportPublic', { format: 'pem' })).text;
    expect(pem).toMatch(/^-----BEGIN CERTIFICATE-----/);
    await other.peer.call('contacts.importKey', { text: pem });
    expect(await other.peer.call('contacts.list')).toMatchObject([{ name: 'Asker', pending: true }]);
    expect(await codeOf(other.peer.call('contacts.importKey', { text: pem }))).toBe('key.already-known');
    expect(await codeOf(other.peer.call('contacts.importKey', { text: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----' }))).toBe('key.private');
    expect(await codeOf(other.peer.call('contacts.importKey', { text: pem.replace(/.{10}\n-----END/, 'AAAAAAAAAA\n-----END') }))).toMatch(/^key\.(?:garbled|unacceptable)$/);
    // Both want it: no question.
    await asker.peer.call('contacts.importKey', { text: (await other.peer.call('identity.exportPublic', { format: 'card' })).text });
    await asker.peer.until('both', async () => (await asker.peer.call('contacts.list')).every(({ pending }) => !pending));
    expect(toldOf(other.peer, 'contact.request')).toEqual([]);
  }, 90_000);

  describe('between two who know each other', () => {
    let ofAnn: string;
    let ofBo: string;
    let atAnn: string;

    beforeAll(async () => {
      // Each other's announcements on loopback would make of direct connections some of this network.
      for (const { peer } of [ann, bo]) await peer.call('settings.set', { findOnNetwork: false });
      ({ ofInvitee: ofBo, ofInviter: ofAnn } = await introduce(ann, bo));
    }, 60_000);

    it('S1-03 S1-41: no conversation exists before it is opened or a message arrives; a title is shared; newest activity comes first', async () => {
      expect((await ann.peer.call('conversations.list')).filter(({ contactId }) => contactId === ofBo)).toEqual([]);
      expect((await bo.peer.call('conversations.list')).filter(({ contactId }) => contactId === ofAnn)).toEqual([]);
      const first = await ann.peer.call('conversations.open', { contactId: ofBo, title: 'First' });
      const second = await ann.peer.call('conversations.open', { contactId: ofBo });
      expect(first.conversationId).not.toBe(second.conversationId);
      await ann.peer.call('messages.send', { conversationId: first.conversationId, text: 'in the first' });
      expect((await ann.peer.call('conversations.list')).slice(0, 2).map(({ conversationId }) => conversationId)).toEqual([first.conversationId, second.conversationId]);
      await bo.peer.until('the message', async () => (await bo.peer.call('conversations.list')).some(({ title, unread }) => title === 'First' && unread === 1));
      atAnn = second.conversationId;
    }, 60_000);

    it('checking is a separate fact, and the numbers of both sides agree', async () => {
      const [one, two] = await Promise.all([ann.peer.call('contacts.safetyNumber', { contactId: ofBo }), bo.peer.call('contacts.safetyNumber', { contactId: ofAnn })]);
      expect(one).toEqual(two);
      const bos = async () => (await ann.peer.call('contacts.list')).find(({ contactId }) => contactId === ofBo);
      expect(await bos()).toMatchObject({ who: 'unchecked', checked: false, vouchedBy: [], reach: expect.stringMatching(/^(direct|lan)$/) });
      await ann.peer.call('contacts.setChecked', { contactId: ofBo, checked: true });
      expect(await bos()).toMatchObject({ who: 'checked', checked: true, vouchedBy: [] });
      await ann.peer.call('contacts.setChecked', { contactId: ofBo, checked: false });
      expect(await bos()).toMatchObject({ who: 'unchecked', checked: false });
    });

    it('text may have 40 KiB of UTF-8 and not a byte more, whatever it is made of', async () => {
      const limit = 40 * kibibyte;
      const fitting = ['a'.repeat(limit), 'é'.repeat(limit / 2), `${'€'.repeat((limit - 1) / 3)}b`, '🦊'.repeat(limit / 4), `${'\u0000'.repeat(limit - 3)}end`];
      for (const text of fitting) {
        expect(Buffer.byteLength(text)).toBe(limit);
        await ann.peer.call('messages.send', { conversationId: atAnn, text });
        const refused = await ann.peer.ask('messages.send', { conversationId: atAnn, text: `${text}!` });
        expect(refused.error).toMatchObject({ code: -32_000, data: { code: 'message.too-long', facts: { limit } } });
      }
      expect((await ann.peer.ask('messages.send', { conversationId: atAnn, text: 'x'.repeat(3_000_000) })).error?.data.code).toBe('message.too-long');
      expect((await ann.peer.ask('messages.send', { conversationId: atAnn, text: ' \n\t' })).error?.data.code).toBe('message.empty');
      await ann.peer.call('messages.send', { conversationId: atAnn, text: 'half \ud83e of a fox' });
      const arrived = () => toldOf(bo.peer, 'message.received').map(({ message }) => message.text);
      await bo.peer.until('all of them', () => arrived().includes('half \ufffd of a fox'));
      expect(arrived().slice(-6, -1)).toEqual(fitting);
      expect(await texts(ann.peer, atAnn, 'out')).toEqual([...fitting, 'half \ufffd of a fox']); // both keep the same text
    }, 60_000);

    it('pages: the newest 50 or as many as asked for, oldest first, before a message and without it', async () => {
      const { conversationId } = await ann.peer.call('conversations.open', { contactId: ofBo, title: 'Pages' });
      const sent: string[] = [];
      for (let n = 0; n < 120; n += 1) sent.push((await ann.peer.call('messages.send', { conversationId, text: `${n}` })).messageId);
      const page = async (options: object) => (await ann.peer.call('messages.list', { conversationId, ...options })).map(({ messageId }) => messageId);
      expect(await page({})).toEqual(sent.slice(-50));
      expect(await page({ limit: 1 })).toEqual(sent.slice(-1));
      expect(await page({ limit: 500 })).toEqual(sent);
      expect(await page({ before: sent[60] ?? '' })).toEqual(sent.slice(10, 60));
      expect(await page({ before: sent[3] ?? '', limit: 2 })).toEqual(sent.slice(1, 3));
      expect(await page({ before: sent[0] ?? '' })).toEqual([]);
      for (const limit of [0, 501, -1, 1.5]) expect((await ann.peer.ask('messages.list', { conversationId, limit })).error?.data.code).toBe('input.invalid');
      expect((await ann.peer.ask('messages.list', { conversationId: atAnn, before: sent[0] })).error?.data.code).toBe('message.unknown');

      // Incoming ones in the order they were delivered, among own ones of the meantime.
      await bo.peer.until('all of them', async () => (await bo.peer.call('conversations.list')).some(({ title, unread }) => title === 'Pages' && unread === 120));
      const there = (await bo.peer.call('conversations.list')).find(({ title }) => title === 'Pages')?.conversationId ?? '';
      expect(await texts(bo.peer, there, 'in')).toEqual(Array.from({ length: 120 }, (_, n) => `${n}`));
      const received = await bo.peer.call('messages.list', { conversationId: there, limit: 500 });
      expect(received.map(({ sequence }) => sequence)).toEqual(received.map(({ sequence }) => sequence).toSorted((a, b) => a - b));
      expect(received.every(({ direction, receivedAt, state, instanceId }) => direction === 'in' && receivedAt !== undefined && state === 'delivered' && /^[0-9a-f]{32}$/.test(instanceId as InstanceId))).toBe(true);
    }, 60_000);

    it('keys.shift is refused only by the hourly limit, and says when', async () => {
      const { conversationId } = await ann.peer.call('conversations.open', { contactId: ofBo, title: 'Many keys' });
      const first = (await ann.peer.call('keys.status', { conversationId })).sending?.epoch ?? 0;
      let shifts = 0;
      for (;;) {
        const answer = await ann.peer.ask('keys.shift', { conversationId });
        if (answer.error !== undefined) {
          expect(answer.error).toMatchObject({ code: -32_000, data: { code: 'keys.too-often' } });
          const retryAt = Number(answer.error.data.facts?.['retryAt']);
          expect(retryAt).toBeGreaterThan(Date.now() + 50 * 60_000);
          expect(retryAt).toBeLessThanOrEqual(Date.now() + 60 * 60_000);
          break;
        }
        shifts += 1;
        expect(answer.result).toEqual({ epoch: first + shifts });
        if (shifts > 200) throw new Error('no limit');
      }
      expect(shifts).toBeGreaterThanOrEqual(50);
      // The limit is one conversation's, and writing goes on.
      await ann.peer.call('messages.send', { conversationId, text: 'after many keys' });
      await bo.peer.until('the message', () => toldOf(bo.peer, 'message.received').some(({ message }) => message.text === 'after many keys'));
      await ann.peer.call('keys.shift', { conversationId: atAnn });
      const status = await ann.peer.call('keys.status', { conversationId });
      expect(status.history.filter(({ reason }) => reason === 'hand').at(-1)).toMatchObject({ who: 'you', to: first + shifts });
      expect(JSON.stringify(status)).not.toMatch(/[0-9a-f]{33,}/); // shortened ids and an instance, never key bytes
      const pendingShift = await newcomer('Pending');
      const { contactId } = await accept(pendingShift, await linkTo());
      const early = await pendingShift.peer.call('conversations.open', { contactId });
      expect(await pendingShift.peer.call('keys.shift', { conversationId: early.conversationId })).toEqual({ epoch: 1 });
    }, 90_000);

    it('network and events tell of the connection, in the shapes they keep', async () => {
      const { listening, sessions } = await ann.peer.call('network.status');
      expect(listening).toEqual(ann.peer.listening);
      expect(sessions.find(({ contactId }) => contactId === ofBo)).toMatchObject({ handedOver: false, via: 'direct' });
      expect(await ann.peer.call('network.status')).toMatchObject({ announced: listening });
      const near = await ann.peer.call('network.reach', { contactId: ofBo });
      expect(near).toMatchObject({ connected: true, trying: false, failures: 0, advice: [] });
      expect(near.tries).toMatchObject([{ address: bo.peer.listening[0], via: 'direct' }]);
      expect(near.tries[0]?.instanceId).toBe(sessions.find(({ contactId }) => contactId === ofBo)?.instanceId);
      const before = ann.peer.events.length;
      await bo.peer.end();
      await ann.peer.until('the end', () => ann.peer.events.slice(before).some((event) => event.type === 'session.changed' && !event.connected && event.contactId === ofBo));
      const { messageId } = await ann.peer.call('messages.send', { conversationId: atAnn, text: 'while you are away' });
      expect((await ann.peer.call('messages.list', { conversationId: atAnn, limit: 1 }))[0]).toMatchObject({ messageId, state: 'queued', waitingFor: 'connection' });
      const calls = ann.peer.events.length;
      await ann.peer.call('network.tryNow', { contactId: ofBo });
      await ann.peer.until('the report', async () => (await ann.peer.call('network.reach', { contactId: ofBo })).tries[0]?.outcome === 'refused');
      const away = await ann.peer.call('network.reach', { contactId: ofBo });
      expect(away).toMatchObject({ connected: false, reach: 'waiting' });
      expect(away.advice).toEqual(expect.arrayContaining(['ask-to-open', 'carry-by-file']));
      await ann.peer.until('the word', () => ann.peer.events.slice(calls).some((event) => event.type === 'network.changed'));
      await bo.restart();
      await ann.peer.until('delivered', () => toldOf(ann.peer, 'message.state').some((event) => event.messageId === messageId && event.state === 'delivered'), 90_000);
      expect(await texts(bo.peer, (await bo.peer.call('conversations.list'))[0]?.conversationId ?? '', 'in')).toContain('while you are away');
    }, 120_000);

    it('a blocked contact: nothing can be sent or opened, what waited says so, and unblocking heals it', async () => {
      await ann.peer.call('contacts.block', { contactId: ofBo });
      expect((await ann.peer.call('contacts.list')).find(({ contactId }) => contactId === ofBo)?.reach).toBe('blocked');
      expect(await codeOf(ann.peer.call('messages.send', { conversationId: atAnn, text: 'no' }))).toBe('contact.blocked');
      expect(await codeOf(ann.peer.call('conversations.open', { contactId: ofBo }))).toBe('contact.blocked');
      expect(await codeOf(ann.peer.call('keys.shift', { conversationId: atAnn }))).toBe('contact.blocked');
      await ann.peer.call('contacts.block', { contactId: ofBo, blocked: false });
      const { messageId } = await ann.peer.call('messages.send', { conversationId: atAnn, text: 'friends again' });
      await ann.peer.until('delivered', () => toldOf(ann.peer, 'message.state').some((event) => event.messageId === messageId && event.state === 'delivered'), 60_000);
    }, 90_000);
  });
});

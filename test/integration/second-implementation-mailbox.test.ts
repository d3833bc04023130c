import { createPrivateKey } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cat, lp, u8 } from '../second/bytes.mjs';
import { fromCardText, makeCard, readCard, readMailboxes, writeMailboxes } from '../second/card.mjs';
import { random } from '../second/crypto.mjs';
import { makeCardDeposit, makeDeposit, makeFile } from '../second/deposit.mjs';
import { Box, changedRegistration, deposit, deviceKey, readRegistration } from '../second/mailbox.mjs';
import { Peer } from '../second/peer.mjs';
import { identityKey, Person, toOf } from '../second/person.mjs';
import { Talk } from '../second/talk.mjs';
import { RpcError, type HeadlessPeer } from '../support/headless-peer';
import { lies } from '../support/mailbox-people';
import { HostedMailbox, onServer } from '../support/nats-server';
import { readyKeys } from '../support/rsa-keys';
import { newPerson, temporaryFolder, texts } from '../support/two-peers';

onServer('a mailbox on a real server, between a real headless peer and one that was written from the document', () => {
  const folder = temporaryFolder();
  const seed = random(32);
  let host: HostedMailbox;
  let hedda: HeadlessPeer;
  let apart: InstanceType<typeof Peer>;
  let box: InstanceType<typeof Box>;
  let registration = '';

  beforeAll(async () => {
    host = await HostedMailbox.start({ tls: true });
    hedda = (await newPerson(folder.path, 'hedda')).peer;
    registration = await host.register((await hedda.call('mailbox.status')).deviceKey);
    const [key = ''] = readyKeys(1);
    apart = new Peer(new Person({ name: 'Apart', key: identityKey(1, createPrivateKey(key)) }));
    box = new Box(readRegistration(await host.register(deviceKey(seed))), seed);
    await box.open();
  }, 60_000);
  afterAll(async () => {
    box.close();
    await hedda.end();
    await host.close();
    folder.release();
  });

  const refusal = (call: Promise<unknown>) => call.then(() => 'done', (error: unknown) => (error instanceof RpcError ? error.code : String(error)));
  const register = (text: string) => refusal(hedda.call('mailbox.register', { registration: text }));
  const cardOf = async () => readCard(fromCardText((await hedda.call('identity.exportPublic', { format: 'card' })).text), { now: Date.now() });
  const placeIn = (card: { sections: { type: number; body: Buffer }[] }) => readMailboxes(card.sections.find(({ type }) => type === 16)?.body ?? Buffer.of(0))[0];
  /** What lies in the own mailbox, taken out and opened; cards first. */
  const taken = async () => {
    const found: Buffer[] = [];
    for (let mail = await box.pull(); mail; mail = await box.pull()) {
      found.push(mail.bytes);
      mail.ack();
    }
    return found;
  };

  it('S1-01: a registration is taken as the document has it, and no other', async () => {
    const read = readRegistration(registration);
    expect(read).toMatchObject({ key: (await hedda.call('mailbox.status')).deviceKey, slots: [{}, {}] });
    const wrong: Record<string, (told: Record<string, unknown>) => object> = {
      'another member': (told) => ({ ...told, x: 1 }), 'a later version': (told) => ({ ...told, v: 2 }), 'no server': (told) => ({ ...told, s: [] }), 'four servers': (told) => ({ ...told, s: Array(4).fill((told['s'] as string[])[0]) }),
      'another kind of server': (told) => ({ ...told, s: ['http://127.0.0.1:1'] }), 'an address cut short': (told) => ({ ...told, a: String(told['a']).slice(1) }),
    };
    for (const [name, change] of Object.entries(wrong)) expect([name, await register(changedRegistration(registration, change))]).toEqual([name, 'mailbox.registration-garbled']);
    expect(await register(`${registration.slice(0, -4)}AAAA`)).toBe('mailbox.registration-garbled');
    expect(await register(await host.register(deviceKey(random(32))))).toBe('mailbox.other-device');
    expect(await register(changedRegistration(registration, (told: Record<string, unknown>) => ({ ...told, e: Math.floor(Date.now() / 1_000) - 1 })))).toBe('mailbox.registration-expired');
    expect(await register(registration)).toBe('done');
    await hedda.until('it takes mail', async () => (await hedda.call('mailbox.status')).state === 'connected');
  });

  it('S1-01 A22: somebody who was never met asks, writes, is accepted and answered, by mailboxes alone; what is nothing is taken for nothing', async () => {
    const card = await cardOf();
    const place = placeIn(card);
    apart.contact = { chain: card.chain, addresses: [] };
    apart.talk = new Talk(apart.person, apart.contact);
    const { person, talk } = apart;
    const own = makeCard({ chain: person.chainBytes, time: Date.now(), addresses: [], signingSeed: person.signingSeed, history: undefined, behind: cat(u8(16), lp(writeMailboxes([box.place(0)]))) });
    const to = toOf(card.chain);
    const asks = makeCardDeposit({ card: own, wantsAnswer: true, signingSeed: person.signingSeed, to, proof: undefined, verdict: undefined, contentKey: undefined, coins: undefined });
    const { dialog } = talk.open('By mailbox');
    talk.send(dialog, { type: 'text', text: 'Are you there?' });
    const letters = talk.unacknowledged().map((message: Buffer) => makeDeposit({ chain: person.chainBytes, message, signingSeed: person.signingSeed, to, contentKey: undefined, coins: undefined }));

    expect(await deposit(place, letters[0], { slot: 'f'.repeat(16) })).toBe('refused');
    expect(await deposit(place, letters[0], { address: 'f'.repeat(32) })).toBe('refused');
    expect(await deposit(place, random(5_000))).toBe('stored');
    expect(await deposit(place, Buffer.concat([asks.subarray(0, -1), Buffer.of((asks.at(-1) ?? 0) ^ 1)]))).toBe('stored');
    const id = random(16).toString('hex');
    expect(await deposit(place, asks, { id })).toBe('stored');
    expect(await deposit(place, asks, { id })).toBe('duplicate');
    for (const letter of [...letters, ...letters]) expect(await deposit(place, letter)).toBe('stored');

    await hedda.until('asked', async () => (await hedda.call('contacts.requests')).length === 1, 10_000);
    const [request] = await hedda.call('contacts.requests');
    expect(request?.name).toBe('Apart');
    await hedda.call('contacts.answerRequest', { requestId: request?.requestId ?? '', accept: true });
    await hedda.until('a conversation', async () => (await hedda.call('conversations.list'))[0]?.unread === 1, 10_000);
    const conversationId = (await hedda.call('conversations.list'))[0]?.conversationId ?? '';
    expect(await texts(hedda, conversationId, 'in')).toEqual(['Are you there?']);
    await hedda.call('messages.send', { conversationId, text: 'I am, now' });
    await hedda.until('left', async () => (await hedda.call('messages.list', { conversationId })).every(({ direction, state, way }) => direction === 'in' || (state === 'sent' && way === 'mailbox')), 10_000);

    apart.openFile(makeFile(await taken()));
    const answers = apart.cards.at(-1);
    expect(answers.chain.peerId).toBe(card.chain.peerId);
    expect(talk.delivered.map(({ text }: { text: string }) => text)).toEqual(['I am, now']);
    expect(talk.unacknowledged()).toEqual([]);
    expect(await box.pull()).toBeUndefined();

    // From now on into the slot that hedda gave this contact, and acknowledged the same way.
    const slot = placeIn(answers);
    expect(slot.slot).not.toEqual(place.slot);
    const acknowledgement = talk.acknowledge(dialog, card.chain.instanceId);
    for (const message of [acknowledgement, talk.send(dialog, { type: 'text', text: 'Good' })]) {
      expect(await deposit(slot, makeDeposit({ chain: person.chainBytes, message, signingSeed: person.signingSeed, to, contentKey: undefined, coins: undefined }))).toBe('stored');
    }
    await hedda.until('delivered', async () => (await texts(hedda, conversationId, 'in')).length === 2);
    await hedda.until('acknowledged', async () => (await hedda.call('messages.list', { conversationId })).every(({ direction, state }) => direction === 'in' || state === 'delivered'));
    await hedda.until('acknowledged here', async () => {
      const found = await taken();
      if (found.length > 0) apart.openFile(makeFile(found));
      return talk.unacknowledged().length === 0;
    });
    // What was nothing is out of there, too.
    await hedda.until('empty', async () => (await lies(host)).messages === 0);
  });
});

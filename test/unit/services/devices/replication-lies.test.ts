import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeTopic } from '../../../../electron/services/devices/topics';
import { messageKey } from '../../../../electron/services/replication/kinds/values';
import type { Fact } from '../../../../electron/services/replication/replica';
import { signFact } from '../../../../electron/services/replication/signed-facts';
import { encodeWords } from '../../../../electron/services/replication/words';
import { Writer } from '../../../../electron/engine/wire/writer';
import type { InstanceId } from '../../../../electron/engine/ids';
import { acquaint, createWorld, type Resident, toldOf, type World } from '../../../support/services-kit';

describe('what a stolen device of one’s own says of messages that are yet to come', () => {
  let world: World;
  let desk: Resident;
  let laptop: Resident;
  let bob: Resident;
  let atBobs = '';

  beforeEach(async () => {
    world = createWorld();
    desk = await world.move('Ada');
    bob = await world.move('Bob');
    const { ofInviter } = await acquaint(world, desk, bob);
    const { conversationId } = await desk.conversations.open({ contactId: ofInviter, title: 'Tea' });
    await desk.messages.send({ conversationId, text: 'Milk?' });
    await world.until('it at Bob’s', () => bob.profile.stores.conversations.list()[0]?.preview === 'Milk?');
    atBobs = bob.profile.stores.conversations.list()[0]?.conversationId ?? '';
    laptop = await world.link(desk, 'Ada’s laptop');
    await world.until('all in step', () => laptop.profile.devices.replica.isReady && laptop.profile.devices.replica.behind(idOf(desk)) === 0);
    await world.until('all connected', () => laptop.profile.connections.sessions().length > 0);
    await world.pass(5_000);
  });
  afterEach(() => world.close());

  const idOf = ({ profile }: Resident): InstanceId => profile.local.instanceId;
  const heard = (): number => laptop.profile.stores.replica.heard().get(idOf(desk)) ?? 0;
  /** Words from the desk, past everything that would not say them. */
  const inject = async (kind: string, key: string, value: Uint8Array): Promise<void> => {
    const { peerId, instance: { signing } } = desk.profile.local;
    const fact: Fact = { author: idOf(desk), number: heard() + 1, stamp: 2 ** 52, kind, key, value };
    const words = encodeWords({ type: 'facts', author: idOf(desk), signingKey: signing.publicKey, after: heard(), upTo: fact.number, facts: [signFact(desk.crypto, peerId, signing, fact)] });
    desk.profile.devices.siblings.sessions()[0]?.send([{ kind: 'sibling', bytes: encodeTopic('replica', words) }]);
    await world.pass(100);
  };
  const message = (direction: 0 | 1, text: string, { shown = world.clock.now() * 4_096, sentAt = world.clock.now() } = {}): Uint8Array =>
    new Writer().u8(direction).u8(0).text(text).u64(sentAt).u64(shown).u8(1).u32(1).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).finish();
  const conversation = () => {
    const [row] = laptop.profile.stores.conversations.list();
    if (row === undefined) throw new Error('there is one');
    return row;
  };
  const texts = (): readonly string[] => laptop.profile.stores.messages.page(conversation().conversationId, undefined, 100).map(({ text }) => text);

  it('S4-31 A75: a message the contact really sends is shown as the contact wrote it, whatever was told of its place before', async () => {
    await inject('message', messageKey({ ...conversation(), instanceId: idOf(bob) }, 1), message(0, 'Send me money'));
    expect(texts()).toEqual(['Milk?', 'Send me money']);
    desk.mute = true;
    desk.profile.leave();
    await bob.messages.send({ conversationId: atBobs, text: 'No, thanks.' });
    for (let tries = 0; tries < 100 && !texts().includes('No, thanks.'); tries += 1) await world.pass(100);
    expect(texts()).toEqual(['Milk?', 'No, thanks.']);
  });

  it('S4-31 A75: nothing can be put where this device’s own next message will stand', async () => {
    await inject('message', messageKey({ ...conversation(), instanceId: idOf(laptop) }, 1), message(1, 'I give up'));
    expect(texts()).toEqual(['Milk?']);
    await laptop.messages.send({ conversationId: conversation().conversationId, text: 'Lemon?' });
    expect(texts()).toEqual(['Milk?', 'Lemon?']);
  });

  it('S4-31 A75: a time beyond all times leaves room for what comes after it', async () => {
    await inject('message', messageKey({ ...conversation(), instanceId: idOf(desk) }, 7), message(1, 'the end of time', { shown: Number.MAX_SAFE_INTEGER }));
    await laptop.messages.send({ conversationId: conversation().conversationId, text: 'Lemon?' });
    await bob.messages.send({ conversationId: atBobs, text: 'Yes.' });
    for (let tries = 0; tries < 100 && !texts().includes('Yes.'); tries += 1) await world.pass(100);
    expect(texts()).toEqual(expect.arrayContaining(['Milk?', 'Lemon?', 'Yes.']));
    laptop.reopen();
    for (const { messageId } of laptop.profile.stores.messages.page(conversation().conversationId, undefined, 100)) {
      expect(await laptop.messages.list({ conversationId: conversation().conversationId, before: messageId })).toBeDefined();
    }
    expect(Number.isNaN(new Date((await laptop.messages.list({ conversationId: conversation().conversationId })).at(-1)?.sentAt ?? NaN).getTime())).toBe(false);
  });

  it('S4-32: what waits for somebody who is met here is tried again, though no other device says anything more', async () => {
    const carol = await world.move('Carol');
    const { peerId } = carol.profile.local;
    await inject('block', peerId, new Writer().u16(1).fixed(new Uint8Array(16).fill(7)).u16(0).finish());
    desk.profile.leave();
    await acquaint(world, laptop, carol);
    expect(laptop.profile.stores.contacts.byPeer(peerId)?.blocked).toBe(false);
    await world.pass(61_000, 500);
    expect(laptop.profile.stores.contacts.byPeer(peerId)?.blocked).toBe(true);
  });

  it('S4-31 A75: a conversation is ended by nobody in another device’s name', async () => {
    const { peerId, dialogId } = conversation();
    const failed = (by: InstanceId) => new Writer().u8(1).fixed(Buffer.from(by, 'hex')).u64(world.clock.now()).text('key-reused').finish();
    await inject('failed', `${peerId}/${dialogId}`, failed(idOf(laptop)));
    expect(conversation().state).toBe('open');
    await inject('failed', `${peerId}/${dialogId}`, failed(idOf(desk)));
    expect(conversation().state).toBe('failed');
  });

  it('S4-31: clients hear that messages stand elsewhere when one comes that another device showed before others', async () => {
    const before = toldOf(laptop, 'messages.moved').length;
    await inject('message', messageKey({ ...conversation(), instanceId: idOf(desk) }, 7), message(1, 'last'));
    expect(toldOf(laptop, 'messages.moved').length).toBe(before);
    await inject('message', messageKey({ ...conversation(), instanceId: idOf(desk) }, 6), message(1, 'first', { shown: 1_000 * 4_096 }));
    expect(texts()).toEqual(['first', 'Milk?', 'last']);
    expect(toldOf(laptop, 'messages.moved').at(-1)).toEqual({ type: 'messages.moved', conversationId: conversation().conversationId });
    expect(toldOf(laptop, 'messages.moved').length).toBe(before + 1);
  });
});

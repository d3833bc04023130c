import { afterEach, beforeEach, expect, it } from 'vitest';
import { rotateLocalRecord } from '../../../electron/engine/certificates/rotation';
import { acquaint, createWorld, type Resident, toldOf, type World } from '../../support/services-kit';

let world: World;
let ada: Resident;
let bob: Resident;
beforeEach(async () => {
  world = createWorld();
  ada = await world.move('Ada');
  bob = await world.move('Bob');
});
afterEach(() => world.close());
const texts = (at: Resident) => toldOf(at, 'message.received').map(({ message }) => message.text);

it('S5-34 S1-48: twice another name while the contact is away for a month: what waited both ways opens, also what was locked to a key that went early', async () => {
  const { ofInviter, ofInvitee } = await acquaint(world, ada, bob);
  const here = (await ada.conversations.open({ contactId: ofInviter, title: 'Tea' })).conversationId;
  await ada.messages.send({ conversationId: here, text: 'hello' });
  await world.until('it', () => texts(bob).length === 1);
  bob.contacts.setChecked({ contactId: ofInvitee, checked: true });
  const there = bob.profile.stores.conversations.list()[0]?.conversationId ?? '';
  for (const each of [bob, ada]) {
    each.mute = true;
    each.onLink = (link) => link.destroy();
    each.reopen();
  }
  await bob.messages.send({ conversationId: there, text: 'under way to Ada' });
  await ada.messages.send({ conversationId: here, text: 'from Ada' });
  await world.pass(1_000);
  const rename = async (name: string) => {
    const record = ada.profile.stores.local.load();
    if (record) ada.become(await rotateLocalRecord(ada.crypto, record, world.clock.now(), 'routine', name));
  };
  await rename('Ada Lovelace');
  await ada.messages.send({ conversationId: here, text: 'from Ada Lovelace' });
  world.clock.wall += 60_000;
  await rename('Countess');
  await ada.messages.send({ conversationId: here, text: 'from the Countess' });
  for (let day = 0; day < 31; day += 1) {
    world.clock.wall += 86_400_000;
    for (const each of [ada, bob]) await each.renew();
  }
  for (const each of [ada, bob]) {
    each.mute = false;
    each.onLink = undefined;
    each.reopen();
  }
  await world.until('all of it', () => texts(ada).length === 1 && texts(bob).length === 4);
  expect(texts(ada)).toEqual(['under way to Ada']);
  expect(texts(bob)).toEqual(['hello', 'from Ada', 'from Ada Lovelace', 'from the Countess']);
  expect((await bob.contacts.list(undefined))[0]).toMatchObject({ name: 'Countess', checked: true, keyEpoch: 3 });
  expect(bob.profile.stores.conversations.list()[0]?.state).toBe('open');
}, 120_000);

import { afterEach, expect, it } from 'vitest';
import { away, back, RowsOf } from '../../../support/put-back';
import { acquaint, createWorld, type Resident, toldOf, type World } from '../../../support/services-kit';

let world: World;
afterEach(() => world.close());

const say = (from: Resident, text: string) => from.messages.send({ conversationId: from.profile.stores.conversations.list()[0]?.conversationId ?? '', text });
const heard = (by: Resident, text: string): boolean => toldOf(by, 'message.received').some(({ message }) => message.text === text);
const answersOf = (bob: Resident): number => toldOf(bob, 'key.shifted').filter(({ who, reason }) => who === 'you' && reason === 'compromise').length;

it('A38 A39: two copies of one profile that write by turns agree on one list after three turns, lose nothing, and make a key exchange key or two at each; a contact answers them ten times an hour', async () => {
  world = createWorld();
  const one = await world.move('Ada');
  const bob = await world.move('Bob');
  const { ofInviter } = await acquaint(world, one, bob);
  await one.conversations.open({ contactId: ofInviter, title: 'Tea' });
  await say(one, 'before');
  await world.until('before', () => heard(bob, 'before'));
  const rows = new RowsOf(one.db);
  const two = await world.move('Ada');
  two.profile.leave();
  rows.putBack(two.db);
  one.isCopy = two.isCopy = true;
  away(one);
  away(two);
  const spent: (readonly [signed: number, wrapped: number])[] = [];
  for (let turn = 0; turn < 16; turn += 1) {
    const [now, other] = turn % 2 === 0 ? [one, two] : [two, one];
    away(other);
    back(now);
    now.crypto.meter.reset();
    await say(now, `turn ${turn}`);
    await world.until('it arrives', () => heard(bob, `turn ${turn}`));
    await say(bob, `answer ${turn}`);
    await world.until('the answer arrives', () => heard(now, `answer ${turn}`));
    await world.pass(5_000, 100);
    const { rsaSign, kekWrap } = now.crypto.meter.read();
    spent.push([rsaSign, kekWrap]);
  }
  expect(toldOf(bob, 'message.received').map(({ message }) => message.text)).toEqual(['before', ...Array.from({ length: 16 }, (_none, turn) => `turn ${turn}`)]);
  expect(new Set([one, two].map(({ profile }) => Buffer.from(profile.local.list.hash).toString('hex'))).size).toBe(1);
  expect(spent.slice(3)).toEqual(Array.from({ length: 13 }, () => [0, 1]));
  expect(spent.slice(0, 3).map(([, wrapped]) => wrapped)).toEqual([0, 2, 2]);
  expect(answersOf(bob)).toBe(10);
}, 60_000);

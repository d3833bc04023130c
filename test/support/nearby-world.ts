import type { DiscoveryStatus, Meeting } from '../../shared/model/discovery';
import { openChannel } from '../../electron/engine/session/channel';
import type { NearbyNews } from '../../electron/engine/session/meeting-nearby';
import { askNearby, type MeetingTalk } from '../../electron/engine/session/meeting-talk';
import type { Resident, World } from './services-kit';

export function status(who: Resident): DiscoveryStatus {
  const given = who.discovery.status(undefined);
  if (given instanceof Promise) throw new Error('a status is known at once');
  return given;
}

export function meetingOf(who: Resident): Meeting | undefined {
  return status(who).meeting;
}

export function stepOf(who: Resident): Meeting['step'] | undefined {
  return meetingOf(who)?.step;
}

/** They look for each other, and have seen each other when this resolves. */
export async function search(world: World, ...people: readonly Resident[]): Promise<void> {
  const begun = Promise.all(people.map(async (person) => person.discovery.start(undefined)));
  begun.catch(() => undefined); // told to who awaits this
  await world.pass(260);
  await begun;
}

/** `who` asks `whom`, as they show themselves now. */
export function ask(who: Resident, whom: Resident): void {
  const person = status(who).people.find(({ name }) => name === status(whom).name);
  who.discovery.meet({ nearbyId: person?.nearbyId ?? '0'.repeat(32) });
}

/** Nobody looks any more. */
export function stop(...people: readonly Resident[]): void {
  for (const person of people) person.discovery.stop(undefined);
}

/** Asked, accepted: digits on both screens. */
export async function compare(world: World, who: Resident, whom: Resident): Promise<void> {
  ask(who, whom);
  await world.until('the question', () => stepOf(whom) === 'asked');
  whom.discovery.answer({ accept: true });
  await world.until('digits on both screens', () => stepOf(who) === 'compare' && stepOf(whom) === 'compare');
}

export async function meet(world: World, who: Resident, whom: Resident): Promise<void> {
  await compare(world, who, whom);
  who.discovery.confirm({ same: true });
  whom.discovery.confirm({ same: true });
  await world.until('both met', () => stepOf(who) === 'met' && stepOf(whom) === 'met');
}

export async function over(world: World, ...people: readonly Resident[]): Promise<(string | undefined)[]> {
  await world.until('the end', () => people.every((person) => stepOf(person) === 'ended'));
  return people.map((person) => meetingOf(person)?.reason);
}

/** A stranger's own question to somebody's address, with whatever words. */
export async function strangerAsks(world: World, stranger: Resident, whom: Resident, words: { by: string; wanted: string }): Promise<{ talk: MeetingTalk | undefined; news: NearbyNews[] }> {
  const news: NearbyNews[] = [];
  const { crypto, profile } = stranger;
  const link = await world.network.transport.dial(whom.address, 1_000);
  const opening = openChannel(crypto, world.clock, link, 'meet').catch(() => undefined);
  await world.pass(200);
  const channel = await opening;
  const parts = { crypto, local: profile.local, now: () => world.clock.now(), myAddresses: [], mayMeet: () => true, judge: () => undefined };
  const talk = channel && askNearby(channel, parts, words, (each) => void news.push(each));
  await world.pass(200);
  return { talk, news };
}

import { afterEach, beforeEach, expect } from 'vitest';
import type { LocalRecord } from '../../electron/engine/ports';
import { toHex } from '../../electron/engine/wire/encoding';
import { acquaint, createWorld, type Resident, toldOf, type World } from './services-kit';

// Two contacts, and who may have taken the key of one of them: what trials of new identity keys say of both.
export let world: World;
export let ann: Resident;
export let bo: Resident;
export let annAtBo: string;
export let boAtAnn: string;

/** Both in every test, acquainted; to be called once in a file. */
export function annAndBo(): void {
  beforeEach(async () => {
    world = createWorld();
    [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
    ({ ofInviter: annAtBo, ofInvitee: boAtAnn } = await acquaint(world, bo, ann));
    await world.pass(10_000, 200); // simultaneous dials have settled
  }, 30_000);
  afterEach(() => world.close());
}

const other = (of: Resident): Resident => (of === ann ? bo : ann);
export const pinOf = (of: Resident) => toHex(of.profile.book.find(other(of).profile.local.peerId)?.record.pinnedSpkiHash ?? new Uint8Array());
export const keyOf = (of: Resident) => toHex(of.profile.local.identity.spkiHash);
export const inStep = () => [ann, bo].every((each) => pinOf(each) === keyOf(other(each)));
export const sessionOf = (of: Resident) => of.profile.connections.session(other(of).profile.local.peerId);
export const together = () => [ann, bo].every((each) => sessionOf(each) !== undefined);
export const noted = (of: Resident, event: string) => of.logged.filter(([name]) => name === event).length;
export const judgements = (of: Resident) => of.logged.flatMap(([event, facts]) => (event === 'contact.keys-told' ? [facts?.['judgement']] : []));
export const contactOf = async (of: Resident) => (await of.contacts.list(undefined))[0] ?? expect.unreachable();
export const recordOf = (of: Resident): LocalRecord => of.profile.stores.local.load() ?? expect.unreachable();
export const troubleOf = async (of: Resident) => of.keys.keyTrouble({ contactId: of === bo ? annAtBo : boAtAnn });

/** Nobody reaches anybody, and nothing is there to be resumed. */
export async function apart(): Promise<void> {
  ann.mute = bo.mute = true;
  world.network.cut();
  await world.pass(100);
}
export async function backTogether(): Promise<void> {
  ann.mute = bo.mute = false;
  for (const { profile } of [ann, bo]) profile.networkChanged();
  await world.until('in step again', () => inStep() && together());
}

export async function send(text: string): Promise<string> {
  const known = (await bo.conversations.list(undefined))[0];
  const { conversationId } = known ?? (await bo.conversations.open({ contactId: annAtBo }));
  return (await bo.messages.send({ conversationId, text })).messageId;
}
export const heardBy = (of: Resident) => toldOf(of, 'message.received').map(({ message }) => message.text);
export const arrived = (text: string) => toldOf(ann, 'message.received').some(({ message }) => message.text === text);
export async function exchange(text: string): Promise<void> {
  await send(text);
  await world.until(`“${text}” arrives`, () => arrived(text));
}
export const waitsFor = async (messageId: string) => {
  const [conversation] = await bo.conversations.list(undefined);
  const all = await bo.messages.list({ conversationId: conversation?.conversationId ?? '' });
  return all.find((message) => message.messageId === messageId);
};

/** A record of somebody who has what made this one, but for what speaks for its key: as anybody can make one in another's name. */
export const withoutProof = (record: LocalRecord): LocalRecord => ({
  ...record,
  identityKeys: record.identityKeys.filter(({ retiredAt }) => retiredAt === undefined).map(({ link: _said, ...key }) => key),
});

/** The same, and the step to its key says that the old key vouches for it, with a signature that is none. */
export const withFalseProof = (record: LocalRecord): LocalRecord => ({ ...record, identityKeys: record.identityKeys.map((key) => ({ ...key, ...(key.link && { link: spoiled(key.link) }) })) });

function spoiled(link: Uint8Array): Uint8Array {
  const bodyEnds = 4 + Buffer.from(link).readUInt32BE(0);
  return link.map((byte, at) => (at === bodyEnds + 4 + 100 ? byte ^ 1 : byte));
}

/** Somebody else sits where one of them was. */
export async function impostor(record: LocalRecord, of: Resident = ann): Promise<Resident> {
  const thief = await world.move(of === ann ? 'Ann' : 'Bo');
  thief.mute = true;
  thief.become(record);
  thief.profile.stores.peers.put(of.profile.stores.peers.list()[0] ?? expect.unreachable());
  thief.profile.stores.contacts.put(of.profile.stores.contacts.list()[0] ?? expect.unreachable());
  return thief;
}

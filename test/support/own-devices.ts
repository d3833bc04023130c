import type { PeerId } from '../../electron/engine/ids';
import { acquaint, createWorld, type Resident, toldOf, type World } from './services-kit';

/** A device in a household. */
export interface Device extends Resident {
  /** Writes to somebody and waits until it arrives, at most ten minutes; false when it does not. */
  say(to: Resident, text: string): Promise<boolean>;
}

/** A person with three devices, the first of which holds the identity key, and a contact who knows the first. */
export interface Household {
  readonly world: World;
  readonly desk: Device;
  readonly laptop: Device;
  readonly shelf: Device;
  readonly bo: Device;
  readonly own: readonly Device[];
  /** All of these have a session with each other and one list. */
  together(devices?: readonly Resident[]): Promise<void>;
  /** It neither reaches anybody nor is reached. */
  leave(device: Resident): void;
  comeBack(device: Resident): void;
}

export async function household(name = 'Ada', world: World = createWorld()): Promise<Household> {
  const first = await world.move(name);
  const contact = await world.move('Bo');
  await acquaint(world, contact, first);
  const device = (resident: Resident): Device => Object.assign(resident, { say: (to: Resident, text: string) => say(world, resident, to, text) });
  const desk = device(first);
  const bo = device(contact);
  const laptop = device(await world.link(desk, `${name}’s laptop`));
  const shelf = device(await world.link(desk, `${name}’s shelf`));
  const own = [desk, laptop, shelf];
  for (const each of own.slice(1)) knowLike(desk, each, bo);
  const isTogether = (devices: readonly Resident[]): boolean => devices.every((each) => devices.every((other) => other === each || isInStep(each, other)));
  return {
    world,
    desk,
    laptop,
    shelf,
    bo,
    own,
    together: (devices = own) => world.until('everybody together', () => isTogether(devices)),
    leave(resident) {
      resident.mute = true;
      resident.onLink = (link) => link.destroy();
      resident.reopen();
    },
    comeBack(resident) {
      resident.mute = false;
      resident.onLink = undefined;
      resident.reopen();
    },
  };
}

/** What one device has pinned of a contact another one has, too. */
function knowLike(from: Resident, to: Resident, contact: Resident): void {
  const { peerId } = contact.profile.local;
  const pinned = from.profile.stores.peers.find(peerId);
  const row = from.profile.stores.contacts.byPeer(peerId);
  if (!pinned || !row) throw new Error('nothing is known of the contact');
  to.profile.stores.peers.put(pinned);
  if (!to.profile.stores.contacts.byPeer(peerId)) to.profile.stores.contacts.put(row);
  to.reopen();
}

export function idOf({ profile }: Resident): string {
  return profile.local.instanceId;
}

/** Hashes of the exchange keys a device holds, the one in use first. */
export function exchangesOf({ profile }: Resident): string[] {
  return profile.local.exchange.all().map(({ credential }) => Buffer.from(credential.hash).toString('hex'));
}

export function keyOf({ profile }: Resident): string {
  return Buffer.from(profile.local.identity.spkiHash).toString('hex');
}

/** What this one was told had come, by its text. */
export function heard(resident: Resident): string[] {
  return toldOf(resident, 'message.received').map(({ message }) => message.text);
}

async function say(world: World, from: Resident, to: Resident, text: string): Promise<boolean> {
  const contact = from.profile.stores.contacts.byPeer(to.profile.local.peerId);
  if (!contact) return false;
  const { conversationId } = await from.conversations.open({ contactId: contact.contactId });
  await from.messages.send({ conversationId, text });
  for (let tries = 0; tries < 600 && !heard(to).includes(text); tries += 1) await world.pass(100, 50);
  return heard(to).includes(text);
}

function isInStep({ profile }: Resident, other: Resident): boolean {
  const sameList = Buffer.compare(profile.local.list.hash, other.profile.local.list.hash) === 0;
  return sameList && profile.devices.siblings.session(other.profile.local.instanceId) !== undefined;
}

/** Hash of the exchange key that somebody would seal to, for this person. */
export function theirs({ profile }: Resident, peerId: PeerId): string {
  const known = profile.book.find(peerId);
  return Buffer.from(known?.exchange.hash ?? []).toString('hex');
}

import type { Session } from '../../electron/engine/session/session';
import { acquaint, createWorld, type Resident, type World } from './services-kit';

/** Ada with a desk and a laptop, and Carol, who has met the desk and was told of the laptop. */
export interface Trio {
  readonly world: World;
  readonly desk: Resident;
  readonly laptop: Resident;
  readonly carol: Resident;
  /** The desk does not answer people any more, and what stood between it and Carol breaks; the two own devices go on together. */
  leaveDesk(): void;
  /** Like that, and the laptop cannot ask it either. */
  loseDesk(): void;
  /** The session Carol has with one of the two. */
  with(device: Resident): Session | undefined;
}

export async function createTrio(world: World = createWorld()): Promise<Trio> {
  const desk = await world.move('Ada');
  const laptop = await world.link(desk, 'Ada’s laptop');
  const carol = await world.move('Carol');
  // Only Carol looks for anybody: so it is her choice where she goes.
  laptop.mute = true;
  await world.until('the two devices together', () => [desk, laptop].every(({ profile }) => profile.devices.siblings.sessions().length === 1));
  const { ofInvitee } = await acquaint(world, carol, desk);
  knows(laptop, desk, carol, ofInvitee);
  const trio: Trio = {
    world,
    desk,
    laptop,
    carol,
    leaveDesk() {
      desk.mute = true;
      const siblings = desk.profile.devices.siblings.sessions().length;
      desk.onLink = (link) => link.destroy();
      for (const session of desk.profile.connections.sessions()) session.close();
      if (siblings !== 1) throw new Error('the devices are not together');
    },
    loseDesk() {
      desk.mute = true;
      desk.onLink = (link) => link.destroy();
      for (const session of [...desk.profile.connections.sessions(), ...desk.profile.devices.siblings.sessions()]) session.close();
    },
    with: (device) => carol.profile.connections.sessions().find(({ peer }) => peer.instance.instanceId === device.profile.local.instanceId),
  };
  await world.until('Carol knows where the laptop is', () => knownPlaces(carol, desk) === 2);
  const kept = ({ profile }: Resident, other: Resident) => profile.stores.resumptions.ofPeer(other.profile.local.peerId)[0];
  // Both may have dialled at once: one of the two sessions is left, and both have what it leaves behind.
  await world.until('the same session on both sides', () => {
    const [here, there] = [kept(carol, desk), kept(desk, carol)];
    const isOne = [carol, desk].every(({ profile }) => profile.connections.sessions().length === 1);
    return isOne && here?.hint !== undefined && Buffer.compare(here.keyId, there?.keyId ?? Buffer.alloc(0)) === 0;
  });
  return trio;
}

/** What one device knows of a contact, another knows too. */
export function knows(laptop: Resident, desk: Resident, carol: Resident, contactId: string): void {
  const { peerId } = carol.profile.local;
  const [contact, peer] = [desk.profile.stores.contacts.byId(contactId), desk.profile.stores.peers.find(peerId)];
  if (!contact || !peer) throw new Error('the desk does not know her');
  laptop.profile.commit(() => {
    const before = laptop.profile.stores.contacts.byPeer(peerId);
    laptop.profile.stores.contacts.put(before ?? contact);
    laptop.profile.stores.peers.put(peer);
  });
  laptop.profile.book.dropCache();
}

function knownPlaces(carol: Resident, desk: Resident): number {
  return carol.profile.book.find(desk.profile.local.peerId)?.record.places.length ?? 0;
}

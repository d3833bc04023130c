import type { Session } from '../../electron/engine/session/session';
import { type HandoverWord, parseWord } from '../../electron/engine/sharing/words';
import { parseTopic } from '../../electron/services/devices/topics';
import type { SessionRepository } from '../../electron/services/ports/session-repository';
import { acquaint, createWorld, type Resident, type World } from './services-kit';

/** The messages of seed 003, figures 3 to 6, in their order: Carol’s M1, what the two devices say of it, the answer to Carol, her M3. */
export type Moment = 'm1' | Extract<HandoverWord['kind'], 'ask' | 'lent' | 'take' | 'taken'> | 'm2' | 'm3';

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
  /** The devices are together (`others`: how many the desk has beside it), and Carol has a session with the desk alone, of which both know how it is shown elsewhere. */
  isReady(others?: number): boolean;
  /** Calls back once, right before or after this message is put on its way, or is heard in the case of Carol’s. Takes `laptop.onLink`. */
  at(moment: Moment, when: 'before' | 'after', then: () => void): void;
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
  const kept = ({ profile }: Resident, other: Resident) => {
    const [entry] = profile.stores.resumptions.ofPeer(other.profile.local.peerId);
    entry?.secret.fill(0); // a copy, as everywhere
    return entry;
  };
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
    isReady(others = 1) {
      const [here, there] = [kept(carol, desk), kept(desk, carol)];
      const isOne = [carol, desk].every(({ profile }) => profile.connections.sessions().length === 1);
      const areTogether = [desk, laptop].every(({ profile }) => profile.devices.siblings.sessions().length === (profile === desk.profile ? others : 1));
      return isOne && areTogether && trio.with(desk) !== undefined && here?.hint !== undefined && Buffer.compare(here.keyId, there?.keyId ?? Buffer.alloc(0)) === 0;
    },
    at(moment, when, then) {
      let done = false;
      const around = <T>(isIt: boolean, send: () => T): T => {
        const isNow = isIt && !done;
        done ||= isNow;
        if (isNow && when === 'before') then();
        const result = send();
        if (isNow && when === 'after') then();
        return result;
      };
      for (const [from, to] of [[laptop, desk], [desk, laptop]] as const) {
        const session = from.profile.devices.siblings.session(to.profile.local.instanceId);
        if (!session) throw new Error('the devices are not together');
        const send = session.send.bind(session);
        Object.assign(session, { send: (items: Parameters<typeof send>[0]) => {
          const said = items.flatMap((item) => (item.kind === 'sibling' ? [parseTopic(item.bytes)] : [])).find((topic) => topic?.topic === 'handover');
          return around(said !== undefined && parseWord(said.words)?.kind === moment, () => send(items));
        } });
      }
      laptop.onLink = (link) => {
        const [send, onData] = [link.send.bind(link), link.onData.bind(link)];
        let [arrived, answered] = [0, 0];
        laptop.profile.accept(Object.assign(link, {
          send: (bytes: Uint8Array) => around(moment === 'm2' && bytes[0] === 2 && (answered += 1) === 1, () => send(bytes)),
          onData: (handler: (bytes: Uint8Array) => void) => onData((bytes) => {
            arrived += 1;
            around((moment === 'm1' && arrived === 1) || (moment === 'm3' && arrived === 2), () => handler(bytes));
          }),
        }));
      };
    },
    with: (device) => carol.profile.connections.sessions().find(({ peer }) => peer.instance.instanceId === device.profile.local.instanceId),
  };
  await world.until('Carol knows where the laptop is', () => knownPlaces(carol, desk) === 2);
  // Both may have dialled at once: one of the two sessions is left, and both have what it leaves behind.
  await world.until('the same session on both sides', () => trio.isReady());
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

export const entriesOf = ({ profile }: Resident, other: Resident) => profile.stores.resumptions.ofPeer(other.profile.local.peerId);
export const lookedBy = ({ logged }: Resident) => logged.filter(([event]) => event === 'handover.looked').map(([, facts]) => facts);
export const sessionsOf = async (resident: Resident) => (await resident.networkCalls.status(undefined)).sessions;

/** Both devices share sessions through the repository, too. */
export function publishThrough(trio: Trio, repository: () => SessionRepository): void {
  for (const device of [trio.desk, trio.laptop]) {
    device.settings = { ...device.settings, shareSessions: 'repository' };
    device.profile.devices.handover.useRepository(repository());
  }
}

/** Carol looks for Ada anew although her connection seems to stand: only she knows that it leads nowhere. */
export async function lookAnew(trio: Trio): Promise<void> {
  const { world, desk, carol } = trio;
  desk.mute = true;
  desk.onLink = (link) => link.destroy();
  void carol.profile.dialling.round(desk.profile.local.peerId, new AbortController().signal, () => undefined);
  await world.until('a session with the laptop', () => trio.with(trio.laptop) !== undefined);
}

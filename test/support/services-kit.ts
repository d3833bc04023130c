import { openLocalParty, createLocalRecord } from '../../electron/engine/certificates/local-party';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import { seededRandom } from './seeded';
import { renewLocalRecord } from '../../electron/engine/certificates/renewal';
import type { Crypto } from '../../electron/engine/crypto/crypto';
import { rotateLocalRecord } from '../../electron/engine/certificates/rotation';
import type { LinkPurpose } from '../../electron/engine/certificates/key-link';
import type { PeerId } from '../../electron/engine/ids';
import type { Address, Link, LocalRecord, LogFacts, Random, Transport } from '../../electron/engine/ports';
import { toHex } from '../../electron/engine/wire/encoding';
import { contactKeysService } from '../../electron/services/contact-keys-service';
import { identityService } from '../../electron/services/identity-service';
import { contactsService } from '../../electron/services/contacts-service';
import { conversationChangesService } from '../../electron/services/conversation-changes-service';
import { conversationsService } from '../../electron/services/conversations-service';
import { identityKeysService } from '../../electron/services/identity-keys-service';
import { devicesService } from '../../electron/services/devices/devices-service';
import { EventHub } from '../../electron/services/event-hub';
import { messageChangesService } from '../../electron/services/message-changes-service';
import { messagesService } from '../../electron/services/messages-service';
import { NearbyService } from '../../electron/services/nearby-service';
import { NetworkFacts } from '../../electron/services/network-facts';
import { networkService } from '../../electron/services/network-service';
import { OpenProfile } from '../../electron/services/open-profile';
import { changeOwnRecord, type Following, type OwnChange } from '../../electron/services/own-record';
import { adoptList, becomeNewDevice } from '../../electron/services/retiring';
import type { LanSightings, Preferences, Stores } from '../../electron/services/ports';
import { defaultSettings, type Settings } from '../../shared/model/settings';
import type { Db } from '../../electron/storage/database';
import { openStores } from '../../electron/storage/open-stores';
import type { AppEvent, EventOf, EventType } from '../../shared/contract/contract';
import { ManualClock } from './manual-clock';
import type { MemoryLan } from './memory-lan';
import type { Mailbox } from '../../electron/services/ports/mailbox';
import { mailboxService } from '../../electron/services/mailbox-service';
import { envelopesService } from '../../electron/services/envelopes-service';
import { invitationFiles } from '../../electron/services/invitation-files';
import { privateFiles } from '../../electron/storage/private-files';
import { envelopeFiles } from '../../electron/storage/envelope-files';
import { createMemoryNetwork, type MemoryNetwork } from './memory-transport';
import { memoryFiles, type MemoryFiles } from './memory-files';
import { filesService } from '../../electron/services/files-service';
import { perFile } from './per-file';
import { RowsOf } from './put-back';
import { withSpareKeys } from './rsa-keys';
import { testNow } from './session-kit';
import { withSecondDevice } from './two-devices';
import { freshDatabase } from './fresh-database';
import { SlowWork } from './slow-work';

/** Who lives in a world: real services over a real database in memory, on a network and a clock a test holds. */
export interface Resident {
  readonly name: string;
  readonly crypto: Crypto;
  readonly db: Db;
  readonly address: Address;
  /** What this one tells others; `tellAddresses` follows a change. */
  addresses: Address[];
  /** Says that `addresses` are different, as the own addresses' keeper does. */
  tellAddresses(): void;
  /** Takes what arrives at another address, too. */
  listenAt(address: Address): Promise<void>;
  /** A device of somebody is heard on the local network, or no more. */
  hears(peerId: PeerId, addresses: readonly Address[]): void;
  readonly network: NetworkFacts;
  readonly networkCalls: ReturnType<typeof networkService>;
  /** What clients were told, oldest first. */
  readonly told: AppEvent[];
  /** What was logged: event and facts. */
  readonly logged: (readonly [string, LogFacts | undefined])[];
  /** Monotonic moments at which a dial began. */
  readonly dials: number[];
  /** Where to, in the same order. */
  readonly dialled: Address[];
  /** Refuse every dial of this one from now on. */
  mute: boolean;
  settings: Settings;
  /** How often contacts confirmed a key that came from a file. */
  confirmed: number;
  /** It may find out that it was set back or copied although it holds the identity key. */
  isCopy: boolean;
  /** Where this one cannot get to at all, though others can. */
  refuses: ((host: string) => boolean) | undefined;
  /** Takes an accepted link instead of the services, when set. */
  onLink: ((link: Link) => void) | undefined;
  /** Puts another store in the place of a real one, for the profile opened next. */
  replace(change: (stores: Stores) => Partial<Stores>): void;
  profile: OpenProfile;
  readonly contacts: ReturnType<typeof contactsService>;
  /** Keys of contacts. */
  readonly keys: ReturnType<typeof contactKeysService>;
  /** The own devices. */
  readonly identityKeys: ReturnType<typeof identityKeysService>;
  readonly devices: ReturnType<typeof devicesService>;
  readonly conversations: ReturnType<typeof conversationsService> & ReturnType<typeof conversationChangesService>;
  readonly messages: ReturnType<typeof messagesService> & ReturnType<typeof messageChangesService>;
  readonly identity: ReturnType<typeof identityService>;
  readonly mailbox: ReturnType<typeof mailboxService>;
  readonly envelopes: ReturnType<typeof envelopesService>;
  /** Files of messages. */
  readonly files: ReturnType<typeof filesService>;
  /** Where they lie, and where files are chosen. */
  readonly disk: MemoryFiles;
  /** Invitations as files. */
  readonly invitationFiles: ReturnType<typeof invitationFiles>;
  /** Finding people near, on the world's local network. */
  readonly discovery: NearbyService['handlers'];
  /** Ends the profile and opens it again, as locking and unlocking do. */
  reopen(): void;
  /**
   * Ends as a process does that is killed: at once nothing comes or goes any more, and what stands in the database at this moment is all that is left. Mute from then on, and nobody gets
   * in; `reopen` starts it again when this resolves.
   */
  kill(): Promise<void>;
  /** Makes a new identity key, as `identity.rotate` does: 0.1–2 s. */
  rotate(purpose?: LinkPurpose): Promise<void>;
  /** Replaces what is due, as an open profile does every six hours. */
  renew(): Promise<void>;
  close(): void;
  /** Opens the profile again with another record. */
  become(record: LocalRecord): void;
}

export interface World {
  readonly clock: ManualClock;
  readonly network: MemoryNetwork;
  move(name: string): Promise<Resident>;
  /** Another device of the same person moves in, linked already: both know the other's credential and place. It holds no identity key. */
  link(first: Resident, name: string): Promise<Resident>;
  /** Lets `milliseconds` pass, with the network at work in between. */
  pass(milliseconds: number, step?: number): Promise<void>;
  /** Lets time pass until `holds`, at most ten minutes. */
  until(what: string, holds: () => boolean): Promise<void>;
  close(): void;
}

const noLinking = { link: nobody, join: nobody, confirm: nobody, cancel: () => null, linking: () => ({ stage: 'idle' as const }) };

function nobody(): never {
  throw new Error('nobody is let in here');
}

const records = perFile(() => new Map<string, Promise<LocalRecord>>());

/** Who moves in under this name comes with a past. */
export function remember(name: string, record: LocalRecord): void {
  records().set(name, Promise.resolve(record));
}

/** One person per name and test file: making the RSA key is what takes time. Where it is made by chance of a seed, it is the name's. */
function recordOf(crypto: Crypto, name: string, seeded: boolean): Promise<LocalRecord> {
  const made = records().get(name) ?? makeRecord(crypto, name, seeded);
  records().set(name, made);
  return made;
}

async function makeRecord(crypto: Crypto, name: string, seeded: boolean): Promise<LocalRecord> {
  const maker = seeded ? withSpareKeys(await createCrypto({ random: seededRandom(name) })) : crypto;
  return createLocalRecord(maker, { name, deviceName: 'desk', now: testNow - 3_600_000 });
}

const rotations = perFile(() => new Map<string, Promise<LocalRecord>>());

/** The record with another identity key: the same one for the same key and `whose` in one test file. */
export function rotated(crypto: Crypto, record: LocalRecord, now: number, purpose: LinkPurpose = 'routine', whose = 'own'): Promise<LocalRecord> {
  const name = JSON.stringify([whose, purpose, toHex(record.instanceList), toHex(record.exchanges[0]?.credential ?? new Uint8Array())]);
  const made = rotations().get(name) ?? rotateLocalRecord(crypto, record, now, purpose);
  rotations().set(name, made);
  return made;
}

/** `lan`: a local network that everybody is in, by the address they listen at. `mailbox`: how each gets to mailboxes. `random`: in place of the kernel's. */
export function createWorld({ lan, mailbox, random }: { lan?: MemoryLan; mailbox?: (name: string) => Mailbox; random?: Random } = {}): World {
  const clock = new ManualClock(testNow);
  const network = createMemoryNetwork({ setTimer: (milliseconds, run) => clock.setTimer(milliseconds, run) });
  const residents: Resident[] = [];
  const slow = new SlowWork();

  const pass: World['pass'] = async (milliseconds, step = 20) => {
    for (let left = milliseconds; left > 0; left -= step) {
      await clock.advance(Math.min(step, left));
      do await turns();
      while (await slow.done());
    }
  };

  return {
    clock,
    network,
    pass,
    async link(first, name) {
      const before = first.profile.stores.local.load();
      if (before === undefined) throw new Error('nobody lives here');
      const [one, two] = await withSecondDevice(first.crypto, before, clock.now());
      remember(name, { ...two, identityKeys: two.identityKeys.map(({ epoch, certificate, createdAt }) => ({ epoch, certificate, createdAt })), ...(two.recovery && { recovery: { publicKey: two.recovery.publicKey } }) });
      first.become(one);
      const second = await this.move(name);
      for (const [here, there] of [[first, second], [second, first]] as const) {
        const { instanceId, instance } = there.profile.local;
        here.profile.stores.devices.put({ instanceId, credential: instance.credential.bytes, cardTime: 0, addresses: [there.address], addedAt: clock.now() });
        here.reopen();
      }
      return second;
    },
    async until(what, holds) {
      for (let tries = 0; !holds(); tries += 1) {
        if (tries > 30_000) throw new Error(`${what}: not within ten minutes`);
        await pass(20);
      }
    },
    async move(name) {
      const resident = await settle(name, { clock, network, slow, lan, mailbox: mailbox?.(name), random, place: residents.length + 1 });
      residents.push(resident);
      return resident;
    },
    close() {
      for (const resident of residents) resident.close();
    },
  };
}

interface Surroundings {
  readonly clock: ManualClock;
  readonly network: MemoryNetwork;
  readonly slow: SlowWork;
  readonly lan: MemoryLan | undefined;
  readonly mailbox: Mailbox | undefined;
  readonly random: Random | undefined;
  readonly place: number;
}

async function settle(name: string, { clock, network: net, slow, lan, mailbox, random: seeded, place }: Surroundings): Promise<Resident> {
  const random = seeded ?? kernelRandom;
  const crypto = slow.of(withSpareKeys(await createCrypto({ random })));
  const record = await recordOf(crypto, name, seeded !== undefined);
  const db = freshDatabase();
  const stores = openStores(db);
  stores.local.save(record);
  const address: Address = { host: `192.0.2.${place}`, port: 4_000 };
  const told: AppEvent[] = [];
  const logged: Resident['logged'] = [];
  const log = (event: string, facts?: LogFacts) => void logged.push([event, facts]);
  const logger = { debug: log, info: log, warn: log, error: log };
  const events = new EventHub(logger);
  events.on((event) => void told.push(event));
  const dials: number[] = [];
  const dialled: Address[] = [];
  const network = new NetworkFacts();
  network.listensAt(address);
  network.setNetworks([{ host: address.host, prefix: 24 }]);
  const heard = new Map<PeerId, readonly Address[]>();
  const listeners = new Set<(peerId: PeerId) => void>();
  const sightings: LanSightings = {
    of: (peerId) => heard.get(peerId) ?? [],
    onSeen: (handler) => {
      listeners.add(handler);
      return () => void listeners.delete(handler);
    },
  };
  const preferences: Preferences = { settings: defaultSettings };
  const transport: Transport = {
    listen: (at, onLink) => net.transport.listen(at, onLink),
    dial: async (to, timeoutMs, signal) => {
      if (resident.mute || resident.refuses?.(to.host) === true) throw new Error('muted');
      dials.push(clock.monotonic());
      dialled.push(to);
      const link = await net.transport.dial(to, timeoutMs, signal);
      links.add(link);
      return link;
    },
  };
  const links = new WeakSet<Link>();
  let standing = stores;
  const ownAddresses = () => resident.addresses;
  const profile = () => resident.profile;
  const discovery = lan?.join(address.host);
  const nearby = new NearbyService({ crypto, clock, random, logger, events, transport, profile, ownAddresses, lan: () => discovery, port: () => address.port });
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work, work);
    turn = result.catch(() => undefined);
    return result;
  };
  const changed = async (of: OpenProfile, change: OwnChange, following: Following): Promise<boolean> => {
    if (closed || !(await changeOwnRecord(crypto, of, change, following))) return false;
    resident.reopen();
    return true;
  };
  let closed = false;
  const disk = memoryFiles();
  const open = (): OpenProfile => {
    const loaded = stores.local.load();
    if (loaded === undefined) throw new Error('nobody lives here');
    const vault = { stores: standing, exportKey: () => new Uint8Array(32), changePassphrase: async () => undefined, emptyLog: () => true, snapshot: () => { throw new Error('nobody makes a backup'); }, close: () => undefined };
    const around = { crypto, clock, random, logger, events, transport, ownAddresses, network, sightings, nearby, files: disk, settings: () => resident.settings, onSettings: (change: Partial<Settings>) => void (resident.settings = { ...resident.settings, ...change }), ...(mailbox && { mailbox }) };
    const unexpected = (): never => {
      throw new Error('this device is no copy');
    };
    const ifOpen = (profile: OpenProfile, work: () => Promise<unknown>): void =>
      void inTurn(async () => {
        if (!closed && resident.profile === profile) await work();
      }).catch((error: unknown) => {
        // Tried again as a vault does it: the device that has to sign may not be there at the moment.
        log('kit.failed', { reason: String(error) });
        clock.setTimer(30_000, () => ifOpen(profile, work));
      });
    const profileOf = (record: LocalRecord): OpenProfile => {
      const profile: OpenProfile = new OpenProfile(around, vault, openLocalParty(crypto, record), {
        retire: (news) =>
          profile.local.isCertifier && !resident.isCopy
            ? unexpected()
            : ifOpen(profile, async () => {
                resident.profile = await becomeNewDevice({ crypto, clock }, profile, news, profileOf);
                resident.profile.start();
              }),
        adopt: (list) =>
          ifOpen(profile, async () => {
            adoptList(crypto, stores, list);
            resident.reopen();
          }),
        replace: (change, also, after) => ifOpen(profile, () => changed(profile, change, { also, after })),
        reopen: () => ifOpen(profile, async () => resident.reopen()),
        proven: () => undefined,
        confirmed: () => void (resident.confirmed += 1),
      });
      return profile;
    };
    const opened = profileOf(loaded);
    opened.start();
    return opened;
  };
  const take = (link: Link): void => {
    links.add(link);
    if (resident.onLink === undefined) resident.profile.accept(link);
    else resident.onLink(link);
  };
  const resident: Resident = {
    name,
    crypto,
    db,
    address,
    addresses: [address],
    tellAddresses: () => resident.profile.addressesChanged(),
    listenAt: async (at) => {
      await net.transport.listen(at, take);
    },
    hears(peerId, addresses) {
      heard.set(peerId, addresses);
      for (const handler of listeners) handler(peerId);
    },
    network,
    networkCalls: networkService({ openProfile: profile, profile, network, ownAddresses, preferences: { get: () => preferences, set: () => undefined } }),
    told,
    logged,
    dials,
    dialled,
    mute: false,
    refuses: undefined,
    settings: defaultSettings,
    confirmed: 0,
    isCopy: false,
    onLink: undefined,
    replace: (change) => {
      standing = { ...stores, ...change(stores) };
    },
    profile: open(),
    contacts: contactsService({ profile, crypto, clock, random, events, ownAddresses }),
    keys: contactKeysService({ profile, crypto, clock, events }),
    identityKeys: identityKeysService({ crypto, clock, events, vault: { profile, changeRecord: (change, also) => inTurn(() => changed(resident.profile, change, { also })), eraseOldKeys: () => Promise.reject(new Error('not in this kit')) } }),
    devices: devicesService({ profile, crypto, clock, events, ownAddresses, linking: noLinking, vault: { changeRecord: (change, also) => inTurn(() => changed(resident.profile, change, { also })) } }),
    async renew() {
      await inTurn(() => changed(resident.profile, (record) => renewLocalRecord(crypto, record, clock.now()), {}));
    },
    close() {
      closed = true;
      resident.profile.leave();
      db.close();
    },
    conversations: { ...conversationsService({ profile, events, random }), ...conversationChangesService({ profile, events, clock }) },
    messages: { ...messagesService({ profile }), ...messageChangesService({ profile }) },
    identity: identityService({ profile, crypto, clock, ownAddresses, settings: () => resident.settings }),
    mailbox: mailboxService({ profile }),
    envelopes: envelopesService({ profile, crypto, clock, files: envelopeFiles, chooser: undefined }),
    invitationFiles: invitationFiles({ profile, crypto, clock, random: kernelRandom, events, ownAddresses, files: privateFiles, chooser: undefined }),
    disk,
    files: filesService({ profile, crypto, clock, events, places: disk, chooser: undefined, tokens: undefined, settings: () => preferences.settings }),
    discovery: nearby.handlers,
    reopen() {
      resident.profile.leave();
      resident.profile = open();
    },
    async kill() {
      const rows = new RowsOf(db);
      const { profile: killed } = resident;
      resident.mute = true;
      resident.onLink = (link) => link.destroy();
      net.cut((link) => links.has(link));
      await turns();
      killed.leave();
      await turns();
      rows.putBack(db);
    },
    async rotate(purpose = 'routine') {
      const loaded = stores.local.load();
      if (loaded !== undefined) resident.become(await rotated(crypto, loaded, clock.now(), purpose));
    },
    become(record) {
      stores.local.save(record);
      stores.resumptions.removeAll();
      resident.reopen();
    },
  };
  await net.transport.listen(address, take);
  return resident;
}

/** The first accepts a link of the second; both know each other and have a session. Gives the first one's contact id of the second, and the reverse. */
export async function acquaint(world: World, invitee: Resident, inviter: Resident): Promise<{ ofInviter: string; ofInvitee: string }> {
  const { link } = await inviter.contacts.createInvitation({});
  const { contactId: ofInviter } = await invitee.contacts.acceptInvitation({ link });
  await world.until('a session on both sides', () => [invitee, inviter].every(({ profile }) => profile.connections.sessions().length > 0));
  const ofInvitee = inviter.profile.stores.contacts.byPeer(invitee.profile.local.peerId)?.contactId ?? '';
  return { ofInviter, ofInvitee };
}

/** Events of one type, oldest first. */
export function toldOf<T extends EventType>(resident: Resident, type: T): EventOf<T>[] {
  // The type of an event is what tells its shape.
  return resident.told.filter((event) => event.type === type) as EventOf<T>[];
}

/** Lets the memory network, which works in turns of the event loop, get on. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

import { openLocalParty } from '../../electron/engine/certificates/local-party';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import { renewLocalRecord } from '../../electron/engine/certificates/renewal';
import type { PeerId } from '../../electron/engine/ids';
import type { Address, Clock, Link, LocalRecord, LogFacts, Random, Transport } from '../../electron/engine/ports';
import { contactKeysService } from '../../electron/services/contact-keys-service';
import { identityService } from '../../electron/services/identity-service';
import { contactsService } from '../../electron/services/contacts-service';
import { conversationChangesService } from '../../electron/services/conversation-changes-service';
import { conversationsService } from '../../electron/services/conversations-service';
import { type IdentityKeysParts, identityKeysService } from '../../electron/services/identity-keys-service';
import { recoveryService } from '../../electron/services/recovery-service';
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
import type { LanSightings, Preferences } from '../../electron/services/ports';
import { defaultSettings, type Settings } from '../../shared/model/settings';
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
import { memoryFiles } from './memory-files';
import { filesService } from '../../electron/services/files-service';
import { RowsOf } from './put-back';
import { withSpareKeys } from './rsa-keys';
import { testNow } from './session-kit';
import { withSecondDevice } from './two-devices';
import { freshDatabase } from './fresh-database';
import { SlowWork } from './slow-work';
import { recordOf, remember, rotated } from './resident-records';
import type { Resident, World } from './resident';

export { remember, rotated } from './resident-records';
export type { Resident, World } from './resident';

const noLinking = { link: nobody, join: nobody, confirm: nobody, cancel: () => null, linking: () => ({ stage: 'idle' as const }) };

function nobody(): never {
  throw new Error('nobody is let in here');
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

async function settle(name: string, { clock: common, network: net, slow, lan, mailbox, random: seeded, place }: Surroundings): Promise<Resident> {
  const wrong = { ahead: 0 };
  const clock: Clock = { now: () => common.now() + wrong.ahead, monotonic: () => common.monotonic(), setTimer: (milliseconds, run) => common.setTimer(milliseconds, run) };
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
  const network = new NetworkFacts(clock);
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
    if (closed || (await changeOwnRecord({ crypto, clock }, of, change, following)) === undefined) return false;
    resident.reopen();
    return true;
  };
  let closed = false;
  const disk = memoryFiles();
  const open = (): OpenProfile => {
    const loaded = stores.local.load();
    if (loaded === undefined) throw new Error('nobody lives here');
    const vault = { stores: standing, exportKey: () => new Uint8Array(32), changePassphrase: async () => undefined, renewKey: () => Promise.reject(new Error('nobody renews a key')), emptyLog: () => true, snapshot: () => { throw new Error('nobody makes a backup'); }, close: () => undefined };
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
            adoptList({ crypto, clock }, stores, list);
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
  const ownKeyParts: IdentityKeysParts = { crypto, clock, events, vault: { profile, changeRecord: (change, also) => inTurn(() => changed(resident.profile, change, { also })), eraseOldKeys: () => Promise.reject(new Error('not in this kit')) } };
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
    wrong,
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
    identityKeys: { ...identityKeysService(ownKeyParts), ...recoveryService(ownKeyParts) },
    devices: devicesService({ profile, crypto, clock, events, ownAddresses, linking: noLinking, vault: { changeRecord: (change, also) => inTurn(() => changed(resident.profile, change, { also })) } }),
    hold: (until) => void inTurn(() => until),
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

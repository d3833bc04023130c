import { ordinary } from './ordinary';
import { identityKeyHandlers, newIdentity, ownKeyFacts, type IdentityWorld } from './fake-identity';
import { deviceHandlers, mailboxHandlers, onlyThis, type DevicesWorld } from './fake-devices';
import { authorityHandlers, backupHandlers } from './fake-organisations';
import type { AppEvent, Handlers } from '../../shared/contract/contract';
import type { Bridge } from '../../shared/contract/bridge';
import { KeyshiftError, type ErrorCode, type ErrorFacts } from '../../shared/errors';
import type { Contact, ContactRequest } from '../../shared/model/contact';
import type { Conversation } from '../../shared/model/conversation';
import type { About } from '../../shared/model/diagnostics';
import type { KeyStatus, KeyTimeline } from '../../shared/model/keys';
import type { Device, Linking } from '../../shared/model/device';
import type { DiscoveryStatus } from '../../shared/model/discovery';
import type { MailboxStatus } from '../../shared/model/mailbox';
import type { Message } from '../../shared/model/message';
import type { Profile } from '../../shared/model/profile';
import type { TokenFile, Transfer } from '../../shared/model/transfer';
import type { NetworkStatus, ReachReport } from '../../shared/model/network';
import { defaultSettings, type Settings } from '../../shared/model/settings';
import type { KeyringState, VaultState } from '../../shared/model/vault';
import { contactChanges, conversationChanges } from './fake-changes';
import { desktopHandlers, profileHandlers } from './fake-desktop';
import { fileHandlers, takenFiles } from './fake-files';
import { exportHandlers, searchHandlers } from './fake-finding';
import { messageChanges } from './fake-messages';
import { createBridge } from './fake-bridge';
import { keyHandlers } from './fake-keys';
import { discoveryHandlers, networkHandlers } from './fake-network';
import { nobody, type PeopleFacts, peopleHandlers } from './fake-people';

export { noKeys } from './fake-keys';

/** Everything the double knows; tests and scenes fill it and change it. */
export interface World {
  vault: VaultState;
  keyring: KeyringState;
  passphrase: string;
  name: string;
  now: () => number;
  contacts: Contact[];
  requests: ContactRequest[];
  conversations: Conversation[];
  messages: Map<string, Message[]>;
  keys: Map<string, KeyStatus>;
  timelines: Map<string, KeyTimeline>;
  /** From when on a renewal by hand is taken again. */
  renewableAt: number;
  /** The other side's device made the key between the two: renewing it here changes nothing in what is open. */
  pairKeyIsTheirs: boolean;
  settings: Settings;
  /** What `network.status` says beyond what follows from settings and contacts. */
  network: Partial<NetworkStatus>;
  /** What `network.reach` says beyond that, by contact. */
  reports: Map<string, Partial<ReachReport>>;
  discovery: DiscoveryStatus;
  /** Own identity keys, organisations, what the next file dialog comes to. */
  identity: IdentityWorld;
  people: PeopleFacts;
  /** Own devices, the one linking there can be, the mailbox. */
  devices: DevicesWorld;
  about: About;
  transfers: Transfer[];
  /** Files in the window's hand, by what the next dialog or drop brings. */
  chosen: TokenFile[];
  profiles: Profile[];
  /** Web links the person opened. */
  opened: string[];
  /** A `keyshift:` link that waits. */
  link: string | undefined;
  /** What opening the file chosen in the dialog comes to; undefined: the dialog is given up. */
  envelopeFile: { opened: number; repeated: number; refused: number; waiting?: number } | undefined;
  /** Calls that shall fail, by dotted name. */
  failing: Map<string, ErrorCode>;
  /** Calls whose answer waits for something, by dotted name. */
  delays: Map<string, Promise<unknown>>;
}

export interface FakeBridge {
  readonly bridge: Bridge;
  readonly world: World;
  readonly calls: string[];
  readonly emit: (event: AppEvent) => void;
  /** A message from the other side, stored and told as an event. */
  readonly receive: (conversationId: string, text: string, extra?: Partial<Message>) => Message;
  /** Something of the network, or of one person's reach, is different now, and told. */
  readonly tellNetwork: (change: Partial<NetworkStatus>) => void;
  readonly tellReach: (contactId: string, change: Partial<ReachReport>) => void;
  /** The search or the meeting went on, and is told. */
  readonly tellNearby: (change: Partial<DiscoveryStatus>) => void;
  /** A linking went on, and is told; what a new device gets opens its vault. */
  readonly tellLinking: (linking: Linking) => void;
  /** Something of own devices, or of the mailbox, is different, and is told. */
  readonly tellDevices: (list: Device[]) => void;
  readonly tellMailbox: (change: Partial<MailboxStatus>) => void;
  /** What was sent is given a new state and told. */
  readonly deliver: (message: Message, state: Message['state']) => void;
}

/** A stable id of 32 hex digits from any name. */
export function idOf(name: string): string {
  let hash = 0x811c9dc5;
  let id = '';
  for (let round = 0; round < 4; round += 1) {
    for (const character of `${round}${name}`) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
    id += hash.toString(16).padStart(8, '0');
  }
  return id;
}

/** A stable peer id from any name. */
export function peerIdOf(name: string): string {
  const digits = idOf(name) + idOf(`${name}*`);
  return Array.from({ length: 52 }, (_, index) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(digits[index] ?? '0', 16) * 2 + (index % 2)] ?? 'a').join('');
}

export const ownInstance = idOf('own device');

export function emptyWorld(change: Partial<World> = {}): World {
  return {
    vault: 'open',
    keyring: 'off',
    passphrase: 'correct horse battery',
    name: 'Ada Marlow',
    now: Date.now,
    contacts: [],
    requests: [],
    conversations: [],
    messages: new Map(),
    keys: new Map(),
    timelines: new Map(),
    renewableAt: 0,
    pairKeyIsTheirs: false,
    settings: defaultSettings,
    network: {},
    reports: new Map(),
    discovery: { running: false, people: [] },
    identity: newIdentity((change.now ?? Date.now)()),
    people: nobody(),
    devices: onlyThis(),
    transfers: [],
    chosen: [],
    profiles: [{ profileId: 'main', name: 'Ada', current: true }],
    opened: [],
    link: undefined,
    about: { version: '0.1.0', runtime: 'Electron 45.4.1', trial: false, database: 'SQLCipher 4.18.0, SQLite 3.53.4', memoryLocked: true },
    envelopeFile: undefined,
    failing: new Map(),
    delays: new Map(),
    ...change,
  };
}

export function makeContact(name: string, change: Partial<Contact> = {}): Contact {
  return {
    contactId: idOf(name),
    peerId: peerIdOf(name),
    name,
    pending: false,
    who: 'unchecked',
    checked: false,
    vouchedBy: [],
    reach: 'direct',
    keyEpoch: 1,
    permissions: { message: true, openConversation: true, sendFile: false },
    ...change,
  };
}

export function createFake(world: World = emptyWorld()): FakeBridge {
  let count = 0;
  const refuse = (code: ErrorCode, facts: ErrorFacts = {}): never => {
    throw new KeyshiftError(code, code, facts);
  };
  const needVault = (): void => {
    if (world.vault === 'absent') refuse('vault.absent');
    if (world.vault === 'locked') refuse('vault.locked');
  };
  const contactOf = (contactId: string): Contact => world.contacts.find((one) => one.contactId === contactId) ?? refuse('contact.unknown');
  const conversationOf = (id: string): Conversation => world.conversations.find((one) => one.conversationId === id) ?? refuse('conversation.unknown');
  const change = (contactId: string, by: Partial<Contact>): void => {
    world.contacts = world.contacts.map((one) => (one.contactId === contactId ? { ...one, ...by } : one));
    fake.emit({ type: 'contact.changed', contactId });
  };
  const touch = (conversationId: string, by: Partial<Conversation>): void => {
    const known = { ...conversationOf(conversationId), ...by };
    world.conversations = [known, ...world.conversations.filter((one) => one.conversationId !== conversationId)];
    world.conversations.sort((one, other) => (other.lastMessageAt ?? 0) - (one.lastMessageAt ?? 0));
    fake.emit({ type: 'conversation.changed', conversationId });
  };
  const setVault = (state: VaultState): null => {
    world.vault = state;
    fake.emit({ type: 'vault.changed', state });
    return null;
  };
  const setState = (message: Message, state: Message['state'], waitingFor?: Message['waitingFor']): void => {
    const { conversationId, messageId } = message;
    const awaited = waitingFor === undefined ? {} : { waitingFor };
    world.messages.set(
      conversationId,
      (world.messages.get(conversationId) ?? []).map((one) => {
        if (one.messageId !== messageId) return one;
        const { waitingFor: _done, ...rest } = one;
        return { ...rest, state, ...awaited };
      }),
    );
    fake.emit({ type: 'message.state', conversationId, messageId, state, ...awaited });
  };
  const addContact = (name: string, by: Partial<Contact>): { contactId: string } => {
    const contact = makeContact(name, by);
    world.contacts = [...world.contacts, contact];
    fake.emit({ type: 'contact.changed', contactId: contact.contactId });
    return { contactId: contact.contactId };
  };

  const networkParts = { refuse, idOf, emit: (event: AppEvent) => fake.emit(event) };
  const changeParts = { refuse, contactOf, change, touch };
  const handlers: Handlers = {
    vault: {
      status: () => ({ state: world.vault, keyring: world.keyring }),
      create: ({ passphrase, name }) => {
        if (world.vault !== 'absent') refuse('vault.exists');
        world.passphrase = passphrase;
        world.name = name;
        setVault('open');
        return { peerId: peerIdOf(name) };
      },
      unlock: ({ passphrase }) => (passphrase === world.passphrase ? setVault('open') : refuse('vault.wrong-passphrase')),
      lock: () => setVault('locked'),
      changePassphrase: ({ old, new: next }) => {
        if (old !== world.passphrase) refuse('vault.wrong-passphrase');
        world.passphrase = next;
        return null;
      },
      setKeyring: ({ enabled }) => {
        world.keyring = enabled ? 'on' : 'off';
        return { keyring: world.keyring };
      },
    },
    identity: {
      get: () => ({
        peerId: peerIdOf(world.name),
        name: world.name,
        createdAt: world.now() - 40 * 86_400_000,
        exchange: { serial: '01', notAfter: world.now() + 300 * 86_400_000 },
        instance: { id: ownInstance, name: 'desk' },
        addresses: ['192.168.1.20:47110'],
        ...ownKeyFacts(world),
      }),
      ...identityKeyHandlers(world, networkParts),
      exportPublic: ({ format }) => ({ text: format === 'card' ? 'keyshift-card:AAAA' : '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' }),
    },
    contacts: {
      ...contactChanges(world, changeParts),
      ...peopleHandlers(world, { refuse, contactOf, change, emit: (event) => fake.emit(event) }),
      createInvitation: (input) => ({
        link: `keyshift:i/1/${idOf('invitation').repeat(4)}${idOf('more').repeat(2)}`,
        expiresAt: world.now() + (input?.expiresInSeconds ?? 86_400) * 1000,
        ...(input?.mailbox === true && { longLink: `keyshift:invite-long/${'A'.repeat(200)}` }),
      }),
      saveInvitation: () => ({ path: '/home/me/Keyshift invitation.keyshift-invite' }),
      openInvitation: () => addContact('Inviter', { pending: true, reach: 'mailbox', keyEpoch: 0 }),
      acceptInvitation: ({ link }) => {
        if (link.includes('expired')) refuse('invitation.expired');
        if (link.includes('own')) refuse('invitation.own');
        if (link.includes('altered')) refuse('invitation.altered');
        if (!link.startsWith('keyshift:')) refuse('invitation.garbled');
        return addContact('Inviter', { pending: true, reach: 'waiting', keyEpoch: 0 });
      },
      importKey: ({ text }) => {
        if (text.includes('PRIVATE')) refuse('key.private');
        if (!text.startsWith('keyshift-card:')) refuse('key.garbled');
        return addContact('Card holder', { pending: true, reach: 'waiting', keyEpoch: 0 });
      },
      requests: () => world.requests,
      answerRequest: ({ requestId, accept }) => {
        const request = world.requests.find((one) => one.requestId === requestId) ?? refuse('request.unknown');
        world.requests = world.requests.filter((one) => one.requestId !== requestId);
        if (accept) addContact(request.name, { peerId: request.peerId });
        return null;
      },
      list: () => world.contacts,
      setChecked: ({ contactId, checked }) => {
        change(contactId, { checked, who: checked ? 'checked' : 'unchecked' });
        return null;
      },
      block: ({ contactId, blocked }) => {
        contactOf(contactId);
        change(contactId, { reach: blocked === false ? 'waiting' : 'blocked' });
        return null;
      },
    },
    conversations: {
      ...conversationChanges(world, changeParts),
      ...exportHandlers(world, networkParts),
      open: ({ contactId, title }) => {
        const contact = contactOf(contactId);
        if (contact.reach === 'blocked') refuse('contact.blocked');
        if (contact.ended !== undefined) refuse('contact.ended');
        const known = title === undefined ? world.conversations.find((one) => one.contactId === contactId) : undefined;
        if (known !== undefined) return { conversationId: known.conversationId };
        const conversationId = idOf(`conversation ${contactId} ${title ?? ''}`);
        world.conversations = [...world.conversations, { conversationId, contactId, title: title ?? '', state: 'open', unread: 0, ...ordinary }];
        world.messages.set(conversationId, []);
        return { conversationId };
      },
      list: () => world.conversations,
      get: ({ conversationId }) => conversationOf(conversationId),
      continue: ({ conversationId }) => {
        const failed = conversationOf(conversationId);
        if (failed.state !== 'failed') refuse('conversation.open');
        if (failed.continuedBy !== undefined) return { conversationId: failed.continuedBy };
        if (contactOf(failed.contactId).reach === 'blocked') refuse('contact.blocked');
        const next = idOf(`continues ${conversationId}`);
        world.conversations = [...world.conversations, { conversationId: next, contactId: failed.contactId, title: failed.title, state: 'open', continues: conversationId, unread: 0, ...ordinary, lastMessageAt: world.now() }];
        // What had not arrived moves along.
        const old = world.messages.get(conversationId) ?? [];
        const undelivered = old.filter((one) => one.direction === 'out' && one.state !== 'delivered' && one.state !== 'read');
        const moved = undelivered.map(({ waitingFor: _stopped, ...one }, index): Message => ({ ...one, messageId: idOf(`moved ${one.messageId}`), conversationId: next, sequence: index + 1, state: 'sent' }));
        world.messages.set(next, moved);
        world.messages.set(
          conversationId,
          old.map((one) => {
            const at = undelivered.indexOf(one);
            const { waitingFor: _stopped, ...rest } = one;
            return at === -1 ? one : { ...rest, movedTo: idOf(`moved ${one.messageId}`) };
          }),
        );
        touch(conversationId, { continuedBy: next });
        return { conversationId: next };
      },
      markRead: ({ conversationId }) => {
        touch(conversationId, { unread: 0 });
        return null;
      },
    },
    files: fileHandlers(world, networkParts),
    profiles: profileHandlers(world, networkParts),
    desktop: desktopHandlers(world),
    messages: {
      ...messageChanges(world, networkParts),
      ...searchHandlers(world),
      send: ({ conversationId, text, replyTo }) => {
        const { contactId } = conversationOf(conversationId);
        const contact = contactOf(contactId);
        if (text.trim() === '') refuse('message.empty');
        if (new TextEncoder().encode(text).length > 40 * 1024) refuse('message.too-long');
        if (contact.reach === 'blocked') refuse('contact.blocked');
        const list = world.messages.get(conversationId) ?? [];
        count += 1;
        const held = contact.pending ? 'acceptance' : contact.who === 'frozen' || contact.who === 'unknown-key' ? 'key' : contact.reach === 'waiting' ? 'connection' : undefined;
        const message: Message = {
          messageId: idOf(`sent ${count}`),
          conversationId,
          direction: 'out',
          instanceId: ownInstance,
          sequence: list.filter((one) => one.direction === 'out').length + 1,
          kind: 'text',
          text,
          sentAt: world.now(),
          state: held === undefined ? 'sent' : 'queued',
          keyEpoch: held === undefined ? 1 : 0,
          ...(held === undefined ? {} : { waitingFor: held }),
          ...(replyTo === undefined ? {} : { replyTo }),
        };
        world.messages.set(conversationId, [...list, message]);
        touch(conversationId, { lastMessageAt: message.sentAt, preview: text.slice(0, 160) });
        return { messageId: message.messageId };
      },
      list: ({ conversationId, before, after, around, at, limit }) => {
        conversationOf(conversationId);
        const list = world.messages.get(conversationId) ?? [];
        const middle = around !== undefined ? list.findIndex((one) => one.messageId === around) : at === undefined ? -1 : list.findIndex((one) => one.sentAt >= at);
        if (after !== undefined) return list.slice(list.findIndex((one) => one.messageId === after) + 1).slice(0, limit ?? 50);
        if (middle >= 0) {
          const start = Math.max(0, Math.min(middle - Math.floor((limit ?? 50) / 2), list.length - (limit ?? 50)));
          return list.slice(start, start + (limit ?? 50));
        }
        const end = before === undefined ? list.length : list.findIndex((one) => one.messageId === before);
        if (end === -1) refuse('message.unknown');
        return list.slice(Math.max(0, end - (limit ?? 50)), end);
      },
    },
    keys: keyHandlers(world, { refuse, emit: (event) => fake.emit(event), stateOf: (id) => conversationOf(id).state }),
    authorities: authorityHandlers(world, networkParts),
    backup: backupHandlers(world, networkParts),
    devices: deviceHandlers(world, networkParts),
    mailbox: mailboxHandlers(world, networkParts),
    envelopes: {
      save: ({ contactId }) => {
        const contact = contactOf(contactId);
        if (contact.pending) refuse('contact.pending');
        if (contact.reach === 'blocked') refuse('contact.blocked');
        let saved = 0;
        for (const { conversationId } of world.conversations.filter((one) => one.contactId === contactId)) {
          for (const message of world.messages.get(conversationId) ?? []) {
            if (message.direction !== 'out' || (message.state !== 'queued' && message.state !== 'sent')) continue;
            saved += 1;
            setState(message, 'sent', 'acknowledgement');
          }
        }
        return saved === 0 ? refuse('envelopes.nothing') : { path: `/media/stick/For ${contact.name}.keyshift-envelopes`, count: saved };
      },
      open: () => world.envelopeFile ?? refuse('path.required'),
    },
    network: networkHandlers(world, networkParts),
    discovery: discoveryHandlers(world, networkParts),
    settings: {
      get: () => world.settings,
      set: (by) => {
        world.settings = { ...world.settings, ...by };
        fake.emit({ type: 'network.changed' });
        return world.settings;
      },
    },
    diagnostics: {
      meter: () => ({
        rsaKeygen: 1, rsaSign: 4, rsaVerify: 6, sign: 18, verify: 22, dh: 8, kemKeygen: 2, kemEncaps: 4, kemDecaps: 4,
        kekWrap: 3, kekUnwrap: 3, dskWrap: 9, dskUnwrap: 8, seal: 412, open: 388,
      }),
      about: () => world.about,
      report: () => ({ text: `Keyshift ${world.about.version}` }),
      licences: () => [],
    },
  };

  const openCalls = new Set(['vault.status', 'vault.create', 'vault.unlock', 'vault.lock', 'backup.restore', 'backup.cancel', 'devices.join', 'devices.confirm', 'devices.cancel', 'devices.linking', 'network.status', 'settings.get', 'settings.set', 'diagnostics.meter', 'diagnostics.about', 'diagnostics.report', 'diagnostics.licences', 'profiles.list', 'profiles.create', 'profiles.open', 'profiles.rename', 'profiles.remove', 'desktop.openLink', 'desktop.takeLink', 'desktop.looking', 'desktop.misspelled', 'desktop.chooseFiles', 'conversations.checkArchive']);
  const fenced = Object.fromEntries(
    Object.entries(handlers).map(([group, members]) => [
      group,
      Object.fromEntries(
        Object.entries(members).map(([name, handler]) => [
          name,
          async (input: never) => {
            await world.delays.get(`${group}.${name}`);
            const failing = world.failing.get(`${group}.${name}`);
            if (failing !== undefined) refuse(failing);
            if (!openCalls.has(`${group}.${name}`) && !(world.vault === 'absent' && `${group}.${name}` === 'contacts.useCamera')) needVault();
            return (handler as (input: never) => unknown)(input); // one of the total handlers above, with its own input
          },
        ]),
      ),
    ]),
  ) as unknown as Handlers; // the same shape, each behind the vault's fence

  const { bridge, emit, calls } = createBridge(fenced, (files) => takenFiles(world, files));
  const fake: FakeBridge = {
    bridge,
    world,
    calls,
    emit,
    receive: (conversationId, text, extra = {}) => {
      count += 1;
      const list = world.messages.get(conversationId) ?? [];
      const message: Message = {
        messageId: idOf(`received ${count}`),
        conversationId,
        direction: 'in',
        instanceId: idOf('their device'),
        sequence: list.filter((one) => one.direction === 'in').length + 1,
        kind: 'text',
        text,
        sentAt: world.now(),
        receivedAt: world.now(),
        state: 'delivered',
        keyEpoch: 1,
        ...extra,
      };
      world.messages.set(conversationId, [...list, message]);
      emit({ type: 'message.received', conversationId, message });
      const known = conversationOf(conversationId);
      touch(conversationId, { unread: known.unread + 1, lastMessageAt: message.receivedAt ?? message.sentAt, preview: text.slice(0, 160) });
      return message;
    },
    tellNetwork: (by) => {
      world.network = { ...world.network, ...by };
      emit({ type: 'network.changed' });
    },
    tellReach: (contactId, by) => {
      world.reports.set(contactId, { ...world.reports.get(contactId), ...by });
      const { connected, reach } = by;
      if (reach !== undefined) world.contacts = world.contacts.map((one) => (one.contactId === contactId ? { ...one, reach } : one));
      if (connected !== undefined) emit({ type: 'session.changed', contactId, connected });
      emit({ type: 'network.changed' });
    },
    tellNearby: (by) => {
      world.discovery = { ...world.discovery, ...by };
      emit({ type: 'discovery.changed' });
    },
    tellLinking: (linking) => {
      world.devices.linking = linking;
      emit({ type: 'devices.linking', ...linking });
      if (linking.side === 'new' && linking.stage === 'transferring' && world.vault === 'absent') setVault('open');
    },
    tellDevices: (list) => {
      world.devices.list = list;
      emit({ type: 'devices.changed' });
    },
    tellMailbox: (by) => {
      world.devices.mailbox = { ...world.devices.mailbox, ...by };
      emit({ type: 'mailbox.changed' });
    },
    deliver: (message, state) => setState(message, state),
  };
  return fake;
}

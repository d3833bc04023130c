import type { AppEvent, Handlers } from '../../shared/contract/contract';
import type { Bridge } from '../../shared/contract/bridge';
import type { Device, Linking } from '../../shared/model/device';
import type { DiscoveryStatus } from '../../shared/model/discovery';
import type { MailboxStatus } from '../../shared/model/mailbox';
import type { Message } from '../../shared/model/message';
import type { NetworkStatus, ReachReport } from '../../shared/model/network';
import { createBridge } from './fake-bridge';
import { contactHandlers } from './fake-contacts';
import { conversationHandlers } from './fake-conversations';
import { desktopHandlers, updateHandlers, dictionaryHandlers, profileHandlers } from './fake-desktop';
import { deviceHandlers, mailboxHandlers } from './fake-devices';
import { fileHandlers, takenFiles } from './fake-files';
import { keyHandlers } from './fake-keys';
import { envelopeHandlers, messageHandlers } from './fake-messages';
import { discoveryHandlers, networkHandlers } from './fake-network';
import { authorityHandlers, backupHandlers } from './fake-organisations';
import { selfHandlers } from './fake-self';
import { createTools } from './fake-tools';
import { fence } from './fence';
import { idOf } from './ids';
import { emptyWorld, type World } from './world';

export { noKeys } from './fake-keys';
export { idOf, ownInstance, peerIdOf } from './ids';
export { emptyWorld, makeContact, type World } from './world';

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

/** A double of the main process: a world, and answers out of it. */
export function createFake(world: World = emptyWorld()): FakeBridge {
  const tools = createTools(world, (event) => emit(event));
  const { conversationOf, touch, setVault, setState, nextId } = tools;
  const handlers: Handlers = {
    ...selfHandlers(world, tools),
    contacts: contactHandlers(world, tools),
    conversations: conversationHandlers(world, tools),
    messages: messageHandlers(world, tools),
    envelopes: envelopeHandlers(world, tools),
    files: fileHandlers(world, tools),
    profiles: profileHandlers(world, tools),
    desktop: desktopHandlers(world, tools),
    updates: updateHandlers(world),
    dictionary: dictionaryHandlers(),
    keys: keyHandlers(world, { ...tools, stateOf: (id) => conversationOf(id).state }),
    authorities: authorityHandlers(world, tools),
    backup: backupHandlers(world, tools),
    devices: deviceHandlers(world, tools),
    mailbox: mailboxHandlers(world, tools),
    network: networkHandlers(world, tools),
    discovery: discoveryHandlers(world, tools),
  };
  const { bridge, emit, calls } = createBridge(fence(world, tools, handlers), (files) => takenFiles(world, files));
  const fake: FakeBridge = {
    bridge,
    world,
    calls,
    emit,
    receive: (conversationId, text, extra = {}) => {
      const list = world.messages.get(conversationId) ?? [];
      const message: Message = {
        messageId: nextId('received'),
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

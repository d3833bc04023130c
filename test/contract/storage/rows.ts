import type { DialogId, InstanceId, PeerId } from '../../../electron/engine/ids';
import type { LocalRecord, PeerRecord } from '../../../electron/engine/ports';
import type { ContactRow, ConversationRow, InvitationRow, MessageRow, RequestRow } from '../../../electron/services/ports';
import { someBytes } from './backings';

// Brands exist in types only; a test makes its ids itself.
export const peer = (n: number): PeerId => `peer${String(n).padStart(48, 'a')}` as PeerId;
export const instance = (n: number): InstanceId => n.toString(16).padStart(32, '0') as InstanceId;
export const dialog = (n: number): DialogId => n.toString(16).padStart(32, 'd') as DialogId;
export const handle = (n: number): string => n.toString(16).padStart(32, '0');

export function localRecord(change: Partial<LocalRecord> = {}): LocalRecord {
  return {
    peerId: peer(1),
    name: 'Ada 🦊',
    createdAt: 1_700_000_000_000,
    identityKeys: [
      { epoch: 1, certificate: someBytes(900), createdAt: 1, retiredAt: 2 },
      { epoch: 2, certificate: someBytes(900), privateKey: someBytes(1700), createdAt: 2 },
    ],
    instance: { credential: someBytes(2500), signingSeed: someBytes(32), kemSecret: someBytes(32) },
    exchanges: [
      { credential: someBytes(1800), kemSecret: someBytes(32) },
      { credential: someBytes(1800), kemSecret: someBytes(32) },
    ],
    instanceList: someBytes(400),
    ...change,
  };
}

export function peerRecord(n: number, change: Partial<PeerRecord> = {}): PeerRecord {
  return {
    peerId: peer(n),
    pinnedSpkiHash: someBytes(32),
    identityEpoch: 3,
    identityCertificate: someBytes(900),
    instanceList: someBytes(300),
    listVersion: 7,
    instances: [someBytes(2500), someBytes(0), someBytes(1)],
    exchanges: [someBytes(1800)],
    places: [
      {
        instanceId: instance(n),
        time: 1_700_000_000_000,
        addresses: [
          { host: '::1', port: 1 },
          { host: 'example.org', port: 65535 },
        ],
      },
      { instanceId: instance(n + 1), time: 1_600_000_000_000, addresses: [] },
    ],
    blocked: false,
    updatedAt: 1_700_000_000_001,
    ...change,
  };
}

export function contact(n: number, change: Partial<ContactRow> = {}): ContactRow {
  return {
    contactId: handle(n),
    peerId: peer(n),
    name: `Person ${n}`,
    createdAt: 1000 + n,
    relation: 'invited',
    checked: false,
    blocked: false,
    permissions: { message: true, openConversation: false, sendFile: true },
    hints: [{ host: '127.0.0.1', port: 4000 }],
    ...change,
  };
}

export function invitation(n: number, change: Partial<InvitationRow> = {}): InvitationRow {
  return { invitationId: handle(n), secret: someBytes(16), createdAt: n, expiresAt: 1000 + n, ...change };
}

export function request(n: number, change: Partial<RequestRow> = {}): RequestRow {
  return {
    requestId: handle(n),
    peerId: peer(n),
    name: `Stranger ${n}`,
    via: 'card',
    card: someBytes(5000),
    receivedAt: n,
    declined: false,
    ...change,
  };
}

export function conversation(n: number, change: Partial<ConversationRow> = {}): ConversationRow {
  return {
    conversationId: handle(n),
    contactId: handle(n),
    peerId: peer(n),
    dialogId: dialog(n),
    title: '',
    state: 'open',
    createdAt: n,
    unread: 0,
    ...change,
  };
}

export function message(n: number, change: Partial<MessageRow> = {}): MessageRow {
  return {
    messageId: handle(n),
    conversationId: handle(1),
    direction: 'out',
    instanceId: instance(1),
    sequence: n,
    kind: 'text',
    text: `message ${n}`,
    sentAt: 10_000 + n,
    state: 'queued',
    keyEpoch: 0,
    ...change,
  };
}

import type { StreamKey } from '../../../engine/dialog/dialog-store';
import type { InstanceId } from '../../../engine/ids';
import { Writer } from '../../../engine/wire/writer';
import type { MessageRow, RaisedMessage, Stores } from '../../ports';
import type { ReplicaStore } from '../../ports/replica';
import type { FactKind } from '../replica';
import type { KindParts } from './kind-parts';
import { parseStreamKey, readWhole, streamKey } from './values';

/** Up to which message of a stream: handed over and arrived, for own ones; read, by the one it was for. 0: none. */
export interface Marks {
  readonly sent: number;
  readonly delivered: number;
  readonly read: number;
}

const none: Marks = { sent: 0, delivered: 0, read: 0 };

/** How far messages got: each only rises, and the furthest that any device knows of counts. */
export function markKind({ stores, events, profile, onRead }: KindParts): FactKind {
  return {
    kind: 'mark',
    rank: 60,
    merges: true,
    apply({ key, value }) {
      const stream = parseStreamKey(key);
      const said = parseMarks(value);
      const conversation = stores.conversations.byDialog(stream.peerId, stream.dialogId);
      if (conversation === undefined) return stores.conversations.isRemoved(stream.peerId, stream.dialogId);
      const { conversationId, peerId } = conversation;
      const before = marksOf(stores.replica, stream);
      const tell = (row: RaisedMessage): void => {
        const waitingFor = profile.waitingFor(peerId, row);
        events.emit({ type: 'message.state', conversationId, messageId: row.messageId, state: row.state, ...(waitingFor && { waitingFor }), ...(row.movedTo !== undefined && { movedTo: row.movedTo }) });
      };
      for (const state of ['sent', 'delivered', 'read'] as const) {
        if (said[state] > before[state]) stores.messages.raiseState(conversationId, stream.instanceId, before[state] + 1, said[state], state).forEach(tell);
      }
      const read = said.read > before.read ? stores.messages.markReadUpTo(conversationId, stream.instanceId, said.read) : 0;
      if (read > 0) {
        profile.talk.read(conversation, [{ instanceId: stream.instanceId, sequence: said.read }]);
        onRead(conversation.peerId);
        const now = stores.conversations.byId(conversationId) ?? conversation;
        stores.conversations.put({ ...now, unread: Math.max(0, now.unread - read) });
        events.emit({ type: 'conversation.changed', conversationId });
      }
      if (said.sent > before.sent || said.delivered > before.delivered) profile.talk.disappearing.begin(conversationId);
      return true;
    },
    // How far they got until now stands with the messages themselves.
    all: () => [],
  };
}

/** What marks say of one message; `queued` where they say nothing. */
export function markedState(replica: ReplicaStore, stream: StreamKey, direction: MessageRow['direction'], sequence: number): MessageRow['state'] {
  const marks = marksOf(replica, stream);
  if (direction === 'in') return sequence <= marks.read ? 'read' : 'delivered';
  if (sequence <= marks.read) return 'read';
  if (sequence <= marks.delivered) return 'delivered';
  return sequence <= marks.sent ? 'sent' : 'queued';
}

/** What to say of a stream when this device learned more; undefined where all of it is known. */
export function raisedMarks({ replica, conversations }: Stores, own: InstanceId, conversationId: string, instanceId: InstanceId, marks: Partial<Marks>): { readonly key: string; readonly value: Uint8Array } | undefined {
  const conversation = conversations.byId(conversationId);
  if (conversation === undefined) return undefined;
  const key = streamKey({ ...conversation, instanceId });
  const before = replica.of('mark', key).find(({ author }) => author === own)?.value;
  const said = before ? parseMarks(before) : none;
  const now = highest([said, { ...none, ...marks }]);
  if (now.sent === said.sent && now.delivered === said.delivered && now.read === said.read) return undefined;
  return { key, value: new Writer(24).u64(now.sent).u64(now.delivered).u64(now.read).finish() };
}

function marksOf(replica: ReplicaStore, stream: StreamKey): Marks {
  const said = replica.of('mark', streamKey(stream));
  return said.length === 0 ? none : highest(said.flatMap(({ value }) => (value === undefined ? [] : [parseMarks(value)])));
}

function highest(all: readonly Marks[]): Marks {
  const of = (name: keyof Marks): number => all.reduce((most, marks) => Math.max(most, marks[name]), 0);
  return { sent: of('sent'), delivered: of('delivered'), read: of('read') };
}

function parseMarks(value: Uint8Array): Marks {
  return readWhole(value, (reader) => ({ sent: reader.u64(), delivered: reader.u64(), read: reader.u64() }));
}

import { Writer } from '../../../engine/wire/writer';
import type { LocalParty } from '../../../engine/certificates/local-party';
import type { InstanceId } from '../../../engine/ids';
import type { ConversationRow } from '../../ports';
import type { LoggedFact } from '../../ports/replica';
import type { FactKind } from '../replica';
import type { KindParts } from './kind-parts';
import { dialogKey, parseDialogKey, readOptional, readWhole, readWord, writeOptional } from './values';

const states = ['open', 'closed', 'failed'] as const satisfies readonly ConversationRow['state'][];

export function encodeEnd({ state, failure }: Pick<ConversationRow, 'state' | 'failure'>): Uint8Array {
  const writer = new Writer(32).u8(states.indexOf(state));
  return writeOptional(writer, failure, (rule) => writer.text(rule)).finish();
}

/** Whether a device's word that something is over counts for nothing: the list says so, or another own device that stopped it. */
export function isVoid({ list, suspended }: Pick<LocalParty, 'list' | 'suspended'>, author: InstanceId): boolean {
  return suspended.has(author) || list.instances.some((each) => each.instanceId === author && each.state === 'suspended');
}

/** Whether a fact says that it failed, which is not taken back by anybody who is no device any more. */
export function saysFailed({ value }: Pick<LoggedFact, 'value'>): boolean {
  return value?.[0] === states.indexOf('failed');
}

/**
 * That a conversation is over. It wins over everything, whoever says it and when: nothing opens it again. A fact names the device that says so by
 * its author; while that one is suspended and no other says the same, it counts for nothing that is not in place already.
 */
export function endedKind({ stores, local, events }: KindParts): FactKind {
  const { conversations, messages, replica } = stores;
  const isSuspended = (author: InstanceId): boolean => isVoid(local, author);
  return {
    kind: 'ended',
    rank: 21,
    merges: true,
    apply(fact) {
      const { peerId, dialogId } = parseDialogKey(fact.key);
      const told = [fact, ...replica.of('ended', fact.key).filter(({ author }) => author !== fact.author)].filter(({ author }) => !isSuspended(author)).map(parse);
      const conversation = conversations.byDialog(peerId, dialogId);
      if (conversation === undefined) return conversations.isRemoved(peerId, dialogId);
      // Of several reasons all devices show the same.
      const [worst] = told.sort((a, b) => states.indexOf(b.state) - states.indexOf(a.state) || ((a.failure ?? '') < (b.failure ?? '') ? -1 : 1));
      if (worst === undefined || states.indexOf(worst.state) < states.indexOf(conversation.state)) return true;
      if (worst.state === conversation.state && worst.failure === conversation.failure) return true;
      conversations.put({ ...conversation, state: worst.state, ...(worst.failure !== undefined && { failure: worst.failure }) });
      for (const { messageId, state } of worst.state === 'failed' ? messages.undelivered(conversation.conversationId).slice(-100) : []) {
        events.emit({ type: 'message.state', conversationId: conversation.conversationId, messageId, state, waitingFor: 'continuation' });
      }
      events.emit({ type: 'conversation.changed', conversationId: conversation.conversationId });
      return true;
    },
    *all() {
      for (const row of conversations.list()) if (row.state !== 'open') yield { key: dialogKey(row), value: encodeEnd(row) };
    },
  };
}

function parse({ value }: Pick<LoggedFact, 'value'>): Pick<ConversationRow, 'state' | 'failure'> {
  return readWhole(value ?? new Uint8Array([0, 0]), (reader) => {
    const state = readWord(reader, states);
    const failure = readOptional(reader, () => reader.text(64));
    return { state, ...(failure !== undefined && { failure }) };
  });
}

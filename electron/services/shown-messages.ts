import type { InstanceId } from '../engine/ids';
import type { MessageStore } from './ports';
import type { ChangeStore } from './ports/changes';

/** Sequence 1 of the device that opened a conversation is its title, 2 may be the link to the one it continues. */
const lastUnseen = 2;

/** `count` numbered messages of one device's stream, from sequence `first` on. */
export interface Span {
  readonly instanceId: InstanceId;
  readonly first: number;
  readonly count: number;
}

/** How many of them a person sees as messages: a title, a link, an edit, a reaction are numbered and locked like these, but are none to anybody. */
export function shownMessages({ messages, changes }: { readonly messages: Pick<MessageStore, 'bySequence'>; readonly changes: Pick<ChangeStore, 'countPlaces'> }, conversationId: string, { instanceId, first, count }: Span): number {
  const last = first + count - 1;
  let shown = count - changes.countPlaces(conversationId, instanceId, Math.max(first, lastUnseen + 1), last);
  for (let sequence = first; sequence <= Math.min(lastUnseen, last); sequence += 1) {
    if (messages.bySequence(conversationId, instanceId, sequence) === undefined) shown -= 1;
  }
  return shown;
}

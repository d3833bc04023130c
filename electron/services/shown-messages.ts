import type { InstanceId } from '../engine/ids';
import type { MessageStore } from './ports';

/** Sequence 1 of the device that opened a conversation is its title, 2 may be the link to the one it continues. */
const lastUnseen = 2;

/** `count` numbered messages of one device's stream, from sequence `first` on. */
export interface Span {
  readonly instanceId: InstanceId;
  readonly first: number;
  readonly count: number;
}

/** How many of them a person sees as messages: a title and a link are numbered and locked like these, but are none to anybody. */
export function shownMessages(messages: Pick<MessageStore, 'bySequence'>, conversationId: string, { instanceId, first, count }: Span): number {
  let shown = count;
  for (let sequence = first; sequence <= Math.min(lastUnseen, first + count - 1); sequence += 1) {
    if (messages.bySequence(conversationId, instanceId, sequence) === undefined) shown -= 1;
  }
  return shown;
}

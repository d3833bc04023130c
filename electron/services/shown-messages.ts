import type { InstanceId } from '../engine/ids';
import type { ChangeStore } from './ports/changes';

/** `count` numbered messages of one device's stream, from sequence `first` on. */
export interface Span {
  readonly instanceId: InstanceId;
  readonly first: number;
  readonly count: number;
}

/**
 * How many of them a person sees as messages: a title, a link, an edit, a reaction are numbered and locked like these, but are none to anybody. A message
 * that was deleted or disappeared here still counts: the other side may have it, and both count the same.
 */
export function shownMessages({ changes }: { readonly changes: Pick<ChangeStore, 'countPlaces'> }, conversationId: string, { instanceId, first, count }: Span): number {
  return count === 0 ? 0 : count - changes.countPlaces(conversationId, instanceId, first, first + count - 1);
}

import type { Conversation } from '../../../shared/model/conversation';

/** The list with one that changed, or is new: by newest activity. The others stay where they are, and the same objects. */
export function withConversation(list: readonly Conversation[], changed: Conversation): readonly Conversation[] {
  const at = list.findIndex((one) => one.conversationId === changed.conversationId);
  const before = list[at];
  if (before !== undefined && before.lastMessageAt === changed.lastMessageAt) return isEqual(before, changed) ? list : [...list.slice(0, at), changed, ...list.slice(at + 1)];
  const others = before === undefined ? list : [...list.slice(0, at), ...list.slice(at + 1)];
  const time = changed.lastMessageAt;
  // What is said now came after conversations were begun in which nobody said anything yet.
  const isSaidNow = time !== undefined && time > (before?.lastMessageAt ?? 0);
  // A new one in which nothing was said yet was opened just now.
  const place = time === undefined ? 0 : others.findIndex(({ lastMessageAt: other }) => (other === undefined ? isSaidNow : other <= time));
  return place === -1 ? [...others, changed] : [...others.slice(0, place), changed, ...others.slice(place)];
}

/** What was asked for, with the objects that are shown already where nothing is different: their lines are not drawn again. */
export function sameWhereEqual(shown: readonly Conversation[], asked: readonly Conversation[]): readonly Conversation[] {
  const known = new Map(shown.map((one) => [one.conversationId, one]));
  const joined = asked.map((one) => {
    const former = known.get(one.conversationId);
    return former !== undefined && isEqual(former, one) ? former : one;
  });
  return joined.length === shown.length && joined.every((one, index) => one === shown[index]) ? shown : joined;
}

/** Plain values, and objects of plain values, as a draft. */
function isEqual(one: object, other: object): boolean {
  const values = Object.entries(one);
  const others = new Map<string, unknown>(Object.entries(other));
  return values.length === others.size && values.every(([name, value]) => isSame(value, others.get(name)));
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || (typeof one === 'object' && typeof other === 'object' && one !== null && other !== null && isEqual(one, other));
}

import type { EventOf } from '../../../shared/contract/contract';
import type { Message, MessageState } from '../../../shared/model/message';

const rank: Readonly<Record<MessageState, number>> = { queued: 0, sent: 1, delivered: 2, read: 3 };

/**
 * Joins the newest page to what is already shown. A page may be older than an event that came meanwhile,
 * so a delivery state never goes back. `replaced`: the page does not touch what was shown, which is then dropped but for `since`: what came after it was asked for.
 */
export function mergePage(
  shown: readonly Message[],
  page: readonly Message[],
  since: readonly Message[] = [],
): { readonly messages: readonly Message[]; readonly replaced: boolean } {
  const first = page[0];
  const start = first === undefined ? -1 : shown.findIndex((message) => message.messageId === first.messageId);
  if (start === -1) {
    return { messages: [...page, ...below(page, since)], replaced: true };
  }
  const byId = new Map(shown.map((message) => [message.messageId, message]));
  const inPage = new Set(page.map((message) => message.messageId));
  const joined = page.map((message) => newer(byId.get(message.messageId), message));
  const after = shown.slice(start).filter((message) => !inPage.has(message.messageId));
  return { messages: [...shown.slice(0, start), ...joined, ...after], replaced: false };
}

/** The page in the place of everything that was shown when it was asked for; what came since stays behind it. */
export function replacePage(before: readonly Message[], shown: readonly Message[], page: readonly Message[]): readonly Message[] {
  const byId = new Map(shown.map((message) => [message.messageId, message]));
  return [...page.map((message) => newer(byId.get(message.messageId), message)), ...below(page, cameSince(before, shown))];
}

/** Of what came since: what stands below the last that the page has as well. What stands above that is older, and had no room in it. */
function below(page: readonly Message[], since: readonly Message[]): readonly Message[] {
  const known = new Set(page.map((message) => message.messageId));
  let from = since.length;
  while (from > 0 && !known.has(since[from - 1]?.messageId ?? '')) from -= 1;
  return since.slice(from);
}

/** What stands below all that was shown before: older ones may have come above it meanwhile. */
export function cameSince(before: readonly Message[], shown: readonly Message[]): readonly Message[] {
  const was = new Set(before.map((message) => message.messageId));
  let from = shown.length;
  while (from > 0 && !was.has(shown[from - 1]?.messageId ?? '')) from -= 1;
  return shown.slice(from);
}

/** What is shown stays the same object where the page says nothing new: it is not drawn again then. */
function newer(shown: Message | undefined, asked: Message): Message {
  if (shown === undefined) return asked;
  return rank[shown.state] > rank[asked.state] || isSame(shown, asked) ? shown : asked;
}

/** Of the same message. */
function isSame(shown: Message, asked: Message): boolean {
  const { state, waitingFor, way, movedTo, keyEpoch, instanceId, sequence, text, kind, direction, replyTo } = shown;
  return (
    state === asked.state && waitingFor === asked.waitingFor && way === asked.way && movedTo === asked.movedTo && keyEpoch === asked.keyEpoch
    && instanceId === asked.instanceId && sequence === asked.sequence
    && shown.editedAt === asked.editedAt && shown.disappearsAt === asked.disappearsAt && JSON.stringify(shown.reactions) === JSON.stringify(asked.reactions)
    && text === asked.text && kind === asked.kind && direction === asked.direction && replyTo === asked.replyTo
  );
}

/** The same array when the event tells nothing new. */
export function applyState(shown: readonly Message[], event: EventOf<'message.state'>): readonly Message[] {
  const index = shown.findIndex((message) => message.messageId === event.messageId);
  const message = shown[index];
  if (message === undefined) return shown;
  const { waitingFor: _former, ...rest } = message;
  const changed: Message = {
    ...rest,
    state: event.state,
    ...(event.waitingFor === undefined ? {} : { waitingFor: event.waitingFor }),
    // Without a word it is the one that was known.
    ...(event.way === undefined ? {} : { way: event.way }),
    ...(event.movedTo === undefined ? {} : { movedTo: event.movedTo }),
  };
  return [...shown.slice(0, index), changed, ...shown.slice(index + 1)];
}

import type { MessageRow } from '../../electron/services/ports';
import { setDisappearing } from '../../electron/services/talk/of-profile';
import { acquaint, createWorld, type Resident, type World } from './services-kit';

export interface TeaTalk {
  readonly world: World;
  readonly ada: Resident;
  readonly bob: Resident;
  /** The conversation, as Ada numbers it, and as Bob does. */
  readonly here: string;
  readonly there: string;
}

/** Ada and Bob know each other; she opened a conversation, of which he has heard. */
export async function teaTalk(): Promise<TeaTalk> {
  const world = createWorld();
  const [ada, bob] = [await world.move('Ada'), await world.move('Bob')];
  const { ofInviter } = await acquaint(world, ada, bob);
  const here = (await ada.conversations.open({ contactId: ofInviter, title: 'Tea' })).conversationId;
  await world.until('the conversation', () => bob.profile.stores.conversations.list().length === 1);
  return { world, ada, bob, here, there: bob.profile.stores.conversations.list()[0]?.conversationId ?? '' };
}

export const rows = (of: Resident): readonly MessageRow[] => of.profile.stores.conversations.list().flatMap(({ conversationId }) => of.profile.stores.messages.page(conversationId, undefined, 50));
export const rowOf = (of: Resident, text: string): MessageRow | undefined => rows(of).find((row) => row.text === text);

export async function sendDelivered(world: World, from: Resident, conversationId: string, text: string, to: Resident): Promise<string> {
  const { messageId } = await from.messages.send({ conversationId, text });
  await world.until(text, () => rowOf(to, text) !== undefined && from.profile.stores.messages.byId(messageId)?.state === 'delivered');
  return messageId;
}

export function disappear(of: Resident, conversationId: string, seconds: number): void {
  const conversation = of.profile.stores.conversations.byId(conversationId) ?? never();
  of.profile.commit(() => setDisappearing(of.profile, conversation, seconds));
  of.profile.delivery.flush(conversation.peerId);
}

export function never(): never {
  throw new Error('not here');
}

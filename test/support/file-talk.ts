import { randomBytes } from 'node:crypto';
import type { Transfer } from '../../shared/model/transfer';
import { acquaint, type Resident, type World } from './services-kit';

/** Several windows of pieces, and a last one that is not full. */
export const severalWindows = randomBytes(12 * 65_536 + 321);

export interface TalkOfTwo {
  readonly ada: Resident;
  readonly bo: Resident;
  readonly conversationId: string;
}

/** Two people who know each other, with a conversation of Ada's. */
export async function talkOfTwo(world: World): Promise<TalkOfTwo> {
  const [ada, bo] = [await world.move('Ada'), await world.move('Bo')];
  const { ofInviter } = await acquaint(world, ada, bo);
  const { conversationId } = await ada.conversations.open({ contactId: ofInviter });
  return { ada, bo, conversationId };
}

/** The newest file this person knows of. */
export function transferOf(resident: Resident): Transfer {
  const [one] = resident.profile.files.list();
  if (one === undefined) throw new Error(`${resident.name} has no file`);
  return one;
}

export const isThere = (resident: Resident): boolean => resident.profile.files.list().length > 0;

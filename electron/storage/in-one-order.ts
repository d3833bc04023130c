import type { MessageRow } from '../services/ports';
import type { Row } from './database';
import { readMessage } from './message-row';
import { integer, text } from './row';

/** One conversation, or several that are shown as one. */
export type Asked = string | readonly string[];

/** What `ask` gives for the first of them that gives something. */
export function firstOf(asked: Asked, ask: (conversationId: string) => Row | undefined): Row | undefined {
  if (typeof asked === 'string') return ask(asked);
  for (const conversationId of asked) {
    const row = ask(conversationId);
    if (row !== undefined) return row;
  }
  return undefined;
}

/** Rows with their `place`, of one conversation as they come, of several the first `limit` in the order of their places. */
export function inOneOrder(asked: Asked, ask: (conversationId: string) => readonly Row[], limit: number, order: 'on' | 'back'): readonly (readonly [Row, string])[] {
  if (typeof asked === 'string') return ask(asked).map((row) => [row, asked] as const);
  const sign = order === 'on' ? 1 : -1;
  return asked
    .flatMap((conversationId) => ask(conversationId).map((row) => [row, conversationId] as const))
    .sort(([one], [other]) => sign * (integer(one, 'place') - integer(other, 'place') || compared(text(one, 'instance_id'), text(other, 'instance_id')) || integer(one, 'sequence') - integer(other, 'sequence')))
    .slice(0, limit);
}

export function read(rows: readonly (readonly [Row, string])[]): MessageRow[] {
  return rows.map(([row, conversationId]) => readMessage(row, conversationId));
}

function compared(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

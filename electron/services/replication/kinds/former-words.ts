import type { MessageRow } from '../../ports';

/** Whether these are words of a message that does not say them any more: it was changed since, or taken back. */
export function areFormer(row: MessageRow, { text, revision = 0 }: { readonly text: string; readonly revision?: number }): boolean {
  if (text === '') return false;
  return row.kind === 'deleted' || (row.revision !== undefined && row.revision >= revision && row.text !== text);
}

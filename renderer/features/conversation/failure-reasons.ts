import type { TextId } from '../../i18n/messages';

/** The rules a conversation may be stopped by, as the engine names them. */
export const failureReasons = [
  'key-rollback', 'key-conflict', 'key-reused', 'kek-rollback', 'kek-conflict', 'too-many-shifts', 'key-too-old', 'worn-out', 'told-by-peer',
] as const;

const known: ReadonlySet<string> = new Set(failureReasons);

/** The sentence for a reason; a reason that a newer engine gives has a general one. */
export function failureWords(reason: string | undefined): TextId {
  return reason !== undefined && known.has(reason) ? (`failed.${reason as (typeof failureReasons)[number]}`) : 'failed.other'; // the set above is the proof
}

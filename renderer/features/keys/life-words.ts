import type { KeyGeneration, ShiftReason } from '../../../shared/model/keys';
import type { TextId } from '../../i18n/messages';
import type { Text } from '../../i18n/use-text';
import type { Times } from '../../i18n/use-times';

/** Why a key came. Of the other side only "first", "all keys replaced" and "its own decision" are known. */
export function reasonId(reason: ShiftReason, who: 'you' | 'peer'): TextId {
  return reason === 'peer' && who === 'peer' ? 'keys.reason.theirs' : `keys.reason.${reason}`;
}

export type KeyFate = 'use' | 'kept' | 'forgotten';

export function fateOf(generation: KeyGeneration): KeyFate {
  if (generation.forgotten) return 'forgotten';
  return generation.until === undefined ? 'use' : 'kept';
}

/** Everything the picture tells of one key, in words. */
export function lifeWords(generation: KeyGeneration, text: Text, times: Times): readonly string[] {
  const { since, until, reason, who, messages } = generation;
  return [
    until === undefined ? text('lives.since', { since: times.dateTime(since) }) : times.range(since, until),
    text(reasonId(reason, who)),
    text('keys.count', { count: messages }),
    text(`lives.fate.${fateOf(generation)}`),
  ];
}

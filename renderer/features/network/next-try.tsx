import type { ReactNode } from 'react';
import { useNow } from '../../i18n/use-now';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { asSentence } from '../../ui/strangers';

/** Counts down by itself, so that nothing around it is drawn again each second. */
export function NextTry({ at }: { readonly at: number | undefined }): ReactNode {
  const text = useText();
  const times = useTimes();
  const now = useNow(1_000);
  if (at === undefined) return null;
  // Some languages shorten a unit with a full stop of its own.
  return asSentence(at <= now ? text('reach.next.soon') : text('reach.next', { left: times.span(at - now) }));
}

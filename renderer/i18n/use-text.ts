import { useCallback } from 'react';
import { useIntl } from 'react-intl';
import { KeyshiftError } from '../../shared/errors';
import { toFailure } from '../bridge/failure';
import type { TextId } from './messages';
import { withOneMark } from './one-mark';
import { sentence } from './sentence';

export type Text = (id: TextId, values?: Readonly<Record<string, string | number>>) => string;

/** Words by id; an id that does not exist does not compile. */
export function useText(): Text {
  const intl = useIntl();
  return useCallback((id, values) => withOneMark(sentence(intl, id, values), values), [intl]);
}

/** The sentence for whatever was thrown. */
export function useErrorText(): (thrown: unknown) => string {
  const intl = useIntl();
  return useCallback(
    (thrown) => {
      const failure: KeyshiftError = toFailure(thrown);
      if (failure.code === 'keys.too-often' && failure.facts.retryAt !== undefined) {
        return sentence(intl, 'keys.tooOften', { when: intl.formatTime(failure.facts.retryAt) });
      }
      if (failure.code === 'discovery.too-many' && failure.facts.retryAt !== undefined) {
        return sentence(intl, 'nearby.tooMany', { when: intl.formatTime(failure.facts.retryAt) });
      }
      if (failure.code === 'disk.full' && failure.facts.limit !== undefined) {
        return sentence(intl, 'disk.room', { megabytes: intl.formatNumber(Math.ceil(failure.facts.limit / 1_048_576)) });
      }
      if (failure.code === 'recovery.wrong-code' && failure.facts.issues !== undefined) return sentence(intl, 'recovery.use.code.mistyped');
      return sentence(intl, `error.${failure.code}`);
    },
    [intl],
  );
}

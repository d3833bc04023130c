import { useCallback } from 'react';
import { useIntl, type IntlShape } from 'react-intl';
import { KeyshiftError } from '../../shared/errors';
import { toFailure } from '../bridge/failure';
import { withCode } from './error-codes';
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
      return withCode(wordsOf(failure, intl), failure.code);
    },
    [intl],
  );
}

function wordsOf({ code, facts }: KeyshiftError, intl: IntlShape): string {
  if (code === 'keys.too-often' && facts.retryAt !== undefined) return sentence(intl, 'keys.tooOften', { when: intl.formatTime(facts.retryAt) });
  if (code === 'discovery.too-many' && facts.retryAt !== undefined) return sentence(intl, 'nearby.tooMany', { when: intl.formatTime(facts.retryAt) });
  if (code === 'disk.full' && facts.limit !== undefined) return sentence(intl, 'disk.room', { megabytes: intl.formatNumber(Math.ceil(facts.limit / 1_048_576)) });
  if (code === 'recovery.wrong-code' && facts.issues !== undefined) return sentence(intl, 'recovery.use.code.mistyped');
  return sentence(intl, `error.${code}`);
}

import type { ReactNode } from 'react';
import { KeyshiftError, type ErrorCode } from '../../../shared/errors';
import { useErrorText, useText } from '../../i18n/use-text';
import { PageSection } from '../nearby/page-section';
import { linkFailure } from './link-failures';

/** Linking came to nothing: what happened, what is safe, what to do next. */
export function LinkFailed({ code, side, children }: { readonly code: ErrorCode; readonly side: 'existing' | 'new'; readonly children: ReactNode }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { title, what, safe, next } = linkFailure(code, side, text, errorText(new KeyshiftError(code, code)));
  return (
    <PageSection
      title={title}
      sentence={
        <dl className="failure-facts link-failed">
          <div className="what">
            <dt>{text('failure.heading.what')}</dt>
            <dd>{what}</dd>
          </div>
          <div className="safe">
            <dt>{text('failure.heading.safe')}</dt>
            <dd>{safe}</dd>
          </div>
          <div className="next">
            <dt>{text('failure.heading.next')}</dt>
            <dd>{next}</dd>
          </div>
        </dl>
      }
    >
      {children}
    </PageSection>
  );
}

import type { ReactNode } from 'react';
import { toFailure } from '../../bridge/failure';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';

/** Why nothing was written or read; calm where no file was chosen, which the person wanted. */
export function KeyFileFailure({ failure }: { readonly failure: unknown }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  if (toFailure(failure).code !== 'path.required') return <Banner tone="danger">{errorText(failure)}</Banner>;
  return (
    <div role="status">
      <Banner tone="calm">{text('keyfile.noFile')}</Banner>
    </div>
  );
}

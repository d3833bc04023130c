import type { ReactNode } from 'react';
import type { TokenFile } from '../../../shared/model/transfer';
import { useSettings } from '../../app/model-context';
import { useText } from '../../i18n/use-text';

/** Of pictures that are about to be sent: what they say beside themselves, and whether it goes along. */
export function LeftOutLine({ staged }: { readonly staged: readonly TokenFile[] }): ReactNode {
  const text = useText();
  const isLeftOut = useSettings((state) => state.settings.stripMetadata);
  const count = staged.filter(({ cleanable }) => cleanable === true).length;
  if (count === 0) return null;
  return <p className="field-hint">{text(isLeftOut ? 'files.staged.leftOut' : 'files.staged.along', { count })}</p>;
}

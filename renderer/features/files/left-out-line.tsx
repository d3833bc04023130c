import type { ReactNode } from 'react';
import type { TokenFile } from '../../../shared/model/transfer';
import { useSettings } from '../../app/model-context';
import { useText } from '../../i18n/use-text';

/** Of pictures that are about to be sent: what they say beside themselves, and whether it goes along. */
export function LeftOutLine({ staged }: { readonly staged: readonly TokenFile[] }): ReactNode {
  const text = useText();
  const isLeftOut = useSettings((state) => state.settings.stripMetadata);
  const cleaned = staged.filter(({ cleanable }) => isLeftOut && cleanable === true).length;
  const stuck = staged.filter(({ cleanable }) => isLeftOut && cleanable === false).length;
  const along = isLeftOut ? 0 : staged.filter(({ cleanable }) => cleanable !== undefined).length;
  return (
    <>
      {cleaned > 0 && <p className="field-hint">{text('files.staged.leftOut', { count: cleaned })}</p>}
      {stuck > 0 && <p className="field-hint">{text('files.staged.stuck', { count: stuck })}</p>}
      {along > 0 && <p className="field-hint">{text('files.staged.along', { count: along })}</p>}
    </>
  );
}

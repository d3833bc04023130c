import type { ReactNode } from 'react';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import type { BackupPhase } from './backup-store';

/** Why it came to nothing; calm where the person wanted that. */
export function BackupFailure({ phase }: { readonly phase: Extract<BackupPhase, { readonly step: 'failed' }> }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { failure, work } = phase;
  const calm =
    failure.code === 'path.required' ? text(work === 'create' ? 'backup.noFile' : 'restore.noFile') : failure.code === 'backup.cancelled' && work === 'create' ? text('backup.cancelled') : failure.code === 'backup.cancelled' ? errorText(failure) : undefined;
  if (calm === undefined) return <Banner tone="danger">{errorText(failure)}</Banner>;
  return (
    <div role="status">
      <Banner tone="calm">{calm}</Banner>
    </div>
  );
}

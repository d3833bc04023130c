import type { ReactNode } from 'react';
import { useModel } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Button } from '../../ui/button';
import { ProgressBar } from '../../ui/progress-bar';
import type { BackupPhase } from './backup-store';

/** How far it is, and the way to stop it. */
export function BackupProgress({ phase }: { readonly phase: Extract<BackupPhase, { readonly step: 'running' }> }): ReactNode {
  const text = useText();
  const times = useTimes();
  const model = useModel();
  const { cancelling, done, total, work } = phase;
  // A backup that is read is as long from the first moment on; what takes its time then is the key.
  const label = done === 0 ? text('backup.starting') : text(work === 'create' ? 'backup.writing' : 'backup.reading');
  const words = total === 0 ? text(`backup.starting.${work}`) : done === 0 ? text('backup.starting.key') : text('backup.progress', { part: done / total, done: times.bytes(done), total: times.bytes(total) });
  return (
    <div className="stack tight">
      <span className="only-heard" role="status">
        {label}
      </span>
      <ProgressBar label={label} done={done} total={total} words={words} />
      <div className="dialog-actions start">
        <Button isPending={cancelling} onPress={() => model.background(model.backup.getState().cancel())}>
          {cancelling ? text('backup.cancelling') : text(work === 'create' ? 'backup.cancel' : 'restore.cancel')}
        </Button>
      </div>
      {work === 'create' && total > 0 ? <p className="field-hint">{text('backup.goesOn')}</p> : null}
    </div>
  );
}

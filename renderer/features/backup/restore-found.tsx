import type { ReactNode } from 'react';
import { useModel } from '../../app/model-context';
import { useNow } from '../../i18n/use-now';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Button } from '../../ui/button';
import { nameInSentence } from '../../ui/strangers';
import type { BackupPhase } from './backup-store';

/** What was read, before it exists: whose it is, how old, and what it takes the place of. An older backup than the person meant is seen here. */
export function RestoreFound({ found: { name, deviceName, madeAt, newestAt } }: Extract<BackupPhase, { readonly step: 'found' }>): ReactNode {
  const text = useText();
  const times = useTimes();
  const model = useModel();
  const now = useNow();
  const named = deviceName.trim() !== '';
  const device = nameInSentence(deviceName);
  return (
    <div className="stack">
      <h2 className="small-heading" id="restore-found">
        {text('restore.found', { name: nameInSentence(name) })}
      </h2>
      <p>{text(named ? 'restore.found.made' : 'restore.found.made.unnamed', { when: times.dateTime(madeAt), age: times.age(Math.max(0, now - madeAt)), device })}</p>
      <p>{newestAt === undefined ? text('restore.found.noMessages') : text('restore.found.newest', { when: times.dateTime(newestAt) })}</p>
      <p>{text(named ? 'restore.found.replaces' : 'restore.found.replaces.unnamed', { device })}</p>
      <Button kind="main" wide onPress={() => model.background(model.backup.getState().goOn())}>
        {text('restore.found.goOn')}
      </Button>
      <Button kind="quiet" onPress={() => model.background(model.backup.getState().cancel())}>
        {text('restore.found.other')}
      </Button>
    </div>
  );
}

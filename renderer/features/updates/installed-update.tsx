import type { ReactNode } from 'react';
import type { UpdateStatus } from '../../../shared/model/updates';
import { useModel } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/text-field';
import { useCopy } from '../../ui/use-copy';

/** What remains to be done, by the person. */
export function InstalledUpdate({ installed, way }: { readonly installed: NonNullable<UpdateStatus['installed']>; readonly way: UpdateStatus['way'] }): ReactNode {
  const text = useText();
  const copy = useCopy();
  const { background, client } = useModel();
  const { command, path, version } = installed;
  return (
    <>
      <div role="status">
        <Banner tone="calm">{text(`updates.installed.${way}`, { version, path })}</Banner>
      </div>
      {command === undefined ? null : <TextField label={text('updates.command')} value={command} lines={4} readOnly monospace />}
      <div className="dialog-actions start">
        {command === undefined ? null : (
          <Button kind="main" onPress={() => void copy(command, text('updates.copied'))}>
            {text('updates.copy')}
          </Button>
        )}
        <Button onPress={() => background(client.updates.show())}>{text('updates.show')}</Button>
        {way === 'by-hand' ? null : <Button onPress={() => background(client.updates.restart())}>{text('updates.restart')}</Button>}
      </div>
    </>
  );
}

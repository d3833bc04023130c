import type { ReactNode } from 'react';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/text-field';
import { useCopy } from '../../ui/use-copy';

/** First step to a mailbox: what its operator needs to know. */
export function OwnKeyForOperator({ deviceKey }: { readonly deviceKey: string }): ReactNode {
  const text = useText();
  const copy = useCopy();
  return (
    <section className="stack tight" aria-labelledby="mailbox-key">
      <h3 className="small-heading" id="mailbox-key">
        {text('mailbox.key.title')}
      </h3>
      <p className="field-hint">{text('mailbox.key.text')}</p>
      {deviceKey === '' ? (
        <p className="setting-state flush">{text('mailbox.key.none')}</p>
      ) : (
        <>
          <TextField label={text('mailbox.key.label')} value={deviceKey} lines={2} readOnly monospace />
          <div className="dialog-actions start">
            <Button onPress={() => void copy(deviceKey, text('mailbox.key.copied'))}>{text('mailbox.key.copy')}</Button>
          </div>
        </>
      )}
    </section>
  );
}

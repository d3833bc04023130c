import type { ReactNode } from 'react';
import { ArrowUpCircle } from 'lucide-react';
import { useModel, useUi, useUpdates } from '../../app/model-context';
import { focusBack } from '../../app/panes';
import { useText } from '../../i18n/use-text';
import { Bar } from '../../ui/bar';
import { Button } from '../../ui/button';

/** The version there is a word to say about: found by itself, and not put off. */
export function useUpdateTold(): string | undefined {
  return useUpdates(({ later, status }) => (status?.on === true && status.offer !== undefined && status.installed === undefined && status.offer.version !== later ? status.offer.version : undefined));
}

export function UpdateBar({ version }: { readonly version: string }): ReactNode {
  const text = useText();
  const { updates } = useModel();
  const openSettings = useUi((state) => state.openSettings);
  const putOff = (): void => {
    updates.getState().putOff(version);
    focusBack();
  };
  return (
    <Bar
      tone="calm"
      icon={<ArrowUpCircle aria-hidden="true" />}
      actions={
        <>
          <Button onPress={() => openSettings('about')}>{text('updates.bar.show')}</Button>
          <Button kind="quiet" onPress={putOff}>
            {text('updates.bar.later')}
          </Button>
        </>
      }
    >
      {text('updates.bar', { version })}
    </Bar>
  );
}

import { useEffect, useState, type ReactNode } from 'react';
import { FileWarning } from 'lucide-react';
import { useModel, useUi } from '../../app/model-context';
import { PutAwayButton } from '../../app/put-away-button';
import { useText } from '../../i18n/use-text';
import { Bar } from '../../ui/bar';
import { Button } from '../../ui/button';

const bar = 'settings-put-aside';

/** Where the file of settings lies that could not be read at this start, until it is put away. */
export function usePutAside(): string | undefined {
  const { client, background } = useModel();
  const isPutAway = useUi((state) => state.barsPutAway.includes(bar));
  const [path, setPath] = useState<string>();
  useEffect(() => background(client.desktop.putAside().then((told) => setPath(told.path))), [client, background]);
  return isPutAway ? undefined : path;
}

/** Settings are as at the first start: nobody should find that out by what they do. */
export function PutAsideBar({ path }: { readonly path: string }): ReactNode {
  const text = useText();
  const { ui } = useModel();
  const openSettings = useUi((state) => state.openSettings);
  const words = text('bar.putAside', { path });
  useEffect(() => ui.getState().announce(words), [ui, words]);
  return (
    <Bar
      tone="notice"
      icon={<FileWarning aria-hidden="true" />}
      actions={
        <>
          <Button onPress={() => openSettings('look')}>{text('bar.putAside.settings')}</Button>
          <PutAwayButton onPress={() => ui.getState().putBarAway(bar)} />
        </>
      }
    >
      {words}
    </Bar>
  );
}

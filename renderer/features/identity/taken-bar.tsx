import { useEffect, type ReactNode } from 'react';
import { ShieldAlert } from 'lucide-react';
import { useIdentity, useModel, useUi } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { Bar } from '../../ui/bar';
import { Button } from '../../ui/button';

/** Whether another own device took the identity key and nobody has said yet whose doing that was. */
export function useKeyTaken(): boolean {
  return useIdentity((state) => state.identity?.keyTaken !== undefined);
}

/** For as long as it lasts: it cannot be put away. */
export function TakenBar(): ReactNode {
  const text = useText();
  const { ui } = useModel();
  const openSettings = useUi((one) => one.openSettings);
  const words = text('bar.taken');
  useEffect(() => ui.getState().announce(words), [ui, words]);
  return (
    <Bar tone="notice" icon={<ShieldAlert aria-hidden="true" />} actions={<Button onPress={() => openSettings('identity')}>{text('bar.elsewhere.show')}</Button>}>
      {words}
    </Bar>
  );
}

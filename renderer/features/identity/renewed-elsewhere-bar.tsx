import { useEffect, type ReactNode } from 'react';
import { ShieldAlert } from 'lucide-react';
import { useIdentity, useModel, useUi } from '../../app/model-context';
import { PutAwayButton } from '../../app/put-away-button';
import { useText } from '../../i18n/use-text';
import { Bar } from '../../ui/bar';
import { Button } from '../../ui/button';

const barOf = (fingerprint: string): string => `renewed-elsewhere ${fingerprint}`;

/** The fingerprint of the key that somebody else made from the own one, until it is settled or the person has put this away. */
export function useRenewedElsewhere(): string | undefined {
  const fingerprint = useIdentity((state) => state.identity?.renewedElsewhere?.fingerprint);
  const isPutAway = useUi((state) => fingerprint !== undefined && state.barsPutAway.includes(barOf(fingerprint)));
  return isPutAway ? undefined : fingerprint;
}

/** It stays until it was read: whoever was away when it was told finds it here, with the way to what ends it. */
export function RenewedElsewhereBar({ fingerprint }: { readonly fingerprint: string }): ReactNode {
  const text = useText();
  const { ui } = useModel();
  const openSettings = useUi((state) => state.openSettings);
  const words = text('bar.elsewhere');
  // Another key of another time is told anew.
  useEffect(() => ui.getState().announce(words), [ui, words, fingerprint]);
  return (
    <Bar
      tone="notice"
      icon={<ShieldAlert aria-hidden="true" />}
      actions={
        <>
          <Button onPress={() => openSettings('identity')}>{text('bar.elsewhere.show')}</Button>
          <PutAwayButton onPress={() => ui.getState().putBarAway(barOf(fingerprint))} />
        </>
      }
    >
      {words}
    </Bar>
  );
}

import { useEffect, type ReactNode } from 'react';
import { MonitorSmartphone } from 'lucide-react';
import type { Linking } from '../../../shared/model/device';
import { useDevices, useModel, useUi } from '../../app/model-context';
import { PutAwayButton } from '../../app/put-away-button';
import { useText } from '../../i18n/use-text';
import { Bar } from '../../ui/bar';
import { Button } from '../../ui/button';
import { nameInSentence } from '../../ui/strangers';
import type { Text } from '../../i18n/use-text';
import { deviceName as deviceNameOf } from './device-words';
import { useStopped } from './device-bar';
import { isOver, linkingOf } from './devices-store';

/** Whether there is something to tell of a linking while its dialog is closed. */
export function useLinkingTold(): boolean {
  const linking = useDevices(linkingOf);
  const open = useUi((state) => state.dialog === 'link');
  const stopped = useStopped() !== undefined;
  // That it was linked is no news of a device that was stopped since.
  return linking !== undefined && !open && !(stopped && linking.stage === 'done');
}

function barWords({ asks, stage, side, deviceName, progress }: Linking, text: Text): string {
  const name = deviceName === undefined ? text('link.other') : nameInSentence(deviceName);
  if (asks !== undefined) return text('bar.link.asks', { name: deviceNameOf({ name: asks }, text) });
  if (stage === 'transferring' && progress === undefined) return text(side === 'new' ? 'bar.link.keys.new' : 'bar.link.keys');
  if (stage === 'transferring') return text(side === 'new' ? 'bar.link.new' : 'bar.link.existing', { name });
  if (stage === 'done') return text(side === 'new' ? 'bar.link.here' : 'bar.link.done', { name });
  return text(stage === 'comparing' ? 'bar.link.comparing' : stage === 'failed' ? 'bar.link.failed' : 'bar.link.waiting');
}

/** Linking goes on while its dialog is closed. */
export function LinkingBar(): ReactNode {
  const text = useText();
  const { devices, ui } = useModel();
  const linking = useDevices(linkingOf) ?? { stage: 'idle' as const };
  const openDialog = useUi((state) => state.openDialog);
  const words = barWords(linking, text);
  // What the person did just now is no news; progress changes in silence.
  useEffect(() => {
    if (linking.stage !== 'waiting') ui.getState().announce(words);
  }, [ui, words, linking.stage]);
  const { done = 0, total = 0 } = linking.progress ?? {};
  const shown = linking.stage === 'transferring' && total > 0 ? text('bar.link.part', { words, part: Math.min(1, done / total) }) : words;
  return (
    <Bar
      tone={linking.stage === 'comparing' ? 'notice' : 'calm'}
      icon={<MonitorSmartphone aria-hidden="true" />}
      actions={
        <>
          {linking.stage === 'done' ? null : <Button onPress={() => openDialog('link')}>{text('bar.link.show')}</Button>}
          {isOver(linking) ? (
            <PutAwayButton onPress={() => devices.getState().putAside()} />
          ) : null}
        </>
      }
    >
      {shown}
    </Bar>
  );
}

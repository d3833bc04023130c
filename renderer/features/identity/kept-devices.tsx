import { useId, type ReactNode } from 'react';
import type { Device } from '../../../shared/model/device';
import { useNow } from '../../i18n/use-now';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { SwitchField } from '../../ui/switch-field';
import { useDeviceName } from '../devices/device-apart';
import { seenWords } from '../devices/device-words';

/** Which other devices go on after the identity was taken back: none before the person says so, whichever was lost. */
export function KeptDevices({ others, keep, onKeep }: { readonly others: readonly Device[]; readonly keep: ReadonlySet<string>; readonly onKeep: (keep: ReadonlySet<string>) => void }): ReactNode {
  const text = useText();
  const times = useTimes();
  const now = useNow();
  const nameOf = useDeviceName();
  const heading = useId();
  const hint = useId();
  return (
    <div className="stack tight" role="group" aria-labelledby={heading} aria-describedby={hint}>
      <p className="field-label" id={heading}>
        {text('recovery.use.devices')}
      </p>
      <p className="field-hint" id={hint}>
        {text('recovery.use.devices.text')}
      </p>
      {others.map((device) => {
        const { instanceId, roles } = device;
        const { name } = nameOf(device);
        const label = roles.includes('certifier') ? text('recovery.use.devices.former', { name }) : name;
        return (
          <SwitchField
            key={instanceId}
            label={label}
            hint={seenWords(device, now, text, times)[0]}
            on={keep.has(instanceId)}
            onChange={(on) => onKeep(new Set(on ? [...keep, instanceId] : [...keep].filter((other) => other !== instanceId)))}
          />
        );
      })}
    </div>
  );
}

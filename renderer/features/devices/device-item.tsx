import { useState, type ReactNode } from 'react';
import { KeyRound, MonitorSmartphone } from 'lucide-react';
import type { Device } from '../../../shared/model/device';
import { useModel } from '../../app/model-context';
import { useTold } from '../../app/use-told';
import { useNow } from '../../i18n/use-now';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Button } from '../../ui/button';
import { Disclosure } from '../../ui/disclosure';
import { plainName } from '../../ui/strangers';
import { ToRevoke } from '../mailbox/to-revoke';
import { useDeviceName } from './device-apart';
import { endedWords, incompleteWords, roleWords, seenWords } from './device-words';
import { MoveDialog } from './move-dialog';
import { RemoveDialog } from './remove-dialog';
import { RenameDialog } from './rename-dialog';
import { SuspendDialog } from './suspend-dialog';

export interface DeviceItemProps {
  readonly device: Device;
  /** The device one sits at holds the identity key, without which most of this cannot be done. */
  readonly isCertifier: boolean;
}

/** One own device: what it may do, when it was last there, what it lacks, and what can be done with it. */
export function DeviceItem({ device, isCertifier }: DeviceItemProps): ReactNode {
  const text = useText();
  const times = useTimes();
  const now = useNow();
  const { current, roles, state, toRevoke = [] } = device;
  const { name, apart } = useDeviceName()(device);
  const holdsKey = roles.includes('certifier') && state === 'active';
  const mark = state === 'suspended' ? text('devices.suspended') : state === 'retired' ? text('devices.removed') : undefined;
  const lines = state === 'retired' ? [] : [...(state === 'active' ? roleWords(device, text) : []), ...endedWords(device, text, times), ...(current ? incompleteWords(device, text) : []), ...(current && state === 'active' ? [] : seenWords(device, now, text, times))];
  return (
    <li className={`own-device ${state}${current ? ' current' : ''}`} data-testid="own-device">
      {holdsKey ? <KeyRound aria-hidden="true" className="own-device-icon" /> : <MonitorSmartphone aria-hidden="true" className="own-device-icon" />}
      <div className="own-device-words">
        <p className="own-device-name">
          <bdi>{device.name.trim() === '' ? text('devices.unnamed') : plainName(device.name)}</bdi>
          {current ? <span className="own-device-mark">{text('devices.this')}</span> : null}
          {mark === undefined ? null : <span className="own-device-mark trouble">{mark}</span>}
        </p>
        {[...(apart === undefined ? [] : [apart]), ...lines].map((line) => (
          <p key={line} className="field-hint">
            {line}
          </p>
        ))}
        <ToRevoke tasks={toRevoke} heading={text('mailbox.revoke.title')} />
        {state === 'retired' ? null : <DeviceActions device={device} name={name} isCertifier={isCertifier} />}
      </div>
    </li>
  );
}

type Asking = 'rename' | 'suspend' | 'remove' | 'move';
type Doing = 'archive' | 'suspend' | 'reinstate';

/** What can be done with it; what one does once in years is folded, with what else is known of it. */
function DeviceActions({ device, name, isCertifier }: DeviceItemProps & { readonly name: string }): ReactNode {
  const text = useText();
  const told = useTold();
  const { devices } = useModel();
  const [asking, setAsking] = useState<Asking>();
  const [doing, setDoing] = useState<Doing>();
  const { current, instanceId, roles, state } = device;
  const archive = roles.includes('archive');
  const other = !current;
  const active = state === 'active';
  const run = async (what: Doing, task: Promise<void>, done: string): Promise<void> => {
    setDoing(what);
    await told(async () => {
      await task;
      return done;
    });
    setDoing(undefined);
  };
  // Whoever can undo it is not asked first.
  const suspend = (): void => {
    if (isCertifier) void run('suspend', devices.getState().suspend(instanceId), text('devices.suspend.done', { name }));
    else setAsking('suspend');
  };
  const close = (): void => setAsking(undefined);
  // What was pressed is said to be under way; the others wait.
  const whileDoing = (what: Doing): { readonly isPending: boolean; readonly isDisabled: boolean } => ({ isPending: doing === what, isDisabled: doing !== undefined && doing !== what });
  const isAsking = isCertifier || (other && active);
  // A question goes with what it was asked of, and does not come back by itself.
  if (!isAsking && asking !== undefined) setAsking(undefined);
  return (
    <>
      {isAsking ? (
        <div className="dialog-actions start" role="group" aria-label={name}>
          {isCertifier ? <Button onPress={() => setAsking('rename')}>{text('devices.rename')}</Button> : null}
          {other && active ? (
            <Button {...whileDoing('suspend')} onPress={suspend}>
              {text(isCertifier ? 'devices.suspend' : 'devices.suspend.ask')}
            </Button>
          ) : null}
          {isCertifier && other && state === 'suspended' ? (
            <Button {...whileDoing('reinstate')} onPress={() => void run('reinstate', devices.getState().reinstate(instanceId), text('devices.reinstate.done', { name }))}>
              {text('devices.reinstate')}
            </Button>
          ) : null}
          {isCertifier && other ? <Button onPress={() => setAsking('remove')}>{text('devices.remove')}</Button> : null}
          {asking === 'rename' ? <RenameDialog device={device} name={name} onClose={close} /> : null}
          {asking === 'suspend' ? <SuspendDialog device={device} name={name} onClose={close} /> : null}
          {asking === 'remove' ? <RemoveDialog device={device} name={name} onClose={close} /> : null}
          {asking === 'move' ? <MoveDialog device={device} name={name} onClose={close} /> : null}
        </div>
      ) : null}
      <Disclosure label={text('devices.more', { name })}>
        {() => (
          <>
            <DeviceFacts device={device} />
            {isCertifier && active ? (
              <div className="dialog-actions start" role="group" aria-label={text('devices.more', { name })}>
                <Button {...whileDoing('archive')} onPress={() => void run('archive', devices.getState().setArchive(instanceId, !archive), text(archive ? 'devices.archive.ended' : 'devices.archive.done', { name }))}>
                  {text(archive ? 'devices.archive.end' : 'devices.archive')}
                </Button>
                {other ? <Button onPress={() => setAsking('move')}>{text('devices.move')}</Button> : null}
              </div>
            ) : null}
          </>
        )}
      </Disclosure>
    </>
  );
}

function DeviceFacts({ device }: { readonly device: Device }): ReactNode {
  const text = useText();
  const times = useTimes();
  return (
    <dl className="facts">
      <dt>{text('devices.id')}</dt>
      <dd>
        <code className="selectable">{device.instanceId}</code>
      </dd>
      {device.addedAt === undefined ? null : (
        <>
          <dt>{text('devices.added')}</dt>
          <dd>{times.dateTime(device.addedAt)}</dd>
        </>
      )}
      <dt>{text('devices.addresses')}</dt>
      <dd>{device.addresses.length === 0 ? text('devices.addresses.none') : device.addresses.join(', ')}</dd>
    </dl>
  );
}

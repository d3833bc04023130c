import { useEffect, useState, type ReactNode } from 'react';
import type { Device } from '../../../shared/model/device';
import { useDevices, useModel, useUi } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { useFocusIfLost } from '../../ui/use-focus-if-lost';
import { useDeviceName } from './device-apart';
import { DeviceItem } from './device-item';
import { DeviceRequests } from './device-requests';
import { certifierOf } from './device-words';
import { ShareByArchive } from './share-switch';

/** While entries are on their way, in milliseconds. */
const betweenLooks = 3_000;

/** Settings → Devices: which there are, what each may do, and the way to add one. */
export function DevicesSection(): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { background, devices: store } = useModel();
  const devices = useDevices((state) => state.devices);
  const openDialog = useUi((state) => state.openDialog);
  const [failure, setFailure] = useState<unknown>();
  useEffect(() => {
    store.getState().load().catch(setFailure);
  }, [store]);
  // Nothing is told at every entry: whoever looks asks.
  const inTransit = devices?.some(({ behind = 0, connected }) => connected && behind > 0) ?? false;
  useEffect(() => {
    if (!inTransit) return undefined;
    const timer = setInterval(() => background(store.getState().load()), betweenLooks);
    return () => clearInterval(timer);
  }, [background, inTransit, store]);
  const requests = useDevices((state) => state.requests);
  const shown = [...requests.map(({ requestId }) => requestId), ...(devices ?? []).map(({ instanceId, roles, state }) => [instanceId, state, ...roles].join(' '))];
  const place = useFocusIfLost<HTMLElement>(shown.join('\n'));

  if (devices === undefined) {
    return failure === undefined ? null : (
      <Banner tone="danger">
        {text('devices.failed')} {errorText(failure)}
      </Banner>
    );
  }
  const mine = devices.filter(({ state }) => state !== 'retired');
  const former = devices.filter(({ state }) => state === 'retired');
  const certifier = certifierOf(devices);
  const isCertifier = certifier?.current === true;
  return (
    <div className="stack">
      <DeviceRequests />
      <section className="stack" aria-labelledby="devices-heading" tabIndex={-1} ref={place}>
        <div className="stack tight">
          <h3 className="small-heading" id="devices-heading">
            {text('devices.title')}
          </h3>
          <p className="field-hint">{text('devices.lead')}</p>
        </div>
        <ul className="own-devices" aria-labelledby="devices-heading">
          {mine.map((device) => (
            <DeviceItem key={device.instanceId} device={device} isCertifier={isCertifier} />
          ))}
        </ul>
        {isCertifier ? null : <Elsewhere certifier={certifier} />}
        <div className="dialog-actions start">
          <Button kind="main" onPress={() => openDialog('link')}>
            {text('devices.link')}
          </Button>
        </div>
      </section>
      <ShareByArchive devices={devices} />
      {former.length === 0 ? null : (
        <section className="stack tight divided" aria-labelledby="devices-former">
          <h3 className="small-heading" id="devices-former">
            {text('devices.removed.title')}
          </h3>
          <ul className="own-devices" aria-labelledby="devices-former">
            {former.map((device) => (
              <DeviceItem key={device.instanceId} device={device} isCertifier={false} />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

/** Where the rest is done, and what to do if that device is lost. */
function Elsewhere({ certifier }: { readonly certifier: Device | undefined }): ReactNode {
  const text = useText();
  const nameOf = useDeviceName();
  if (certifier === undefined) return <p className="plain-warning">{text('devices.nobody')}</p>;
  return (
    <p className="field-hint">
      {text('devices.elsewhere', { name: nameOf(certifier).name })} {text('devices.elsewhere.lost')}
    </p>
  );
}

import { useEffect, useState, type ReactNode } from 'react';
import { ShieldAlert } from 'lucide-react';
import type { Identity } from '../../../shared/model/identity';
import { useDevices, useModel } from '../../app/model-context';
import { useTold } from '../../app/use-told';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { useDeviceName } from '../devices/device-apart';

/** Another own device has the identity key, which was not handed over: whose doing it was only the person knows. */
export function TakenNotice({ recovery, taken }: { readonly recovery: Identity['recovery']; readonly taken: NonNullable<Identity['keyTaken']> }): ReactNode {
  const text = useText();
  const times = useTimes();
  const told = useTold();
  const { background, client, devices, identity } = useModel();
  const nameOf = useDeviceName();
  const taker = useDevices((state) => state.devices?.find(({ instanceId }) => instanceId === taken.instanceId));
  const [busy, setBusy] = useState(false);
  // It came just now: the devices that were listed before do not have it.
  useEffect(() => background(devices.getState().load()), [background, devices, taken.instanceId]);
  const confirm = async (): Promise<void> => {
    setBusy(true);
    await told(async () => {
      await client.identity.confirmTaken();
      await identity.getState().load();
      return text('identity.taken.done');
    });
    setBusy(false);
  };
  const when = times.dateTime(taken.at);
  return (
    <Banner
      tone="danger"
      icon={<ShieldAlert aria-hidden="true" />}
      action={
        <Button isPending={busy} onPress={() => void confirm()}>
          {text('identity.taken.me')}
        </Button>
      }
    >
      <p>
        <strong>{text('identity.taken.title')}</strong>
      </p>
      <p>{taker === undefined ? text('identity.taken.text', { when }) : text(taker.roles.includes('certifier') ? 'identity.taken.by' : 'identity.taken.added', { name: nameOf(taker).name, when })}</p>
      <p>{text(recovery === 'none' ? 'identity.taken.none' : 'identity.taken.do')}</p>
    </Banner>
  );
}

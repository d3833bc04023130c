import { useState, type ReactNode } from 'react';
import type { DeviceRequest } from '../../../shared/model/device';
import { useDevices, useModel } from '../../app/model-context';
import { useTold } from '../../app/use-told';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Button } from '../../ui/button';
import { requestNames } from './device-words';

/** New devices that another device wants let in: nothing is signed before the person here says so. */
export function DeviceRequests(): ReactNode {
  const text = useText();
  const requests = useDevices((state) => state.requests);
  if (requests.length === 0) return null;
  return (
    <section className="stack tight divided" aria-labelledby="devices-asked">
      <h3 className="small-heading" id="devices-asked">
        {text('devices.asked.title')}
      </h3>
      <p className="field-hint">{text('devices.asked.lead')}</p>
      <ul className="own-devices" aria-labelledby="devices-asked">
        {requests.map((request) => (
          <Request key={request.requestId} request={request} />
        ))}
      </ul>
    </section>
  );
}

function Request({ request }: { readonly request: DeviceRequest }): ReactNode {
  const text = useText();
  const times = useTimes();
  const told = useTold();
  const { devices } = useModel();
  // Which of the two: that one is under way, and keeps the focus.
  const [answering, setAnswering] = useState<boolean>();
  const names = requestNames(request, text);
  const answer = async (accept: boolean): Promise<void> => {
    setAnswering(accept);
    await told(async () => {
      await devices.getState().answer(request.requestId, accept);
      return text(accept ? 'devices.asked.allowed' : 'devices.asked.refused', names);
    });
    setAnswering(undefined);
  };
  return (
    <li className="own-device" data-testid="device-request">
      <div className="own-device-words">
        <p>{text('devices.asked.text', names)}</p>
        <p className="field-hint">{text('devices.asked.until', { when: times.clock(request.expiresAt) })}</p>
        <div className="dialog-actions start" role="group" aria-label={names.name}>
          <Button isPending={answering === false} isDisabled={answering === true} onPress={() => void answer(false)}>
            {text('devices.asked.refuse')}
          </Button>
          <Button kind="main" isPending={answering === true} isDisabled={answering === false} onPress={() => void answer(true)}>
            {text('devices.asked.allow', names)}
          </Button>
        </div>
      </div>
    </li>
  );
}

import type { ReactNode } from 'react';
import { DeviceBar, useStopped } from '../features/devices/device-bar';
import { RequestBar, useDeviceRequest } from '../features/devices/request-bar';
import { RenewedElsewhereBar, useRenewedElsewhere } from '../features/identity/renewed-elsewhere-bar';
import { TakenBar, useKeyTaken } from '../features/identity/taken-bar';
import { LinkingBar, useLinkingTold } from '../features/devices/linking-bar';
import { MailboxBar, useMailboxTrouble } from '../features/mailbox/mailbox-bar';
import { NearbyBar, useNearbySaid, useNearbyTold } from '../features/nearby/nearby-bar';
import { PutAsideBar, usePutAside } from '../features/desktop/put-aside-bar';
import { NetworkBars, useNetworkTroubles } from '../features/network/network-bars';
import { UpdateBar, useUpdateTold } from '../features/updates/update-bar';
import { heard } from '../i18n/heard';
import { useText } from '../i18n/use-text';

/** Thin lines under the title, only where something needs attention. */
export function Bars(): ReactNode {
  const text = useText();
  const troubles = useNetworkTroubles();
  const nearby = useNearbyTold();
  const linking = useLinkingTold();
  const stopped = useStopped();
  const elsewhere = useRenewedElsewhere();
  // That somebody else made a key is certain, and graver than who took one: the settings tell both.
  const taken = useKeyTaken() && elsewhere === undefined;
  const request = useDeviceRequest();
  const mailbox = useMailboxTrouble();
  const newer = useUpdateTold();
  const putAside = usePutAside();
  useNearbySaid();
  const empty = troubles.length === 0 && mailbox === undefined && !nearby && !linking && stopped === undefined && elsewhere === undefined && !taken && request === undefined && newer === undefined && putAside === undefined;
  return (
    <section className="bars" aria-label={heard(text('bar.label'))} {...(empty ? { hidden: true } : { 'data-pane': 'bars' })}>
      {stopped === undefined ? null : <DeviceBar state={stopped} />}
      {elsewhere === undefined ? null : <RenewedElsewhereBar fingerprint={elsewhere} />}
      {taken ? <TakenBar /> : null}
      {request === undefined ? null : <RequestBar request={request} />}
      {linking ? <LinkingBar /> : null}
      {nearby ? <NearbyBar /> : null}
      {putAside === undefined ? null : <PutAsideBar path={putAside} />}
      <NetworkBars troubles={troubles} />
      {mailbox === undefined ? null : <MailboxBar trouble={mailbox} />}
      {newer === undefined ? null : <UpdateBar version={newer} />}
    </section>
  );
}

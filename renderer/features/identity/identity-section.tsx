import { useEffect, type ReactNode } from 'react';
import { useIdentity, useModel } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Avatar } from '../../ui/avatar';
import { PersonName } from '../../ui/person-name';
import { KeyFilesSection } from './key-files-section';
import { KeyInUse } from './key-in-use';
import { OwnName } from './own-name';
import { OwnKeys } from './own-keys';
import { RecoverySection } from './recovery-section';
import { RenewalSection } from './renewal-section';
import { RenewedElsewhere } from './renewed-elsewhere';
import { SoleNotice } from './sole-notice';
import { TakenNotice } from './taken-notice';

/** Who I am to others: the key by which they know me, its past, its files and its way back. */
export function IdentitySection(): ReactNode {
  const text = useText();
  const times = useTimes();
  const model = useModel();
  const identity = useIdentity((state) => state.identity);
  // Who is behind a key changes without a word while nobody looks.
  useEffect(() => model.background(model.identity.getState().load()), [model]);
  if (identity === undefined) return null;
  return (
    <div className="stack">
      <div className="person row">
        <Avatar name={identity.name} peerId={identity.peerId} size="large" />
        <span className="stack tight">
          <PersonName name={identity.name} className="person-name" />
          <span className="field-hint">{text('identity.made', { date: times.date(identity.createdAt) })}</span>
        </span>
      </div>
      <OwnName identity={identity} />
      {identity.renewedElsewhere === undefined ? null : <RenewedElsewhere recovery={identity.recovery} other={identity.renewedElsewhere} />}
      {identity.keyTaken === undefined ? null : <TakenNotice recovery={identity.recovery} taken={identity.keyTaken} />}
      {identity.unconfirmed ? <SoleNotice /> : null}
      <KeyInUse identity={identity} />
      <RenewalSection identity={identity} />
      <OwnKeys />
      <RecoverySection recovery={identity.recovery} />
      <KeyFilesSection keyElsewhere={identity.keyElsewhere === true} />
    </div>
  );
}

import type { ReactNode } from 'react';
import { useIdentity, useModel } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Avatar } from '../../ui/avatar';
import { Button } from '../../ui/button';
import { PersonName } from '../../ui/person-name';
import { useCopy } from '../../ui/use-copy';
import { OwnCard } from '../contacts/import-dialog';

export function YouSection(): ReactNode {
  const text = useText();
  const times = useTimes();
  const errorText = useErrorText();
  const copy = useCopy();
  const { client, ui } = useModel();
  const identity = useIdentity((state) => state.identity);
  if (identity === undefined) return null;
  const copyCertificate = async (): Promise<void> => {
    try {
      const certificate = await client.identity.exportPublic({ format: 'pem' });
      await copy(certificate.text, text('settings.you.certificateCopied'));
    } catch (thrown) {
      ui.getState().toast(errorText(thrown), 'danger');
    }
  };
  return (
    <div className="stack">
      <div className="person row">
        <Avatar name={identity.name} peerId={identity.peerId} size="large" />
        <span className="stack tight">
          <PersonName name={identity.name} className="person-name" />
          <span className="field-hint">{text('settings.you.since', { date: times.date(identity.createdAt), epoch: identity.epoch })}</span>
        </span>
      </div>
      <dl className="facts">
        <dt>{text('who.peerId')}</dt>
        <dd>
          <code>{identity.peerId.match(/.{1,4}/g)?.join(' ')}</code>
        </dd>
        <dt>{text('settings.you.fingerprint')}</dt>
        <dd>
          <code>{identity.keyFingerprint.match(/.{1,4}/g)?.join(' ')}</code>
        </dd>
        <dt>{text('settings.you.device')}</dt>
        <dd>
          {identity.instance.name}
          <br />
          {text('settings.you.exchange', { date: times.date(identity.exchange.notAfter) })}
        </dd>
        <dt>{text('settings.you.addresses')}</dt>
        <dd>{identity.addresses.join(', ') || '–'}</dd>
      </dl>
      <div className="dialog-actions start">
        <Button onPress={() => void copy(identity.peerId)}>{text('who.copyPeerId')}</Button>
        <Button onPress={() => void copyCertificate()}>{text('settings.you.copyCertificate')}</Button>
      </div>
      <OwnCard />
    </div>
  );
}

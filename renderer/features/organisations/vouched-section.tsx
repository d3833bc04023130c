import { useState, type ReactNode } from 'react';
import { ActDialog } from '../../app/act-dialog';
import { useIdentity, useModel } from '../../app/model-context';
import { useNow } from '../../i18n/use-now';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Button } from '../../ui/button';
import { nameInSentence } from '../../ui/strangers';
import { useFocusIfLost } from '../../ui/use-focus-if-lost';
import { PemDialog } from './pem-dialog';
import { RequestDialog } from './request-dialog';

/** Who vouches for the own key: a request goes out as text, a certificate comes in as text. */
export function VouchedSection(): ReactNode {
  const text = useText();
  const times = useTimes();
  const now = useNow();
  const { client, identity: store } = useModel();
  const endorsements = useIdentity((state) => state.identity?.endorsements);
  const [open, setOpen] = useState<'request' | 'enter' | 'remove'>();
  const close = (): void => setOpen(undefined);
  const place = useFocusIfLost<HTMLElement>(endorsements?.length);
  if (endorsements === undefined) return null;
  const names = endorsements.map(({ issuer }) => nameInSentence(issuer)).join(', ');
  return (
    <section className="stack tight divided" aria-labelledby="vouched" tabIndex={-1} ref={place}>
      <h3 className="small-heading" id="vouched">
        {text('vouched.title')}
      </h3>
      <p className="field-hint">{text('vouched.text')}</p>
      {endorsements.length === 0 ? (
        <p className="sentence">{text('vouched.none')}</p>
      ) : (
        <ul className="plain-list" aria-labelledby="vouched">
          {endorsements.map(({ issuer, notAfter, takenBack }) => (
            <li key={`${issuer} ${notAfter}`}>{text(takenBack ? 'vouched.takenBack' : notAfter < now ? 'vouched.expired' : 'vouched.until', { issuer: nameInSentence(issuer), date: times.date(notAfter) })}</li>
          ))}
        </ul>
      )}
      <div className="dialog-actions start">
        <Button onPress={() => setOpen('request')}>{text('vouched.request')}</Button>
        <Button onPress={() => setOpen('enter')}>{text('vouched.enter')}</Button>
        {endorsements.length === 0 ? null : <Button onPress={() => setOpen('remove')}>{text('vouched.remove')}</Button>}
      </div>
      {open === 'request' ? <RequestDialog onClose={close} /> : null}
      {open === 'enter' ? (
        <PemDialog
          title={text('vouched.enter.title')}
          lead={text('vouched.enter.lead')}
          label={text('pem.certificate')}
          pem="CERTIFICATE"
          act={text('vouched.enter.do')}
          run={async (pasted) => {
            const { issuer, notAfter } = await client.identity.importEndorsement({ text: pasted });
            await store.getState().load();
            return text('vouched.entered', { issuer: nameInSentence(issuer), date: times.date(notAfter) });
          }}
          onClose={close}
        />
      ) : null}
      {open === 'remove' ? <RemoveDialog names={names} onClose={close} /> : null}
    </section>
  );
}

/** Asked because the certificate is needed to undo it. */
function RemoveDialog({ names, onClose }: { readonly names: string; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const { client, identity } = useModel();
  const remove = async (): Promise<void> => {
    await client.identity.removeEndorsements();
    await identity.getState().load();
  };
  return (
    <ActDialog title={text('vouched.remove.title')} keep={text('vouched.remove.keep')} act={text('vouched.remove.do')} run={remove} done={text('vouched.removed')} onClose={onClose}>
      <ul className="plain-list">
        <li>{text('vouched.remove.loss', { names })}</li>
        <li>{text('vouched.remove.stays')}</li>
      </ul>
    </ActDialog>
  );
}

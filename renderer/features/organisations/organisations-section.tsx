import { useEffect, useState, type ReactNode } from 'react';
import { useAuthorities, useModel } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { useFocusIfLost } from '../../ui/use-focus-if-lost';
import { AuthorityItem } from './authority-item';
import { PemDialog } from './pem-dialog';
import { VouchedSection } from './vouched-section';

/** Whose word about others is shown, and who vouches for this person. */
export function OrganisationsSection(): ReactNode {
  return (
    <div className="stack">
      <Authorities />
      <VouchedSection />
    </div>
  );
}

function Authorities(): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const model = useModel();
  const { client, authorities: store } = model;
  const authorities = useAuthorities((state) => state.authorities);
  const [failure, setFailure] = useState<unknown>();
  const [open, setOpen] = useState<'add' | 'revoke'>();
  const close = (): void => setOpen(undefined);
  const place = useFocusIfLost<HTMLElement>(authorities?.length);
  useEffect(() => {
    store.getState().load().then(() => setFailure(undefined), setFailure);
  }, [store]);

  return (
    <section className="stack tight" aria-labelledby="organisations" tabIndex={-1} ref={place}>
      <h3 className="small-heading" id="organisations">
        {text('organisations.title')}
      </h3>
      <p className="field-hint">{text('organisations.lead')}</p>
      {failure === undefined ? null : <Banner tone="danger">{errorText(failure)}</Banner>}
      {authorities === undefined && failure === undefined ? <p className="field-hint">{text('organisations.loading')}</p> : null}
      {authorities?.length === 0 ? <p className="sentence">{text('organisations.none')}</p> : null}
      {authorities === undefined || authorities.length === 0 ? null : (
        <ul className="authorities" aria-labelledby="organisations">
          {authorities.map((authority) => (
            <AuthorityItem key={authority.authorityId} authority={authority} />
          ))}
        </ul>
      )}
      <div className="dialog-actions start">
        <Button onPress={() => setOpen('add')}>{text('organisations.add')}</Button>
        {authorities === undefined || authorities.length === 0 ? null : <Button onPress={() => setOpen('revoke')}>{text('organisations.revoke')}</Button>}
      </div>
      {open === 'add' ? (
        <PemDialog
          title={text('organisations.add.title')}
          lead={text('organisations.add.lead')}
          label={text('pem.certificate')}
          pem="CERTIFICATE"
          act={text('organisations.add.do')}
          run={async (pasted) => {
            await client.authorities.import({ text: pasted });
            await store.getState().load();
            return text('organisations.added');
          }}
          onClose={close}
        />
      ) : null}
      {open === 'revoke' ? (
        <PemDialog
          title={text('organisations.revoke.title')}
          lead={text('organisations.revoke.lead')}
          label={text('pem.revocations')}
          pem="X509 CRL"
          act={text('organisations.revoke.do')}
          run={async (pasted) => {
            await client.authorities.importRevocations({ text: pasted });
            await store.getState().load();
            return text('organisations.revoked');
          }}
          onClose={close}
        />
      ) : null}
    </section>
  );
}

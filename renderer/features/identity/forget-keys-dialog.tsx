import { useEffect, useState, type ReactNode } from 'react';
import type { OwnKey } from '../../../shared/model/identity';
import { useContacts, useModel } from '../../app/model-context';
import { useCloseOwn, useFailure } from '../../app/use-gone';
import { useErrorText, useText } from '../../i18n/use-text';
import { Avatar } from '../../ui/avatar';
import { Banner } from '../../ui/banner';
import { Choice } from '../../ui/choice';
import { ConfirmDialog } from '../../ui/confirm-dialog';
import { PersonName } from '../../ui/person-name';

/** Retired longer ago than this, a key has hardly anybody left who needs it. */
const longAgo = 90 * 86_400_000;

/** Asked because it cannot be undone: first who would be cut off, by name, then the erasing. */
export function ForgetKeysDialog({ held, onClose }: { readonly held: readonly OwnKey[]; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { client, identity, ui } = useModel();
  const [before] = useState(() => Date.now() - longAgo);
  const old = held.filter(({ retiredAt }) => retiredAt !== undefined && retiredAt < before);
  const canChoose = old.length > 0 && old.length < held.length;
  const [which, setWhich] = useState<'all' | 'old'>('all');
  const [stranded, setStranded] = useState<readonly string[]>();
  const [busy, setBusy] = useState(false);
  const close = useCloseOwn(onClose);
  const [failure, setFailure] = useFailure();
  const count = which === 'old' ? old.length : held.length;

  useEffect(() => {
    let current = true;
    client.identity
      .forgetOldKeys({ dryRun: true, ...(which === 'old' ? { before } : {}) })
      .then((found) => (current ? setStranded(found.stranded) : undefined))
      .catch((thrown: unknown) => (current ? setFailure(thrown) : undefined));
    return () => {
      current = false;
    };
  }, [client, which, before, setFailure]);

  const forget = async (): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    try {
      await client.identity.forgetOldKeys(which === 'old' ? { before } : {});
      await identity.getState().changed();
      ui.getState().toast(text('forget.done'));
      close();
    } catch (thrown) {
      setFailure(thrown);
      setBusy(false);
    }
  };

  return (
    <ConfirmDialog
      title={text('forget.title', { count })}
      keep={text('forget.keep')}
      act={text('forget.do')}
      busy={busy}
      disabled={stranded === undefined}
      onAct={() => void forget()}
      onClose={onClose}
    >
      {canChoose ? (
        <Choice
          label={text('forget.which')}
          value={which}
          onChange={(next) => {
            setStranded(undefined);
            setFailure(undefined);
            setWhich(next);
          }}
          options={[
            { value: 'all', label: text('forget.which.all', { count: held.length }) },
            { value: 'old', label: text('forget.which.old', { count: old.length }) },
          ]}
        />
      ) : null}
      <p>{text('forget.loss', { count })}</p>
      <div className="stack tight" role="status">
        {stranded === undefined ? failure === undefined ? <p className="field-hint">{text('forget.looking')}</p> : null : <Stranded contactIds={stranded} />}
      </div>
      {failure === undefined ? null : <Banner tone="danger">{errorText(failure)}</Banner>}
    </ConfirmDialog>
  );
}

function Stranded({ contactIds }: { readonly contactIds: readonly string[] }): ReactNode {
  const text = useText();
  const contacts = useContacts((state) => state.contacts);
  if (contactIds.length === 0) return <p className="sentence">{text('forget.nobody')}</p>;
  return (
    <>
      <p className="sentence">{text('forget.stranded', { count: contactIds.length })}</p>
      <ul className="stranded">
        {contactIds.map((contactId) => {
          const contact = contacts.find((one) => one.contactId === contactId);
          return (
            <li key={contactId} className="picked">
              {contact === undefined ? (
                text('forget.someone')
              ) : (
                <>
                  <Avatar name={contact.name} peerId={contact.peerId} size="small" />
                  <PersonName name={contact.name} />
                </>
              )}
            </li>
          );
        })}
      </ul>
      <p className="field-hint">{text('forget.stranded.what')}</p>
    </>
  );
}

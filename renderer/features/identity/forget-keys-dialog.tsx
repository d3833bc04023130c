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

type Which = 'all' | 'butLast' | 'old';

/** Asked because it cannot be undone: first who would be cut off, by name, then the erasing. */
export function ForgetKeysDialog({ held, onClose }: { readonly held: readonly OwnKey[]; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { client, identity, ui } = useModel();
  // Who missed just the last renewal still follows by the last of them.
  const [times] = useState(() => ({ butLast: held.reduce((a, b) => (b.epoch > a.epoch ? b : a)).retiredAt ?? 0, old: Date.now() - longAgo }));
  const counts: Readonly<Record<Which, number>> = { all: held.length, butLast: retiredBefore(held, times.butLast), old: retiredBefore(held, times.old) };
  const choices = (['all', 'butLast', 'old'] as const).filter((one) => {
    if (one === 'all') return true;
    if (counts[one] === 0) return false;
    // Under a clock that was set back the last one may say an earlier time than those before it.
    return one === 'butLast' ? counts.butLast === counts.all - 1 : counts.old < counts.all && counts.old !== counts.butLast;
  });
  const [which, setWhich] = useState<Which>('all');
  const [stranded, setStranded] = useState<readonly string[]>();
  const [busy, setBusy] = useState(false);
  const close = useCloseOwn(onClose);
  const [failure, setFailure] = useFailure();
  const count = counts[which];
  const before = which === 'all' ? undefined : times[which];

  useEffect(() => {
    let current = true;
    client.identity
      .forgetOldKeys({ dryRun: true, ...(before !== undefined && { before }) })
      .then((found) => (current ? setStranded(found.stranded) : undefined))
      .catch((thrown: unknown) => (current ? setFailure(thrown) : undefined));
    return () => {
      current = false;
    };
  }, [client, before, setFailure]);

  const forget = async (): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    try {
      await client.identity.forgetOldKeys(before === undefined ? {} : { before });
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
      {choices.length > 1 ? (
        <Choice
          label={text('forget.which')}
          value={which}
          onChange={(next) => {
            setStranded(undefined);
            setFailure(undefined);
            setWhich(next);
          }}
          options={choices.map((one) => ({ value: one, label: text(`forget.which.${one}`, { count: counts[one] }) }))}
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

function retiredBefore(keys: readonly OwnKey[], time: number): number {
  return keys.filter(({ retiredAt }) => retiredAt !== undefined && retiredAt < time).length;
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

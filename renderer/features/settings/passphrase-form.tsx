import { useRef, useState, type FormEvent, type ReactNode } from 'react';
import { Form } from 'react-aria-components';
import { focusWhereAsked } from '../../app/focus-where-asked';
import { useModel } from '../../app/model-context';
import { useFailure, useGone } from '../../app/use-gone';
import { toFailure } from '../../bridge/failure';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { PassphraseField, takePassphrase } from '../../ui/passphrase-field';
import { SwitchField } from '../../ui/switch-field';
import { NewPassphraseFields } from '../onboarding/new-passphrase-fields';
import { useNewPassphrase } from '../onboarding/use-new-passphrase';

export function PassphraseForm(): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { client, ui } = useModel();
  const old = useRef<HTMLInputElement>(null);
  const chosen = useNewPassphrase();
  const [tried, setTried] = useState(false);
  const [missing, setMissing] = useState(false);
  const [same, setSame] = useState(false);
  const [busy, setBusy] = useState(false);
  const [newKey, setNewKey] = useState(false);
  const isGone = useGone();
  const [failure, setFailure] = useFailure();
  const wrong = failure !== undefined && toFailure(failure).code === 'vault.wrong-passphrase';

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    setTried(true);
    const nothing = old.current?.value === '';
    setMissing(nothing);
    setSame(false);
    // Both are told of, and the focus is where one begins.
    if (nothing) {
      chosen.judge();
      old.current?.focus();
      return;
    }
    const next = chosen.take();
    if (next === undefined) return;
    const current = takePassphrase(old.current);
    setTried(false);
    const answered = focusWhereAsked();
    setBusy(true);
    setFailure(undefined);
    try {
      // Renewing nothing would be called a change; with a new key it is one. Whether that is the passphrase at all is said first.
      if (!newKey && current === next) {
        await client.vault.checkPassphrase({ passphrase: current });
        setSame(true);
        answered(chosen.first.current);
        return;
      }
      await client.vault.changePassphrase({ old: current, new: next, ...(newKey && { newKey }) });
      ui.getState().toastAnywhere(text('settings.passphrase.changed'));
    } catch (thrown) {
      const { code, facts } = toFailure(thrown);
      // There it is said, and there one types again: all three fields are empty by now.
      if (code === 'vault.wrong-passphrase') answered(old.current);
      // This form went with the lock, but not where nothing was locked for it: a passphrase that is wrong, a disk without the room that it takes.
      const went = newKey && code !== 'vault.wrong-passphrase' && facts.limit === undefined;
      if (went) ui.getState().toastAnywhere(errorText(thrown), code === 'vault.given-up' ? undefined : 'danger');
      if (!went || !isGone()) setFailure(thrown);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Form className="stack divided" onSubmit={(event) => void submit(event)}>
      <h3 className="small-heading">{text('settings.passphrase')}</h3>
      <PassphraseField
        label={text('settings.passphrase.old')}
        fieldRef={old}
        // What was said of the one before is not said of this one.
        onTyped={() => {
          setMissing(false);
          setFailure(undefined);
        }}
        error={missing ? text('settings.passphrase.old.missing') : wrong ? errorText(failure) : undefined}
        autoComplete="current-password"
      />
      <NewPassphraseFields
        chosen={{
          ...chosen,
          judge: () => {
            setSame(false);
            chosen.judge();
          },
        }}
        tried={tried}
        fault={same ? text('settings.passphrase.same') : undefined}
        label={text('settings.passphrase.new')}
        repeat={text('settings.passphrase.repeat')}
        hint={text('onboarding.passphrase.hint')}
      />
      <SwitchField
        label={text('settings.passphrase.newKey')}
        hint={text('settings.passphrase.newKey.hint')}
        on={newKey}
        onChange={(on) => {
          setNewKey(on);
          setSame(false);
        }}
      />
      {failure === undefined || wrong ? null : <Banner tone="danger">{errorText(failure)}</Banner>}
      <div className="dialog-actions start">
        <Button type="submit" isPending={busy}>
          {text('settings.passphrase.change')}
        </Button>
      </div>
    </Form>
  );
}

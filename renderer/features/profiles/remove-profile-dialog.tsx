import { useState, type ReactNode } from 'react';
import type { Profile } from '../../../shared/model/profile';
import { useModel } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { ConfirmDialog } from '../../ui/confirm-dialog';
import { nameInSentence } from '../../ui/strangers';
import { TextField } from '../../ui/text-field';

/** The one thing that asks for a name to be typed: nothing brings a deleted profile back. */
export function RemoveProfileDialog({ profile, onClose }: { readonly profile: Profile; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { profiles, ui } = useModel();
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const name = nameInSentence(profile.name);
  const remove = (): void => {
    setBusy(true);
    setFailure(undefined);
    profiles
      .getState()
      .remove(profile.profileId, typed.trim())
      .then(() => {
        ui.getState().toast(text('profiles.removed', { name }));
        onClose();
      })
      .catch((thrown: unknown) => {
        setFailure(thrown);
        setBusy(false);
      });
  };
  return (
    <ConfirmDialog title={text('profiles.remove.title', { name })} keep={text('profiles.remove.keep')} act={text('profiles.remove.do', { name })} busy={busy} disabled={typed.trim() !== profile.name} onAct={remove} onClose={onClose}>
      <ul className="plain-list">
        <li>{text('profiles.remove.loss')}</li>
        <li>{text('profiles.remove.others')}</li>
        {profile.current ? <li>{text('profiles.remove.current')}</li> : null}
      </ul>
      <TextField label={text('profiles.remove.type', { name })} value={typed} onChange={setTyped} maxLength={64} disabled={busy} />
      {failure === undefined ? null : <Banner tone="danger">{errorText(failure)}</Banner>}
    </ConfirmDialog>
  );
}

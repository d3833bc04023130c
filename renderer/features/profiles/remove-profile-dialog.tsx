import { useState, type ReactNode } from 'react';
import type { Profile } from '../../../shared/model/profile';
import { ActDialog } from '../../app/act-dialog';
import { useModel } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { nameInSentence } from '../../ui/strangers';
import { TextField } from '../../ui/text-field';

/** The one thing that asks for a name to be typed: nothing brings a deleted profile back. */
export function RemoveProfileDialog({ profile, onClose }: { readonly profile: Profile; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const { profiles } = useModel();
  const [typed, setTyped] = useState('');
  const name = nameInSentence(profile.name);
  return (
    <ActDialog
      title={text('profiles.remove.title', { name })}
      keep={text('profiles.remove.keep')}
      act={text('profiles.remove.do', { name })}
      disabled={typed.trim() !== profile.name}
      run={() => profiles.getState().remove(profile.profileId, typed.trim())}
      done={text('profiles.removed', { name })}
      onClose={onClose}
    >
      <ul className="plain-list">
        <li>{text('profiles.remove.loss')}</li>
        <li>{text('profiles.remove.others')}</li>
        {profile.current ? <li>{text('profiles.remove.current')}</li> : null}
      </ul>
      <TextField label={text('profiles.remove.type', { name })} value={typed} onChange={setTyped} maxLength={64} />
    </ActDialog>
  );
}

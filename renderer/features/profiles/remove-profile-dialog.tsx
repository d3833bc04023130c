import { useState, type ReactNode } from 'react';
import type { Profile } from '../../../shared/model/profile';
import { ActDialog } from '../../app/act-dialog';
import { useModel } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { nameInSentence, plainName } from '../../ui/strangers';
import { TextField } from '../../ui/text-field';

/** The one thing that asks for a name to be typed: nothing brings a deleted profile back. */
export function RemoveProfileDialog({ profile, onClose }: { readonly profile: Profile; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const { profiles } = useModel();
  const [typed, setTyped] = useState('');
  const name = nameInSentence(profile.name);
  // As it stands above the field: characters that nobody sees are shown as marks, and nobody could type what these stand for.
  const isTyped = [profile.name, plainName(profile.name)].includes(typed.trim());
  return (
    <ActDialog
      title={text('profiles.remove.title', { name })}
      keep={text('profiles.remove.keep')}
      act={text('profiles.remove.do', { name })}
      disabled={!isTyped}
      run={() => profiles.getState().remove(profile.profileId, profile.name)}
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

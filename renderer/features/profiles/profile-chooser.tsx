import { useEffect, type ReactNode } from 'react';
import { later } from '../../app/later';
import { useModel, useProfiles } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';

/** Lists and what pops up are much of the library, and most people have one profile. */
const ProfileSelect = later(async () => (await import('./profile-select')).ProfileSelect);

/** On screens before a vault is open: another profile of this installation. Nothing where there is one only. */
export function ProfileChooser(): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { background, profiles: store, ui } = useModel();
  const profiles = useProfiles((state) => state.profiles);
  const switching = useProfiles((state) => state.switching);
  useEffect(() => background(store.getState().load()), [background, store]);
  const current = profiles.find((one) => one.current);
  if (profiles.length < 2 || current === undefined) return null;
  const open = (profileId: string): void => {
    if (profileId === current.profileId || switching) return;
    store
      .getState()
      .open(profileId)
      .catch((thrown: unknown) => ui.getState().toastAnywhere(errorText(thrown), 'danger'));
  };
  return (
    <div className="profile-chooser">
      <ProfileSelect current={current.profileId} onChange={open} />
      <p className="field-hint" role="status">
        {switching ? text('profiles.switching') : ''}
      </p>
    </div>
  );
}

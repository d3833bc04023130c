import { useEffect, useState, type ReactNode } from 'react';
import type { Profile } from '../../../shared/model/profile';
import { useModel, useProfiles } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { nameInSentence } from '../../ui/strangers';
import { useFocusIfLost } from '../../ui/use-focus-if-lost';
import { NameDialog } from './name-dialog';
import { RemoveProfileDialog } from './remove-profile-dialog';

type Asked = { readonly what: 'add' } | { readonly what: 'rename' | 'remove'; readonly profile: Profile };

/** Several people, or purposes, in one installation. */
export function ProfilesSection(): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { background, profiles: store, ui } = useModel();
  const profiles = useProfiles((state) => state.profiles);
  const switching = useProfiles((state) => state.switching);
  const [asked, setAsked] = useState<Asked>();
  useEffect(() => background(store.getState().load()), [background, store]);
  const open = (profileId: string): void => {
    store
      .getState()
      .open(profileId)
      .catch((thrown: unknown) => ui.getState().toast(errorText(thrown), 'danger'));
  };
  // Its buttons go with a profile that was deleted.
  const place = useFocusIfLost<HTMLUListElement>(profiles.length);
  return (
    <div className="stack">
      <p className="lead">{text('profiles.lead')}</p>
      <ul className="profile-list" tabIndex={-1} ref={place} aria-label={text('profiles.list')}>
        {profiles.map((profile) => {
          const name = nameInSentence(profile.name);
          return (
            <li key={profile.profileId} className="profile-item" data-testid="profile">
              <span className="profile-name">
                <strong>{name}</strong>
                {profile.current ? <span className="field-hint">{text('profiles.current')}</span> : null}
              </span>
              <span className="profile-actions">
                {profile.current ? null : (
                  <Button aria-label={text('profiles.open.of', { name })} isDisabled={switching} onPress={() => open(profile.profileId)}>
                    {text('profiles.open')}
                  </Button>
                )}
                <Button kind="quiet" aria-label={text('profiles.rename.of', { name })} onPress={() => setAsked({ what: 'rename', profile })}>
                  {text('profiles.rename')}
                </Button>
                <Button kind="quiet" aria-label={text('profiles.remove.of', { name })} onPress={() => setAsked({ what: 'remove', profile })}>
                  {text('profiles.remove')}
                </Button>
              </span>
            </li>
          );
        })}
      </ul>
      <div className="dialog-actions start">
        <Button onPress={() => setAsked({ what: 'add' })}>{text('profiles.add')}</Button>
      </div>
      <p className="field-hint" role="status">
        {switching ? text('profiles.switching') : ''}
      </p>
      {asked === undefined ? null : asked.what === 'remove' ? (
        <RemoveProfileDialog profile={asked.profile} onClose={() => setAsked(undefined)} />
      ) : (
        <NameDialog profile={asked.what === 'rename' ? asked.profile : undefined} onClose={() => setAsked(undefined)} />
      )}
    </div>
  );
}

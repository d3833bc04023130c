import type { ReactNode } from 'react';
import { useProfiles } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { SelectField } from '../../ui/select-field';
import { plainName } from '../../ui/strangers';

export function ProfileSelect({ current, onChange }: { readonly current: string; readonly onChange: (profileId: string) => void }): ReactNode {
  const text = useText();
  const profiles = useProfiles((state) => state.profiles);
  return <SelectField label={text('profiles.choose')} value={current} onChange={onChange} options={profiles.map(({ profileId, name }) => ({ value: profileId, label: plainName(name) }))} />;
}

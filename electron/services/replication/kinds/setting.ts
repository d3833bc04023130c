import { WireError } from '../../../engine/wire/wire-error';
import { encodePersonSettings, parsePersonSettings, type PersonSettings } from '../../devices/person-settings';
import type { FactKind } from '../replica';

/** The one key of this kind. */
export const personSettingsKey = 'person';

/** Settings that are the person's and not this machine's: the ones chosen last. */
export function settingKind({ settings, onTold }: { readonly settings: () => PersonSettings; readonly onTold: (told: Partial<PersonSettings>) => void }): FactKind {
  return {
    kind: 'setting',
    rank: 71,
    apply({ key, value }) {
      if (key !== personSettingsKey) throw new WireError('another setting');
      onTold(parsePersonSettings(value));
      return true;
    },
    all: () => [{ key: personSettingsKey, value: encodePersonSettings(settings()) }],
  };
}

import type { ReactNode } from 'react';
import { useSettings } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { SelectField } from '../../ui/select-field';
import { SwitchField } from '../../ui/switch-field';
import { useChangeSettings } from './use-change-settings';

const megabyte = 1024 * 1024;
/** Bytes offered; whatever else is set stands in the list too. */
const offered = [0, megabyte, 10 * megabyte, 100 * megabyte, 1024 * megabyte];

/** What happens with files without being asked. */
export function FilesSettings(): ReactNode {
  const text = useText();
  const times = useTimes();
  const settings = useSettings((state) => state.settings);
  const change = useChangeSettings();
  const limits = offered.includes(settings.acceptFilesUpTo) ? offered : [settings.acceptFilesUpTo, ...offered];
  return (
    <>
      <SwitchField
        label={text('settings.stripMetadata')}
        hint={text('settings.stripMetadata.text')}
        on={settings.stripMetadata}
        onChange={(stripMetadata) => change({ stripMetadata })}
      />
      <SelectField
        label={text('settings.acceptFilesUpTo')}
        value={String(settings.acceptFilesUpTo)}
        onChange={(value) => change({ acceptFilesUpTo: Number(value) })}
        options={limits.map((limit) => ({ value: String(limit), label: limit === 0 ? text('settings.acceptFilesUpTo.never') : text('settings.acceptFilesUpTo.upTo', { size: times.bytes(limit) }) }))}
      />
    </>
  );
}

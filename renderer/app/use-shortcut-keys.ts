import { useCallback, useMemo } from 'react';
import { keyTable, type CommandName } from '../../shared/model/shortcuts';
import { useText } from '../i18n/use-text';
import { useSettings } from './model-context';
import { isMac, keysLabel, type Keys } from './shortcuts';

/** The combination of every command, as it is now. */
export function useShortcutKeys(): Keys {
  const changed = useSettings((state) => state.settings.shortcuts);
  return useMemo(() => keyTable(changed, isMac), [changed]);
}

/** What to press for a command, to be shown; undefined: nothing calls it. */
export function useKeyLabel(): (name: CommandName) => string | undefined {
  const keys = useShortcutKeys();
  const text = useText();
  return useCallback((name) => (keys[name] === '' ? undefined : keysLabel(keys[name], text)), [keys, text]);
}

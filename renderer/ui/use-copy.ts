import { useCallback } from 'react';
import { useUi } from '../app/model-context';
import { useText } from '../i18n/use-text';

/** Copies text and says so. */
export function useCopy(): (text: string, said?: string) => Promise<void> {
  const text = useText();
  const toast = useUi((state) => state.toast);
  return useCallback(
    async (value, said) => {
      try {
        await navigator.clipboard.writeText(value);
        toast(said ?? text('app.copied'));
      } catch {
        toast(text('app.copyFailed'), 'danger');
      }
    },
    [text, toast],
  );
}

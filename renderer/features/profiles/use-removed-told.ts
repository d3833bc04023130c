import { useEffect, useRef } from 'react';
import { useModel } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { nameInSentence } from '../../ui/strangers';

/** The profile that was open was deleted, and the next one opened without a screen before it, by the system keyring. */
export function useRemovedTold(): void {
  const text = useText();
  const { background, profiles, ui } = useModel();
  const asked = useRef(false);
  useEffect(() => {
    // Once for each time that the window opens: what is deleted while it is open is for the page that comes then.
    if (asked.current) return;
    asked.current = true;
    const tell = async (): Promise<void> => {
      const isShown = profiles.getState().removed !== undefined;
      if (!isShown) await profiles.getState().load();
      const { removed, forgetRemoved } = profiles.getState();
      if (removed === undefined) return;
      await forgetRemoved();
      if (!isShown) ui.getState().toast(text(removed.complete ? 'profiles.removed' : 'profiles.gone.partly', { name: nameInSentence(removed.name) }), removed.complete ? undefined : 'danger');
    };
    background(tell());
  }, [background, profiles, ui, text]);
}

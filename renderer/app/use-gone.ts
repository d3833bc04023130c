import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { toFailure } from '../bridge/failure';
import { useErrorText } from '../i18n/use-text';
import { useModel, useUi } from './model-context';

/** Whether what uses it is on the page no more, for whoever waited meanwhile. */
export function useGone(): () => boolean {
  const gone = useRef(false);
  useLayoutEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
    };
  }, []);
  return useCallback(() => gone.current, []);
}

/** Closes only while what uses it is there, and says whether it was: an answer that comes late finds something else open, or nothing. */
export function useCloseOwn(close: () => void): () => boolean {
  const isGone = useGone();
  return useCallback(() => {
    if (isGone()) return false;
    close();
    return true;
  }, [isGone, close]);
}

/** … the one dialog of the window that is open. */
export function useCloseDialog(): () => boolean {
  return useCloseOwn(useUi((state) => state.closeDialog));
}

/** Of the one dialog that is open: it goes with what it is about. One that draws nothing and stays would keep all keys from the window behind it. */
export function useGoesWithout(isThere: boolean): void {
  const close = useUi((state) => state.closeDialog);
  useEffect(() => {
    if (!isThere) close();
  }, [isThere, close]);
}

/** Why something failed, to be shown where it was asked for; put away meanwhile, it is told beside what is open then. */
export function useFailure(): readonly [unknown, (thrown: unknown) => void] {
  const isGone = useGone();
  const errorText = useErrorText();
  const { ui } = useModel();
  const [failure, setFailure] = useState<unknown>();
  const fail = useCallback(
    (thrown: unknown) => {
      if (!isGone()) setFailure(thrown);
      else if (thrown !== undefined && !untold.includes(toFailure(thrown).code)) ui.getState().toast(errorText(thrown), 'danger');
    },
    [isGone, ui, errorText],
  );
  return [failure, fail];
}

/** The vault was locked, which is seen; or the person gave up the system's own dialog, which they know. */
const untold: readonly string[] = ['vault.locked', 'path.required'];

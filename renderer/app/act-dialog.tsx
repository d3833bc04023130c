import type { ReactNode } from 'react';
import { useErrorText } from '../i18n/use-text';
import { Banner } from '../ui/banner';
import { ConfirmDialog, type ConfirmDialogProps } from '../ui/confirm-dialog';
import { useAct } from './use-act';

export interface ActDialogProps extends Omit<ConfirmDialogProps, 'busy' | 'onAct'> {
  /** What the button says while it runs; without it, what it said before. */
  readonly acting?: string;
  readonly run: () => Promise<unknown>;
  /** Said once it is done. */
  readonly done: string;
}

/** A question whose answer does something: it ends by closing and saying what was done, or stays open with what went wrong. */
export function ActDialog({ acting, run, done, act, children, onClose, ...question }: ActDialogProps): ReactNode {
  const errorText = useErrorText();
  const { busy, failure, run: start } = useAct(onClose);
  return (
    <ConfirmDialog {...question} act={busy && acting !== undefined ? acting : act} busy={busy} onAct={() => void start(run, done)} onClose={onClose}>
      {children}
      {failure === undefined ? null : <Banner tone="danger">{errorText(failure)}</Banner>}
    </ConfirmDialog>
  );
}

import type { ReactNode } from 'react';
import { Button } from './button';
import { Dialog } from './dialog';

export interface ConfirmDialogProps {
  /** Names what it is about. */
  readonly title: string;
  /** What is lost. */
  readonly children: ReactNode;
  /** The safe way out, which has the focus. */
  readonly keep: string;
  readonly act: string;
  readonly busy: boolean;
  readonly disabled?: boolean;
  readonly onAct: () => void;
  readonly onClose: () => void;
}

/** Asks before what cannot be undone. */
export function ConfirmDialog({ title, children, keep, act, busy, disabled = false, onAct, onClose }: ConfirmDialogProps): ReactNode {
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      <div className="dialog-actions">
        <Button autoFocus onPress={onClose}>
          {keep}
        </Button>
        <Button kind="danger" isPending={busy} isDisabled={disabled} onPress={onAct}>
          {act}
        </Button>
      </div>
    </Dialog>
  );
}

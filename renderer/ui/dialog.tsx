import { useContext, type CSSProperties, type ReactNode } from 'react';
import { X } from 'lucide-react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useText } from '../i18n/use-text';
import { DialogNotice } from './dialog-notice';
import { IconButton } from './icon-button';
import { useNoticesRoom } from './use-notices-room';
import { useRootMark } from './use-root-mark';

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly size?: 'small' | 'large' | 'wide';
  readonly children: ReactNode;
}

/** A dialog that closes by Escape, its cross and a press outside; the focus goes back to where it was. */
export function Dialog({ title, onClose, size = 'small', children }: DialogProps): ReactNode {
  const text = useText();
  const notice = useContext(DialogNotice);
  useRootMark('has-veil');
  const room = useNoticesRoom();
  return (
    <ModalOverlay className="veil" isOpen isDismissable onOpenChange={(open) => (open ? undefined : onClose())}>
      <Modal className={`sheet ${size}`}>
        <AriaDialog className="dialog">
          <header className="dialog-head">
            <Heading slot="title" className="dialog-title">
              {title}
            </Heading>
            <IconButton label={text('app.close')} onPress={onClose}>
              <X aria-hidden="true" />
            </IconButton>
          </header>
          <div className="dialog-body" style={{ '--notices': `${room}px` } as CSSProperties}>
            {notice}
            {children}
          </div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

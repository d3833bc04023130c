import { useMemo, useState, type KeyboardEvent, type ReactNode } from 'react';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useFiles, useUi } from '../../app/model-context';
import { useGoesWithout } from '../../app/use-gone';
import { useText } from '../../i18n/use-text';
import { Dialog } from '../../ui/dialog';
import { IconButton } from '../../ui/icon-button';
import { plainFileName } from '../../ui/strangers';
import { FileActs } from './file-acts';
import { ShownPicture } from './shown-picture';

/** One picture as large as there is room, and the others of its conversation by the arrow keys. */
export function Lightbox(): ReactNode {
  const text = useText();
  const close = useUi((state) => state.closeDialog);
  const open = useUi((state) => state.openPicture);
  const chosen = useUi((state) => state.dialogTransfer);
  const transfers = useFiles((state) => state.transfers);
  const [broken, setBroken] = useState<string>();
  const transfer = chosen === undefined ? undefined : transfers[chosen];
  const conversationId = transfer?.conversationId;
  const pictures = useMemo(
    () => Object.values(transfers).filter((one) => one.conversationId === conversationId && one.shown === 'image' && one.held).sort((one, other) => one.addedAt - other.addedAt),
    [transfers, conversationId],
  );
  useGoesWithout(transfer !== undefined);
  // Fetched anew, it is another one.
  if (broken !== undefined && transfers[broken]?.held !== true) setBroken(undefined);
  if (transfer === undefined) return null;
  const at = pictures.findIndex((one) => one.transferId === transfer.transferId);
  const file = plainFileName(transfer.name, 120);
  const step = (by: number): void => {
    const next = pictures[at + by];
    if (next !== undefined) open(next.transferId);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const forward = getComputedStyle(event.currentTarget).direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.preventDefault();
    step(event.key === forward ? 1 : -1);
  };
  return (
    <Dialog title={file} onClose={close} size="large">
      <div className="lightbox" onKeyDown={onKeyDown} role="presentation">
        {broken === transfer.transferId ? (
          <p>{text('files.notShown')}</p>
        ) : (
          <ShownPicture key={transfer.transferId} picture={{ transferId: transfer.transferId }} file={file} alt={text('files.picture', { file })} onBroken={() => setBroken(transfer.transferId)} />
        )}
        <div className="lightbox-foot">
          <IconButton label={text('files.previous')} isDisabled={at <= 0} onPress={() => step(-1)}>
            <ChevronLeft aria-hidden="true" />
          </IconButton>
          <span role="status">{text('files.nth', { nth: at + 1, count: pictures.length })}</span>
          <IconButton autoFocus label={text('files.next')} isDisabled={at >= pictures.length - 1} onPress={() => step(1)}>
            <ChevronRight aria-hidden="true" />
          </IconButton>
          <FileActs transfer={transfer} file={file} />
        </div>
      </div>
    </Dialog>
  );
}

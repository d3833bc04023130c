import { useEffect, useState, type ReactNode } from 'react';
import type { Message } from '../../../shared/model/message';
import type { Transfer } from '../../../shared/model/transfer';
import { useFiles, useModel, useUi } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { plainFileName } from '../../ui/strangers';
import { FileActs } from './file-acts';
import { FileGlyph } from './file-glyph';
import { FileState, saysHowLarge, useConnected, useIsOver } from './file-state';
import { ShownPicture } from './shown-picture';
import { Sound } from './sound';

/** The file a message brings: a picture or sound inside, anything else as a line with a name. `name`: the other person. */
export function MessageFile({ message, name, inTabOrder }: { readonly message: Message; readonly name: string; readonly inTabOrder: boolean }): ReactNode {
  const text = useText();
  const times = useTimes();
  const model = useModel();
  const { file } = message;
  const transferId = file?.transferId;
  const transfer = useFiles((state) => (file === undefined ? undefined : state.transfers[file.transferId]));
  const known = transfer !== undefined;
  const connected = useConnected(message.conversationId);
  const isOver = useIsOver(message.conversationId);
  useEffect(() => {
    if (!known && transferId !== undefined) model.background(model.files.getState().need(transferId));
  }, [model, known, transferId]);
  const [broken, setBroken] = useState(false);
  const isPicture = transfer?.shown === 'image' && transfer.held;
  // Fetched anew, it is another one.
  if (broken && !isPicture) setBroken(false);
  if (file === undefined) return null;
  const label = plainFileName(file.name, 120);
  return (
    <div className={isPicture && !broken ? 'message-file with-picture' : 'message-file'} data-testid="message-file">
      {isPicture && !broken ? <Picture transfer={transfer} label={label} inTabOrder={inTabOrder} onBroken={() => setBroken(true)} /> : null}
      <div className="file-line">
        {isPicture && !broken ? null : <FileGlyph shown={transfer?.shown ?? 'file'} />}
        <span className="file-words">
          <span className="file-name">
            <bdi>{label}</bdi>
          </span>
          {/* What is under way says it along with how far it is. */}
          {transfer !== undefined && saysHowLarge(transfer, connected || isOver) ? null : <span className="field-hint"><bdi>{times.bytes(file.size)}</bdi></span>}
          {broken ? <span className="field-hint">{text('files.notShown')}</span> : null}
          {transfer === undefined ? null : <FileState transfer={transfer} name={name} file={label} />}
        </span>
        {transfer === undefined ? null : <FileActs transfer={transfer} file={label} inTabOrder={inTabOrder} />}
      </div>
      {transfer?.shown === 'audio' && transfer.held ? <Sound transferId={transfer.transferId} label={label} inTabOrder={inTabOrder} /> : null}
    </div>
  );
}

function Picture({ transfer, label, inTabOrder, onBroken }: { readonly transfer: Transfer; readonly label: string; readonly inTabOrder: boolean; readonly onBroken: () => void }): ReactNode {
  const open = useUi((state) => state.openPicture);
  return (
    <ShownPicture
      picture={{ transferId: transfer.transferId }}
      file={label}
      alt=""
      inTabOrder={inTabOrder}
      onBroken={onBroken}
      onOpen={() => open(transfer.transferId)}
    />
  );
}

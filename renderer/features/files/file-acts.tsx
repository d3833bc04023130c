import type { ReactNode } from 'react';
import { Download, FolderOpen, Pause, Play, RotateCw, Save, Trash, X } from 'lucide-react';
import type { Transfer } from '../../../shared/model/transfer';
import { useFiles } from '../../app/model-context';
import type { TextId } from '../../i18n/messages';
import { useText } from '../../i18n/use-text';
import { IconButton } from '../../ui/icon-button';
import { type FileAct, useFileAct } from './use-file-acts';

type Offered = readonly [act: FileAct, label: TextId, glyph: typeof X];

/** What can be done with a file as it stands. */
function actsOf({ state, direction, held }: Transfer, saved: boolean): readonly Offered[] {
  const keep: readonly Offered[] = held ? [['save', 'files.save', Save], ...(saved ? ([['showSaved', 'files.showSaved', FolderOpen]] as const) : [])] : [];
  switch (state) {
    case 'offered':
      return direction === 'in' ? [['accept', 'files.accept', Download], ['cancel', 'files.decline', X]] : [...keep, ['cancel', 'files.cancel', X]];
    case 'running':
    case 'waiting':
      return [...keep, ['pause', 'files.pause', Pause], ['cancel', 'files.cancel', X]];
    case 'paused':
      return [...keep, ['resume', 'files.resume', Play], ['cancel', 'files.cancel', X]];
    case 'done':
      return held ? keep : [['accept', 'files.fetchAgain', Download]];
    case 'failed':
      return direction === 'in' ? [['accept', 'files.retry', RotateCw]] : keep;
    case 'preparing':
      return [['cancel', 'files.cancel', X]];
    case 'cancelled':
      return keep;
  }
}

export interface FileActsProps {
  readonly transfer: Transfer;
  /** Its name, to be shown. */
  readonly file: string;
  /** Offered where files are managed. */
  readonly onForget?: () => void;
}

export function FileActs({ transfer, file, onForget }: FileActsProps): ReactNode {
  const text = useText();
  const act = useFileAct();
  const saved = useFiles((state) => state.saved.includes(transfer.transferId));
  const offered = actsOf(transfer, saved);
  const mayForget = onForget !== undefined && transfer.held && transfer.state === 'done';
  if (offered.length === 0 && !mayForget) return null;
  return (
    <span className="file-acts">
      {offered.map(([name, label, Glyph]) => (
        <IconButton key={name} label={text(label, { file })} onPress={() => act(name, transfer)}>
          <Glyph aria-hidden="true" />
        </IconButton>
      ))}
      {mayForget ? (
        <IconButton label={text('files.forget', { file })} onPress={onForget}>
          <Trash aria-hidden="true" />
        </IconButton>
      ) : null}
    </span>
  );
}

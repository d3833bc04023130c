import { type FocusEvent, useState, type ReactNode } from 'react';
import { Download, FolderOpen, Pause, Play, RotateCw, Save, Trash, X } from 'lucide-react';
import type { Transfer } from '../../../shared/model/transfer';
import { useFiles } from '../../app/model-context';
import type { TextId } from '../../i18n/messages';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Button } from '../../ui/button';
import { ConfirmDialog } from '../../ui/confirm-dialog';
import { IconButton } from '../../ui/icon-button';
import { useFocusIfLost } from '../../ui/use-focus-if-lost';
import { useIsOver } from './file-state';
import { type FileAct, useFileAct } from './use-file-acts';

type Offered = readonly [act: FileAct, label: TextId, glyph: typeof X];

/** What was refused once for good: whoever sent it has given it up. */
function isGivenUp(failure: Transfer['failure']): boolean {
  return failure === 'contact.not-permitted' || failure === 'file.too-large';
}

/** What can be done with a file as it stands; the question of an offered one is put below. */
function actsOf({ state, direction, held, failure }: Transfer, saved: boolean): readonly Offered[] {
  const keep: readonly Offered[] = held ? [['save', 'files.save', Save], ...(saved ? ([['showSaved', 'files.showSaved', FolderOpen]] as const) : [])] : [];
  switch (state) {
    case 'offered':
      return [...keep, ['cancel', 'files.cancel', X]];
    case 'running':
    case 'waiting':
      return [...keep, ['pause', 'files.pause', Pause], ['cancel', 'files.cancel', X]];
    case 'paused':
      return [...keep, ['resume', 'files.resume', Play], ['cancel', 'files.cancel', X]];
    case 'done':
      return held ? keep : [['accept', 'files.fetchAgain', Download]];
    case 'failed':
      // Whoever did not allow it may do so by now; a file that is too large stays so.
      if (direction === 'out' && failure === 'contact.not-permitted' && held) return [['sendAgain', 'files.sendAgain', RotateCw], ...keep];
      if (direction !== 'in' || isGivenUp(failure)) return keep;
      // What the disk here did not take is waited for by whoever sent it, until it is called off.
      return [['accept', 'files.retry', RotateCw], ...(failure?.startsWith('disk.') === true ? ([['cancel', 'files.cancel', X]] as const) : [])];
    case 'preparing':
      return [['cancel', 'files.cancel', X]];
    case 'cancelled':
      return held && direction === 'out' ? [['sendAgain', 'files.sendAgain', RotateCw], ...keep] : keep;
  }
}

/** What needs the other person, who is done with the conversation. */
const needsOther: ReadonlySet<FileAct> = new Set(['accept', 'pause', 'resume', 'sendAgain']);

/** Bytes of a file that nobody throws away by one press: it could not be fetched again from here. */
const muchOfIt = 10 * 1024 * 1024;

const losesMuch = ({ direction, state, done }: Transfer): boolean => direction === 'in' && (state === 'running' || state === 'waiting' || state === 'paused') && done >= muchOfIt;

export interface FileActsProps {
  readonly transfer: Transfer;
  /** Its name, to be shown. */
  readonly file: string;
  /** Offered where files are managed. */
  readonly onForget?: () => void;
  /** In a message that Tab does not come to, it does not come to these either. */
  readonly inTabOrder?: boolean;
}

/** A place without buttons is nowhere to be seen: the message takes the focus for it. */
const unlessEmpty = ({ target, currentTarget }: FocusEvent<HTMLElement>): void => {
  if (target === currentTarget && currentTarget.querySelector('button') === null) currentTarget.closest('article')?.focus();
};

export function FileActs({ transfer, file, onForget, inTabOrder = true }: FileActsProps): ReactNode {
  const text = useText();
  const times = useTimes();
  const doAct = useFileAct();
  const [stopping, setStopping] = useState(false);
  // What went on or came to its end meanwhile is asked about anew, not by itself when it is fetched again.
  if (stopping && !losesMuch(transfer)) setStopping(false);
  const act = (name: FileAct, of: Transfer): void => (name === 'cancel' && losesMuch(of) ? setStopping(true) : doAct(name, of));
  const place = useFocusIfLost<HTMLSpanElement>(transfer.state);
  const saved = useFiles((state) => state.saved.includes(transfer.transferId));
  const isOver = useIsOver(transfer.conversationId);
  const isAsked = transfer.state === 'offered' && transfer.direction === 'in';
  // Nothing comes of an offer there, whatever is answered.
  const offered = actsOf(transfer, saved).filter(([name]) => !isOver || !(needsOther.has(name) || (isAsked && name === 'cancel')));
  // Of one that was called off or refused the copy is kept to be sent again.
  const mayForget = onForget !== undefined && transfer.held && ['done', 'cancelled', 'failed'].includes(transfer.state);
  // Somebody waits for an answer: said in words, not by signs.
  if (isAsked && !isOver) {
    return (
      <span className="file-acts asked" ref={place} tabIndex={-1}>
        <Button kind="main" excludeFromTabOrder={!inTabOrder} aria-label={text('files.accept', { file })} onPress={() => act('accept', transfer)}>
          {text('files.accept.short')}
        </Button>
        <Button excludeFromTabOrder={!inTabOrder} aria-label={text('files.decline', { file })} onPress={() => act('cancel', transfer)}>
          {text('files.decline.short')}
        </Button>
      </span>
    );
  }
  return (
    <span className="file-acts" ref={place} tabIndex={-1} onFocus={unlessEmpty}>
      {/* By their place: what pauses becomes what goes on, and keeps the focus. */}
      {offered.map(([name, label, Glyph], index) => (
        <IconButton key={index} excludeFromTabOrder={!inTabOrder} label={text(label, { file })} onPress={() => act(name, transfer)}>
          <Glyph aria-hidden="true" />
        </IconButton>
      ))}
      {stopping ? (
        <ConfirmDialog
          title={text('files.stop.title', { file })}
          keep={text('files.stop.keep')}
          act={text('files.stop.act')}
          busy={false}
          onAct={() => {
            setStopping(false);
            doAct('cancel', transfer);
          }}
          onClose={() => setStopping(false)}
        >
          <p>{text('files.stop.text', { done: times.bytes(transfer.done), total: times.bytes(transfer.size) })}</p>
        </ConfirmDialog>
      ) : null}
      {mayForget ? (
        <IconButton label={text('files.forget', { file })} onPress={onForget}>
          <Trash aria-hidden="true" />
        </IconButton>
      ) : null}
    </span>
  );
}

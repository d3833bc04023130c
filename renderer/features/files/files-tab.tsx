import { useEffect, useState, type ReactNode } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { Contact } from '../../../shared/model/contact';
import type { Transfer } from '../../../shared/model/transfer';
import { useFiles, useModel, useUi } from '../../app/model-context';
import { useNow } from '../../i18n/use-now';
import { useErrorText, useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { ConfirmDialog } from '../../ui/confirm-dialog';
import { nameInSentence, plainFileName } from '../../ui/strangers';
import { FileActs } from './file-acts';
import { FileGlyph } from './file-glyph';
import { FileState } from './file-state';
import { listedFiles } from './files-store';

/** Files of the conversation, newest first: more on demand, so that thousands do not stand on the page at once. */
export function FilesTab({ contact, conversationId }: { readonly contact: Contact; readonly conversationId: string | undefined }): ReactNode {
  const text = useText();
  const model = useModel();
  const errorText = useErrorText();
  const [forgetting, setForgetting] = useState<Transfer>();
  const [busy, setBusy] = useState(false);
  const name = nameInSentence(contact.name);
  const files = useFiles(useShallow((state) => listedFiles(state, conversationId)));
  const hasMore = useFiles((state) => conversationId !== undefined && (state.listedTo[conversationId] ?? '') !== '');
  useEffect(() => {
    if (conversationId !== undefined) model.background(model.files.getState().load(conversationId));
  }, [model, conversationId]);
  const forget = async (transfer: Transfer): Promise<void> => {
    setBusy(true);
    try {
      await model.client.files.forget({ transferId: transfer.transferId });
      // Not what is asked about by then.
      setForgetting((now) => (now === transfer ? undefined : now));
    } catch (thrown) {
      model.ui.getState().toast(errorText(thrown), 'danger');
    } finally {
      setBusy(false);
    }
  };
  if (files.length === 0) return <p className="field-hint">{text('files.empty', { name })}</p>;
  return (
    <>
      <ul className="file-list" aria-label={text('files.label')}>
        {files.map((transfer) => (
          <FileEntry key={transfer.transferId} transfer={transfer} name={name} onForget={() => setForgetting(transfer)} />
        ))}
      </ul>
      {hasMore && conversationId !== undefined ? (
        <button type="button" className="text-button" onClick={() => model.background(model.files.getState().more(conversationId))}>
          {text('message.more')}
        </button>
      ) : null}
      {forgetting === undefined ? null : (
        <ConfirmDialog
          title={text('files.forget.title', { file: plainFileName(forgetting.name, 80) })}
          keep={text('files.forget.keep')}
          act={text('files.forget.act')}
          busy={busy}
          onAct={() => void forget(forgetting)}
          onClose={() => setForgetting(undefined)}
        >
          <p>{forgetting.state === 'done' ? text('files.forget.text', { name }) : text('files.forget.unsent')}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

function FileEntry({ transfer, name, onForget }: { readonly transfer: Transfer; readonly name: string; readonly onForget: () => void }): ReactNode {
  const text = useText();
  const times = useTimes();
  const now = useNow();
  const openPicture = useUi((state) => state.openPicture);
  const file = plainFileName(transfer.name, 120);
  return (
    <li className="file-line" data-testid="file-entry">
      <FileGlyph shown={transfer.shown} />
      <span className="file-words">
        {transfer.shown === 'image' && transfer.held ? (
          <button type="button" className="text-button file-name" aria-label={text('files.show', { file })} onClick={() => openPicture(transfer.transferId)}>
            <bdi>{file}</bdi>
          </button>
        ) : (
          <span className="file-name">
            <bdi>{file}</bdi>
          </span>
        )}
        <span className="field-hint">
          <bdi>{times.bytes(transfer.size)}</bdi> · <bdi>{times.when(transfer.addedAt, now)}</bdi>
        </span>
        <FileState transfer={transfer} name={name} file={file} />
      </span>
      <FileActs transfer={transfer} file={file} onForget={onForget} />
    </li>
  );
}

import { useState, type FormEvent, type ReactNode } from 'react';
import { Form } from 'react-aria-components';
import type { Message } from '../../../shared/model/message';
import { useFiles, useModel } from '../../app/model-context';
import { useCloseDialog, useFailure } from '../../app/use-gone';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { nameInSentence } from '../../ui/strangers';
import type { Row } from '../conversations/rows';
import { saidIn } from '../files/said';
import { ForwardTo } from './forward-to';

export interface ForwardSeveralProps {
  /** Those that are selected; what cannot go is left out and said. */
  readonly messages: readonly Message[];
  readonly row: Row;
  readonly onBack: () => void;
}

/** One after the other, each a new message of one's own. What stopped in the middle goes on where it stopped. */
export function ForwardSeveral({ messages, row, onBack }: ForwardSeveralProps): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { client, conversations, messages: threads, talk, ui } = useModel();
  const close = useCloseDialog();
  const transfers = useFiles((state) => state.transfers);
  const [sent, setSent] = useState<ReadonlySet<string>>(new Set());
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useFailure();
  const name = nameInSentence(row.contact.name);

  const withContent = messages.filter(({ kind }) => kind === 'text' || kind === 'file');
  const going = withContent.filter(({ file }) => file === undefined || (transfers[file.transferId]?.held ?? true));
  const left = messages.length - withContent.length;
  const notHere = withContent.length - going.length;

  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy || going.length === 0) return;
    setBusy(true);
    setFailure(undefined);
    const done = new Set(sent);
    try {
      const conversationId = row.conversation?.conversationId ?? (await conversations.getState().open(row.contact.contactId));
      for (const { messageId, text: words, file } of going) {
        if (done.has(messageId)) continue;
        if (file === undefined) await client.messages.send({ conversationId, text: words });
        else await client.files.send({ conversationId, from: file.transferId, ...(words.trim() !== '' && { text: words }) });
        done.add(messageId);
      }
      await threads.getState().loadNewest(conversationId);
      ui.getState().toast(text('forward.several.sent', { count: done.size, name }));
      const from = ui.getState().selection?.conversationId;
      if (close() && from !== undefined) talk.getState().select(from, undefined);
    } catch (thrown) {
      setFailure(thrown);
      setBusy(false);
    }
    setSent(done);
  };

  return (
    <Form className="stack" onSubmit={(event) => void send(event)}>
      <ForwardTo row={row} />
      <ol className="forward-list" aria-label={text('forward.several.list')} tabIndex={0}>
        {going.map((message) => (
          <li key={message.messageId}>
            <bdi>{saidIn(message, text, 140)}</bdi>
          </li>
        ))}
      </ol>
      <p className="field-hint">{text('forward.several.hint')}</p>
      {left === 0 ? null : <p className="field-hint">{text('forward.several.left', { count: left })}</p>}
      {notHere === 0 ? null : <p className="field-hint">{text('forward.several.notHere', { count: notHere })}</p>}
      {going.some(({ disappearsAt }) => disappearsAt !== undefined) ? <p className="field-hint">{text('forward.several.disappears')}</p> : null}
      {failure === undefined ? null : <Banner tone="danger">{[errorText(failure), sent.size === 0 ? '' : text('forward.several.part', { sent: sent.size, count: going.length })].filter((part) => part !== '').join(' ')}</Banner>}
      <div className="dialog-actions">
        <Button isDisabled={busy} onPress={onBack}>
          {text('app.back')}
        </Button>
        <Button kind="main" type="submit" autoFocus isPending={busy} isDisabled={going.length === 0}>
          {text('forward.send', { name })}
        </Button>
      </div>
    </Form>
  );
}

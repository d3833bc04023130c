import { useEffect, useState, type FormEvent, type ReactNode } from 'react';
import { Form } from 'react-aria-components';
import type { Message } from '../../../shared/model/message';
import { maxTextBytes } from '../../../shared/text-limit';
import { useFiles, useMessages, useModel, useUi } from '../../app/model-context';
import { KeyshiftError } from '../../../shared/errors';
import { useErrorText, useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Avatar } from '../../ui/avatar';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { PersonName } from '../../ui/person-name';
import { nameInSentence, plainLine, plainName } from '../../ui/strangers';
import { TextField } from '../../ui/text-field';
import { whoWord } from '../contacts/contact-words';
import { PersonPicker } from '../conversations/person-picker';
import type { Row } from '../conversations/rows';
import { useRows } from '../conversations/use-rows';
import { FileGlyph } from '../files/file-glyph';

/** Something can be said there. */
function isWritable({ contact, conversation }: Row): boolean {
  return contact.ended === undefined && contact.reach !== 'blocked' && (conversation === undefined || conversation.state === 'open');
}

/** Goes when what it is about does: a message that was taken back or has disappeared is not sent on. */
export function ForwardDialog(): ReactNode {
  const close = useUi((state) => state.closeDialog);
  const conversationId = useUi((state) => state.selection?.conversationId ?? '');
  const messageId = useUi((state) => state.dialogMessage);
  const message = useMessages((state) => state.threads[conversationId]?.messages.find((one) => one.messageId === messageId));
  const isThere = message !== undefined && (message.kind === 'text' || message.kind === 'file');
  useEffect(() => {
    if (!isThere) close();
  }, [isThere, close]);
  return isThere ? <Forward message={message} /> : null;
}

/** To whom, then what: a new message of one's own, into which nothing of the other one goes but its words and its file. */
function Forward({ message }: { readonly message: Message }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const close = useUi((state) => state.closeDialog);
  const rows = useRows();
  const [key, setKey] = useState<string>();
  const { file } = message;
  const isHere = useFiles((state) => (file === undefined ? undefined : state.transfers[file.transferId]))?.held ?? true;
  const row = rows.find((one) => one.key === key);
  const people = rows.filter(isWritable).map(({ key: id, contact, conversation }) => ({
    key: id,
    name: contact.name,
    peerId: contact.peerId,
    note: conversation !== undefined && conversation.title !== '' ? plainName(conversation.title) : contact.pending ? text('list.pending') : '',
  }));
  return (
    <Dialog title={text('forward.title')} onClose={close}>
      {!isHere ? (
        <>
          <Banner tone="danger">{errorText(new KeyshiftError('transfer.not-here', ''))}</Banner>
          <div className="dialog-actions">
            <Button kind="main" autoFocus onPress={close}>
              {text('app.close')}
            </Button>
          </div>
        </>
      ) : row === undefined ? (
        <PersonPicker people={people} nobody={text('forward.nobody')} onPick={setKey} />
      ) : (
        <Review message={message} row={row} onBack={() => setKey(undefined)} />
      )}
    </Dialog>
  );
}

function Review({ message, row, onBack }: { readonly message: Message; readonly row: Row; readonly onBack: () => void }): ReactNode {
  const text = useText();
  const times = useTimes();
  const errorText = useErrorText();
  const { client, conversations, messages, ui } = useModel();
  const close = useUi((state) => state.closeDialog);
  const { contact, conversation } = row;
  const { file } = message;
  const name = nameInSentence(contact.name);
  const shown = useFiles((state) => (file === undefined ? undefined : state.transfers[file.transferId]))?.shown ?? 'file';
  const [words, setWords] = useState(message.text);
  const [failure, setFailure] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const isEmpty = words.trim() === '';

  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy || (isEmpty && file === undefined)) return;
    setBusy(true);
    setFailure(undefined);
    try {
      const conversationId = conversation?.conversationId ?? (await conversations.getState().open(contact.contactId));
      if (file === undefined) await messages.getState().send(conversationId, words, undefined);
      else {
        await client.files.send({ conversationId, from: file.transferId, ...(!isEmpty && { text: words }) });
        await messages.getState().loadNewest(conversationId);
      }
      ui.getState().toast(text('forward.sent', { name }));
      close();
    } catch (thrown) {
      setFailure(thrown);
      setBusy(false);
    }
  };

  return (
    <Form className="stack" onSubmit={(event) => void send(event)}>
      <div className="picked">
        <Avatar name={contact.name} peerId={contact.peerId} />
        <div className="picked-words">
          <PersonName name={contact.name} className="list-name" />
          <span className="field-hint">{[conversation?.title ?? '', whoWord(contact, text)].filter((part) => part !== '').join(' · ')}</span>
        </div>
      </div>
      {file === undefined ? null : (
        <div className="file-line">
          <FileGlyph shown={shown} />
          <span className="file-words">
            <bdi className="file-name">{plainLine(file.name, 120)}</bdi>
            <span className="field-hint">{times.bytes(file.size)}</span>
          </span>
        </div>
      )}
      <TextField
        label={text(file === undefined ? 'forward.words' : 'forward.words.file')}
        value={words}
        onChange={setWords}
        lines={file === undefined ? 5 : 2}
        maxLength={maxTextBytes}
        prose
        hint={text('forward.hint')}
      />
      {message.disappearsAt === undefined ? null : <p className="field-hint">{text('forward.disappears')}</p>}
      {failure === undefined ? null : <Banner tone="danger">{errorText(failure)}</Banner>}
      <div className="dialog-actions">
        <Button isDisabled={busy} onPress={onBack}>
          {text('app.back')}
        </Button>
        <Button kind="main" type="submit" autoFocus isPending={busy} isDisabled={isEmpty && file === undefined}>
          {text('forward.send', { name })}
        </Button>
      </div>
    </Form>
  );
}

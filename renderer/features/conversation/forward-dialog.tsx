import { useMemo, useState, type FormEvent, type ReactNode } from 'react';
import { Form } from 'react-aria-components';
import type { Message } from '../../../shared/model/message';
import { maxTextBytes } from '../../../shared/text-limit';
import { useFiles, useMessages, useModel, useUi } from '../../app/model-context';
import { useCloseDialog, useFailure, useGoesWithout } from '../../app/use-gone';
import { KeyshiftError } from '../../../shared/errors';
import { useErrorText, useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { nameInSentence, plainFileName, plainName } from '../../ui/strangers';
import { TextField } from '../../ui/text-field';
import { PersonPicker } from '../conversations/person-picker';
import type { Row } from '../conversations/rows';
import { useRows } from '../conversations/use-rows';
import { FileGlyph } from '../files/file-glyph';
import { ForwardSeveral } from './forward-several';
import { ForwardTo } from './forward-to';

/** Something can be said there. */
function isWritable({ contact, conversation }: Row): boolean {
  return contact.ended === undefined && contact.reach !== 'blocked' && (conversation === undefined || conversation.state === 'open');
}

/** Goes when what it is about does: messages that were taken back or have disappeared are not sent on. */
export function ForwardDialog(): ReactNode {
  const conversationId = useUi((state) => state.selection?.conversationId ?? '');
  const ids = useUi((state) => state.dialogMessages);
  const thread = useMessages((state) => state.threads[conversationId]?.messages);
  const messages = useMemo(() => (thread ?? []).filter(({ messageId }) => ids.includes(messageId)), [thread, ids]);
  const isThere = messages.some(({ kind }) => kind === 'text' || kind === 'file');
  useGoesWithout(isThere);
  // Of several that go while it is open the rest stays what it was: several.
  return isThere ? <Forward messages={messages} isOne={ids.length === 1} /> : null;
}

/** To whom, then what: new messages of one's own, into which nothing of the others goes but their words and files. */
function Forward({ messages, isOne }: { readonly messages: readonly Message[]; readonly isOne: boolean }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const close = useUi((state) => state.closeDialog);
  const rows = useRows();
  const [key, setKey] = useState<string>();
  const [first] = messages;
  const only = isOne ? first : undefined;
  const file = only?.file;
  const isHere = useFiles((state) => (file === undefined ? undefined : state.transfers[file.transferId]))?.held ?? true;
  const row = rows.find((one) => one.key === key);
  const people = rows.filter(isWritable).map(({ key: id, contact, conversation }) => ({
    key: id,
    name: contact.name,
    ownName: contact.ownName,
    peerId: contact.peerId,
    note: conversation !== undefined && conversation.title !== '' ? plainName(conversation.title) : contact.pending ? text('list.pending') : '',
  }));
  const back = (): void => setKey(undefined);
  return (
    <Dialog title={text('forward.title', { count: messages.length })} onClose={close}>
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
      ) : only === undefined ? (
        <ForwardSeveral messages={messages} row={row} onBack={back} />
      ) : (
        <Review message={only} row={row} onBack={back} />
      )}
    </Dialog>
  );
}

function Review({ message, row, onBack }: { readonly message: Message; readonly row: Row; readonly onBack: () => void }): ReactNode {
  const text = useText();
  const times = useTimes();
  const errorText = useErrorText();
  const { client, conversations, messages, talk, ui } = useModel();
  const close = useCloseDialog();
  const { contact, conversation } = row;
  const { file } = message;
  const name = nameInSentence(contact.name);
  const shown = useFiles((state) => (file === undefined ? undefined : state.transfers[file.transferId]))?.shown ?? 'file';
  const [words, setWords] = useState(message.text);
  const [failure, setFailure] = useFailure();
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
      if (close()) talk.getState().select(message.conversationId, undefined);
    } catch (thrown) {
      setFailure(thrown);
      setBusy(false);
    }
  };

  return (
    <Form className="stack" onSubmit={(event) => void send(event)}>
      <ForwardTo row={row} />
      {file === undefined ? null : (
        <div className="file-line">
          <FileGlyph shown={shown} />
          <span className="file-words">
            <span className="file-name">
              <bdi>{plainFileName(file.name, 120)}</bdi>
            </span>
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

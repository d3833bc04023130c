import { useCallback, useEffect, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from 'react';
import { Paperclip, SendHorizontal, X } from 'lucide-react';
import { KeyshiftError } from '../../../shared/errors';
import type { Contact } from '../../../shared/model/contact';
import { maxTextBytes } from '../../../shared/text-limit';
import { isNowhere } from '../../app/keep-focus';
import { useDrafts, useFiles, useMessages, useModel, useSettings } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { CutLine } from '../../ui/cut-line';
import { IconButton } from '../../ui/icon-button';
import { nameInSentence } from '../../ui/strangers';
import { DropZone } from '../files/drop-zone';
import { nothingStaged, UnsentFiles } from '../files/files-store';
import { PreparingFiles } from '../files/preparing-files';
import { saidIn } from '../files/said';
import { StagedFiles } from '../files/staged-files';
import { unsentWords } from '../files/unsent-words';
import { useTakeFiles } from '../files/use-take-files';
import { withoutBlankEnds } from './blank-ends';
import { DisappearButton } from './disappear-button';
import { emptyDraft } from './drafts-store';
import { EmojiButton } from './emoji-button';
import { useNarrow } from './use-narrow';
import { useFitting } from './use-fitting';
import { useTyping } from './use-typing';

export interface ComposerProps {
  readonly contact: Contact;
  readonly conversationId: string;
  readonly field: RefObject<HTMLTextAreaElement | null>;
}

export function Composer({ contact, conversationId, field }: ComposerProps): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const model = useModel();
  const draft = useDrafts((state) => state.drafts[conversationId] ?? emptyDraft);
  const { editing } = draft;
  const setEditing = useDrafts((state) => state.edit);
  const saysTyping = useTyping(conversationId);
  const written = editing?.text ?? draft.text;
  const write = useDrafts((state) => state.write);
  const setReply = useDrafts((state) => state.replyTo);
  const enterSends = useSettings((state) => state.settings.enterSends);
  const quoted = useMessages((state) => state.threads[conversationId]?.messages.find((message) => message.messageId === draft.replyTo));
  const [failure, setFailure] = useState<unknown>();
  /** Given back as not stored, oldest first: what is given back later stands behind it. */
  const returned = useRef('');
  /** The conversation that is written in now; undefined: none is. */
  const here = useRef<string>(undefined);
  const name = nameInSentence(contact.name);
  const staged = useFiles((state) => state.staged[conversationId] ?? nothingStaged);
  const focusField = useCallback(() => field.current?.focus(), [field]);
  const files = useTakeFiles(conversationId, field);

  const isNarrow = useNarrow(field, [...name].length);

  useFitting(field, written);

  useEffect(() => {
    setFailure(undefined);
    returned.current = '';
    here.current = conversationId;
    // Whoever types elsewhere stays there where another one only took the place of what they had chosen.
    if (model.ui.getState().selection?.byItself !== true || isNowhere()) field.current?.focus();
    // Behind the draft: in a field that comes with its words the caret stands before them.
    field.current?.setSelectionRange(field.current.value.length, field.current.value.length);
    return () => {
      here.current = undefined;
    };
  }, [conversationId, field, model]);

  /** In the conversation it belongs to, or, where one has gone on to another meanwhile, above all of them. */
  const tell = (thrown: unknown): void => {
    if (here.current === conversationId) setFailure(thrown);
    else model.ui.getState().toast(unsentWords(thrown, text, errorText), 'danger');
  };

  /** Words that were not stored, before what was written since and behind those that were given back before them. */
  const giveBack = (words: string): void => {
    const inField = model.drafts.getState().drafts[conversationId]?.text ?? '';
    // A file alone: nothing to give back but itself. The field is stored as it stands: what was taken out of it just before may still be in the vault.
    // Not once it was locked meanwhile: nothing is in the field then, and the vault has what was.
    if (words === '') return model.session.getState().phase === 'open' ? write(conversationId, inField) : undefined;
    const before = returned.current !== '' && here.current === conversationId && inField.startsWith(returned.current) ? returned.current : '';
    const since = inField.slice(before.length).replace(/^\n/u, '');
    const back = before === '' ? words : `${before}\n${words}`;
    if (here.current === conversationId) returned.current = back;
    write(conversationId, since === '' ? back : `${back}\n${since}`);
  };

  /** Words that went nowhere, and what they answer. */
  const takeBack = (words: string, replyTo: string | undefined): void => {
    giveBack(words);
    if (replyTo !== undefined) setReply(conversationId, replyTo);
  };

  const saveEdit = async (): Promise<void> => {
    if (editing === undefined || editing.text.trim() === '') return;
    setFailure(undefined);
    try {
      await model.client.messages.edit({ ...editing, text: withoutBlankEnds(editing.text) });
      // Not what is being changed by then.
      if (model.drafts.getState().drafts[conversationId]?.editing === editing) setEditing(conversationId, undefined);
    } catch (thrown) {
      // Locked meanwhile: nothing of it is told on that screen.
      if (model.session.getState().phase === 'open') tell(thrown);
    }
  };

  const change = (value: string): void => {
    if (editing !== undefined) return setEditing(conversationId, { ...editing, text: value });
    write(conversationId, value);
    saysTyping(value);
  };

  const send = async (): Promise<void> => {
    if (editing !== undefined) return saveEdit();
    const { replyTo } = draft;
    const words = withoutBlankEnds(written);
    if (words === '' && staged.length === 0) return;
    // What was pasted goes now, or stands below with the reason.
    const { toasts, dismiss } = model.ui.getState();
    for (const toast of toasts) if (toast.text === text('composer.pasted.told')) dismiss(toast.id);
    // Emptied at once so that the next message can be typed; given back if it could not be stored.
    model.drafts.getState().clear(conversationId);
    setFailure(undefined);
    try {
      if (staged.length === 0) await model.messages.getState().send(conversationId, words, replyTo);
      else if (!(await model.files.getState().send(conversationId, words, replyTo, () => model.messages.getState().loadNewest(conversationId)))) takeBack(written, replyTo);
    } catch (thrown) {
      tell(thrown);
      if (!(thrown instanceof UnsentFiles && thrown.wordsWent)) takeBack(written, replyTo);
    }
  };

  /** The newest own text is changed. Not from a place further up in the history: that one is not in sight there. */
  const editLast = (): boolean => {
    const thread = model.messages.getState().threads[conversationId];
    const own = contact.pending || thread?.behind === true ? undefined : thread?.messages.filter(({ direction, kind }) => direction === 'out' && kind === 'text').at(-1);
    if (own !== undefined) setEditing(conversationId, { messageId: own.messageId, text: own.text });
    return own !== undefined;
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key === 'Escape' && editing !== undefined) {
      setEditing(conversationId, undefined);
      event.stopPropagation();
      return;
    }
    if (event.key === 'Escape' && draft.replyTo !== undefined) {
      setReply(conversationId, undefined);
      event.stopPropagation();
      return;
    }
    if (event.key === 'ArrowUp' && !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey && written === '' && editing === undefined && staged.length === 0) {
      if (editLast()) event.preventDefault();
      return;
    }
    if (event.key !== 'Enter' || event.nativeEvent.isComposing || event.shiftKey || event.altKey) return;
    const command = event.ctrlKey || event.metaKey;
    if (!enterSends && !command) return;
    event.preventDefault();
    void send();
  };

  /** A message cannot hold it, and a field of megabytes stands still for minutes: more goes as a file, which is seen before it is sent. */
  const takeLongText = (pasted: string): void => {
    if (editing !== undefined) {
      setFailure(new KeyshiftError('message.too-long', ''));
      return;
    }
    files.take([new File([pasted], `${text('composer.pasted')}.txt`, { type: 'text/plain' })]);
    model.ui.getState().toast(text('composer.pasted.told'));
  };

  return (
    <div className="composer">
      {failure === undefined ? null : <Banner tone="danger">{unsentWords(failure, text, errorText)}</Banner>}
      {editing === undefined ? null : (
        <div className="composer-quote">
          <span className="quote-words">
            <span className="quote-who">{text('composer.editing')}</span>
          </span>
          <IconButton label={text('composer.cancelEdit')} onPress={() => setEditing(conversationId, undefined)}>
            <X aria-hidden="true" />
          </IconButton>
        </div>
      )}
      {draft.replyTo === undefined || editing !== undefined ? null : (
        <div className="composer-quote">
          <span className="quote-words">
            {quoted === undefined ? (
              <span className="quote-who">{text('message.earlier')}</span>
            ) : (
              <>
                <span className="quote-who">{text('composer.replyTo', { who: quoted.direction === 'out' ? text('message.you') : name })}</span>
                <bdi className="quote-line"><CutLine line={saidIn(quoted, text, 140)} /></bdi>
              </>
            )}
          </span>
          <IconButton label={text('composer.cancelReply')} onPress={() => setReply(conversationId, undefined)}>
            <X aria-hidden="true" />
          </IconButton>
        </div>
      )}
      <StagedFiles conversationId={conversationId} onEmptied={focusField} />
      <PreparingFiles conversationId={conversationId} />
      <DropZone name={name} onFiles={files.take} />
      <div className="composer-box">
        <div className="composer-row">
          {editing === undefined ? (
            <IconButton label={text('files.attach')} onPress={files.choose}>
              <Paperclip aria-hidden="true" />
            </IconButton>
          ) : null}
          {contact.pending ? null : <DisappearButton conversationId={conversationId} />}
          <textarea
            ref={field}
            className="composer-field"
            rows={1}
            dir="auto"
            aria-label={text('composer.label')}
            placeholder={staged.length > 0 ? text('files.caption') : isNarrow ? text('composer.label') : text('composer.placeholder', { name })}
            maxLength={maxTextBytes}
            value={written}
            onChange={(event) => change(event.target.value)}
            onKeyDown={onKeyDown}
            onPaste={(event) => {
              const words = event.clipboardData.getData('text/plain');
              if (words.length + written.length > maxTextBytes) {
                event.preventDefault();
                takeLongText(words);
                return;
              }
              const pasted = [...event.clipboardData.files];
              // Programs that copy text with a picture of it mean the text.
              if (pasted.length === 0 || event.clipboardData.types.includes('text/plain')) return;
              event.preventDefault();
              files.take(pasted);
            }}
          />
          <EmojiButton field={field} written={written} onWrite={change} />
          <IconButton
            kind="main"
            label={text(editing === undefined ? 'composer.send' : 'composer.saveEdit')}
            isDisabled={written.trim() === '' && (editing !== undefined || staged.length === 0)}
            onPress={() => {
              void send();
              field.current?.focus();
            }}
          >
            <SendHorizontal aria-hidden="true" />
          </IconButton>
        </div>
      </div>
    </div>
  );
}

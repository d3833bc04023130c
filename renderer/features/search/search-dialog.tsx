import { useEffect, useEffectEvent, useState, type KeyboardEvent, type ReactNode } from 'react';
import { findContact } from '../contacts/contacts-store';
import { findConversation } from '../conversations/conversations-store';
import { useContacts, useConversations, useModel, useSearch, useUi } from '../../app/model-context';
import { useNow } from '../../i18n/use-now';
import { useErrorText, useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { nameInSentence, plainName } from '../../ui/strangers';
import { SwitchField } from '../../ui/switch-field';
import { TextField } from '../../ui/text-field';
import { DayForm } from './day-form';
import { HitItem } from './hit-item';
import { useGoTo } from './use-go-to';

/** Between the last letter and the question, in milliseconds. */
const patience = 120;
/** So long without an answer it is said that it is being looked for, in milliseconds: sooner the words would only flicker. */
const worthAWord = 700;

const first = { index: 0 } as const;

/** Finds messages by their words, everywhere or in the conversation that is shown; Enter goes to the marked one. */
export function SearchDialog({ here }: { readonly here: boolean }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const times = useTimes();
  const now = useNow();
  const model = useModel();
  const goTo = useGoTo();
  const close = useUi((state) => state.closeDialog);
  const selection = useUi((state) => state.selection);
  const contact = useContacts((state) => findContact(state, selection?.contactId));
  const title = useConversations((state) => findConversation(state, selection?.conversationId)?.title ?? '');
  const count = useConversations((state) => state.conversations.length);
  const { hits, more, answered, answeredIn, failure, query: asked } = useSearch((state) => state);
  const shown = selection?.conversationId;
  const [query, setQuery] = useState(asked);
  const [only, setOnly] = useState(here);
  const [marked, setMarked] = useState<{ readonly index: number; readonly messageId?: string | undefined }>(first);
  /** Enter was pressed before there were hits of what is written. */
  const [entered, setEntered] = useState(false);
  const within = only ? shown : undefined;

  useEffect(() => {
    const timer = setTimeout(() => model.background(model.search.getState().look(query, within)), patience);
    return () => clearTimeout(timer);
  }, [model, query, within]);

  /** What is listed is of the words that stand there, and of where they are looked for. */
  const areTheirs = answered === query && answeredIn === within;
  const asking = query.trim() !== '' && !areTheirs && (failure === undefined || asked !== query);
  const [late, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (!asking) return undefined;
    const timer = setTimeout(() => setLate(true), worthAWord);
    return () => clearTimeout(timer);
  }, [asking, query]);

  // The same hit, where one above it goes; where it goes itself, the one that comes in its place.
  const found = hits.findIndex(({ messageId }) => messageId === marked.messageId);
  const at = found === -1 ? Math.min(marked.index, Math.max(hits.length - 1, 0)) : found;
  const mark = (index: number): void => setMarked({ index, messageId: hits[index]?.messageId });
  const go = (index: number): void => {
    const hit = hits[index];
    if (hit === undefined) return;
    model.search.getState().mark(hit, answered ?? query);
    close();
    void goTo.message(hit.conversationId, hit.messageId);
  };
  const goToFirst = useEffectEvent(() => go(0));
  // What is listed until then is of other words: a quick Enter went to a message without any of these.
  useEffect(() => {
    if (!entered || asking) return;
    setEntered(false);
    if (areTheirs) goToFirst();
  }, [entered, asking, areTheirs]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') mark(Math.min(at + 1, hits.length - 1));
    else if (event.key === 'ArrowUp') mark(Math.max(at - 1, 0));
    else if (event.key === 'Enter' && !event.nativeEvent.isComposing && event.target instanceof HTMLInputElement && event.target.type === 'text') {
      if (asking) setEntered(true);
      else if (areTheirs) go(at);
    } else return;
    event.preventDefault();
  };
  const told = late ? text('search.looking') : answered === undefined ? '' : hits.length === 0 ? (within === undefined ? text('search.none', { query: nameInSentence(answered), count }) : text('search.noneHere', { query: nameInSentence(answered) })) : text(more ? 'search.countMore' : 'search.count', { count: hits.length });

  return (
    <Dialog title={text(only ? 'search.here' : 'search.title')} onClose={close} size="large">
      <div className="search" onKeyDown={onKeyDown}>
        <TextField
          label={text('search.field')}
          value={query}
          hint={text('search.hint')}
          maxLength={200}
          onChange={(value) => {
            setQuery(value);
            setMarked(first);
            setEntered(false);
          }}
          autoFocus
          marksAll
        />
        {shown === undefined || contact === undefined ? null : (
          <SwitchField label={text('search.scope', { name: nameInSentence(title === '' ? contact.name : `${contact.name} · ${plainName(title)}`) })} on={only} onChange={setOnly} />
        )}
        <p className="field-hint" role="status">{told}</p>
        {failure === undefined ? null : <Banner tone="danger">{errorText(failure)}</Banner>}
        {answered === undefined || hits.length > 0 ? null : (
          <div className="dialog-actions start">
            {within === undefined ? null : <Button onPress={() => setOnly(false)}>{text('search.everywhere')}</Button>}
            <Button onPress={() => setQuery('')}>{text('search.clear')}</Button>
          </div>
        )}
        {hits.length === 0 ? null : (
          <ul className="search-hits">
            {hits.map((hit, index) => (
              <HitItem key={hit.messageId} hit={hit} query={answered ?? ''} marked={index === at} now={now} times={times} onGo={() => go(index)} />
            ))}
          </ul>
        )}
        {more ? <Button kind="quiet" onPress={() => model.background(model.search.getState().lookFurther())}>{text('search.more')}</Button> : null}
        {shown === undefined ? null : <DayForm conversationId={shown} onGone={close} />}
      </div>
    </Dialog>
  );
}

import { useEffect, type ReactNode } from 'react';
import type { Contact } from '../../../shared/model/contact';
import type { KeyStatus } from '../../../shared/model/keys';
import { useConversations, useKeys, useModel } from '../../app/model-context';
import { useNow } from '../../i18n/use-now';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { nameInSentence } from '../../ui/strangers';
import { needsPerson } from '../contacts/contact-words';
import { findConversation } from '../conversations/conversations-store';
import { ExposureCard } from './exposure-card';
import { KeyCards } from './key-cards';
import { KeyProblems } from './key-problems';
import { keySentence } from './key-sentence';
import { LivesSection } from './lives-section';
import { OtherParts } from './other-parts';
import { PairSection } from './pair-section';
import { RenewSection } from './renew-section';
import { rhythm } from './rule-words';
import { RulesSection } from './rules-section';
import { TranscriptCheck } from './transcript-check';

export function KeysTab({ contact, conversationId }: { readonly contact: Contact; readonly conversationId: string | undefined }): ReactNode {
  const text = useText();
  const model = useModel();
  const status = useKeys((state) => (conversationId === undefined ? undefined : state.statuses[conversationId]));
  useEffect(() => {
    if (conversationId === undefined) return;
    model.background(model.keys.getState().load(conversationId));
    model.background(model.keys.getState().loadTimeline(conversationId));
  }, [model, conversationId]);
  if (conversationId === undefined) return <p className="lead">{text('keys.noConversation')}</p>;
  if (status === undefined) return null;
  return <KeyFacts key={conversationId} contact={contact} conversationId={conversationId} status={status} />;
}

function KeyFacts({ contact, conversationId, status }: { readonly contact: Contact; readonly conversationId: string; readonly status: KeyStatus }): ReactNode {
  const text = useText();
  const times = useTimes();
  const now = useNow();
  const timeline = useKeys((state) => state.timelines[conversationId]);
  const failed = useConversations((state) => findConversation(state, conversationId)?.state === 'failed');
  const name = nameInSentence(contact.name);
  const age = (since: number): string => times.age(now - since);
  const facts = { name, needsPerson: needsPerson(contact), failed, rhythm: rhythm(status.policy, name, text, times), age };

  return (
    <div className="stack">
      <p className="sentence" data-testid="keys-sentence">
        {keySentence(status, facts, text)}
      </p>
      <KeyProblems contact={contact} conversationId={conversationId} status={status} heading />
      <KeyCards status={status} failed={failed} name={name} age={age} times={times} />
      {status.also === undefined ? null : <OtherParts also={status.also} name={name} />}
      <RenewSection contact={contact} conversationId={conversationId} failed={failed} />
      {timeline === undefined || timeline.generations.length === 0 ? null : <LivesSection timeline={timeline} part="written" name={name} times={times} />}
      {timeline?.also?.map((generations, at) => (generations.length === 0 ? null : <LivesSection key={at} timeline={{ ...timeline, generations }} part="other" name={name} times={times} />))}
      <RulesSection status={status} name={name} fixed={failed || contact.ended !== undefined} />
      <TranscriptCheck contact={contact} conversationId={conversationId} status={status} />
      {timeline === undefined ? null : <ExposureCard exposure={timeline.exposure} now={now} />}
      <PairSection contact={contact} conversationId={conversationId} status={status} failed={failed} age={age} />
    </div>
  );
}

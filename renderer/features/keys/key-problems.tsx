import type { ReactNode } from 'react';
import { CircleSlash, Hourglass, KeyRound, LockKeyhole, ShieldX, Unlink } from 'lucide-react';
import type { Contact } from '../../../shared/model/contact';
import type { KeyProblem, KeyStatus } from '../../../shared/model/keys';
import { useModel } from '../../app/model-context';
import { focusComposer, detailsLieOver } from '../../app/panes';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Button } from '../../ui/button';
import { nameInSentence } from '../../ui/strangers';

const icons = { waiting: Hourglass, 'key-destroyed': CircleSlash, 'key-refused': LockKeyhole, 'too-many-keys': KeyRound, 'key-broken': ShieldX, gap: Unlink } as const;

export interface KeyProblemsProps {
  readonly contact: Contact;
  readonly conversationId: string;
  readonly status: KeyStatus;
  /** In the tab, where the list needs a title; in the conversation it is plain lines. */
  readonly heading?: boolean;
}

/** What could not be read: each with its cause and what to do, or that nothing is to be done. */
export function KeyProblems({ contact, conversationId, status, heading = false }: KeyProblemsProps): ReactNode {
  const text = useText();
  const times = useTimes();
  const ask = useAsk();
  const name = nameInSentence(contact.name);
  const { problems, receiving, policy } = status;
  const old = policy.whenStale === 'warn' ? receiving.filter((key) => key.stale) : [];
  if (problems.length === 0 && old.length === 0) return null;

  const words = (problem: KeyProblem): string => {
    const values = { count: problem.count, name, date: times.dateTime(problem.since) };
    const device = receiving.length < 2 ? -1 : receiving.findIndex((key) => key.instanceId === problem.instanceId);
    const sentence = text(`problem.${problem.kind}`, values);
    return device === -1 ? sentence : text('problem.ofDevice', { sentence, n: device + 1 });
  };
  return (
    <div className={heading ? 'stack tight' : 'problem-lines'}>
      {heading ? <h2 className="small-heading">{text('problem.heading')}</h2> : null}
      <ul className="problems" aria-label={text('problem.heading')}>
        {problems.map((problem) => {
          const Icon = icons[problem.kind];
          return (
            <li key={`${problem.kind}-${problem.since}-${problem.instanceId ?? ''}`} className="problem">
              <Icon aria-hidden="true" />
              <p>
                {words(problem)} <span className="problem-next">{text(`problem.${problem.kind}.next`, { count: problem.count, name })}</span>
              </p>
              {problem.kind === 'key-destroyed' ? <Button onPress={() => ask(conversationId, text('problem.ask.text', { count: problem.count, date: times.dateTime(problem.since) }))}>{text('problem.ask')}</Button> : null}
            </li>
          );
        })}
        {old.map((key) => (
          <li key={`stale-${key.instanceId}`} className="problem">
            <KeyRound aria-hidden="true" />
            <p>
              {text('problem.stale', { name, date: times.dateTime(key.since), count: key.messages })} <span className="problem-next">{text('problem.stale.next', { name })}</span>
            </p>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Asking is a message like any other: the words are put where one writes, and the person sends them. */
function useAsk(): (conversationId: string, words: string) => void {
  const { drafts, ui } = useModel();
  return (conversationId, words) => {
    const written = drafts.getState().drafts[conversationId]?.text ?? '';
    if (!written.includes(words)) drafts.getState().write(conversationId, written === '' ? words : `${written}\n${words}`);
    // Where the details cover the conversation they make way.
    if (detailsLieOver()) ui.getState().closeDetails();
    focusComposer();
  };
}

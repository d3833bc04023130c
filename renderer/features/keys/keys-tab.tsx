import { useEffect, type ReactNode } from 'react';
import { RefreshCw } from 'lucide-react';
import type { Contact } from '../../../shared/model/contact';
import type { KeyStatus } from '../../../shared/model/keys';
import { useKeys, useModel } from '../../app/model-context';
import { useNow } from '../../i18n/use-now';
import { useText, type Text } from '../../i18n/use-text';
import { useTimes, type Times } from '../../i18n/use-times';
import { Button } from '../../ui/button';
import { KeyCut } from '../../ui/icons';
import { nameInSentence } from '../../ui/strangers';
import { needsPerson } from '../contacts/contact-words';
import { KeyHistory } from './key-history';
import { KeyLanes } from './key-lanes';
import { useRenew } from './use-renew';

export function KeysTab({ contact, conversationId }: { readonly contact: Contact; readonly conversationId: string | undefined }): ReactNode {
  const text = useText();
  const model = useModel();
  const status = useKeys((state) => (conversationId === undefined ? undefined : state.statuses[conversationId]));
  useEffect(() => {
    if (conversationId !== undefined) model.background(model.keys.getState().load(conversationId));
  }, [model, conversationId]);
  if (conversationId === undefined) return <p className="lead">{text('keys.noConversation')}</p>;
  if (status === undefined) return null;
  return <KeyFacts contact={contact} conversationId={conversationId} status={status} />;
}

function KeyFacts({ contact, conversationId, status }: { readonly contact: Contact; readonly conversationId: string; readonly status: KeyStatus }): ReactNode {
  const text = useText();
  const times = useTimes();
  const now = useNow();
  const renew = useRenew();
  const renewing = useKeys((state) => state.renewing[conversationId] ?? false);
  const name = nameInSentence(contact.name);
  const age = (since: number): string => times.span(Math.max(1_000, now - since));

  return (
    <div className="stack">
      <p className="sentence">{sentence(contact, status, text, age)}</p>
      <div className="key-cards">
        <KeyCard heading={text('keys.yours', { name })} id={status.sending?.id} epoch={status.sending?.epoch}>
          {status.sending === null ? (
            text('keys.notYet')
          ) : (
            <>
              <span>{text('keys.age', { age: age(status.sending.since) })}</span>
              <span>{text('keys.count', { count: status.sending.messages })}</span>
              <span>{text('keys.size', { size: times.bytes(status.sending.bytes) })}</span>
              {status.sending.shiftsBy === undefined ? null : <span>{text('keys.by', { time: times.dateTime(status.sending.shiftsBy) })}</span>}
            </>
          )}
        </KeyCard>
        {status.receiving.length === 0 ? (
          <KeyCard heading={text('keys.theirs', { name })} id={undefined} epoch={undefined}>
            {text('keys.notYet')}
          </KeyCard>
        ) : (
          status.receiving.map((key, index) => (
            <KeyCard
              key={`${key.instanceId}-${key.epoch}`}
              heading={status.receiving.length === 1 ? text('keys.theirs', { name }) : `${text('keys.theirs', { name })}, ${text('keys.device', { n: index + 1 })}`}
              id={key.id}
              epoch={key.epoch}
            >
              <span>{text('keys.age', { age: age(key.since) })}</span>
              <span>{text('keys.count', { count: key.messages })}</span>
            </KeyCard>
          ))
        )}
      </div>
      <div className="stack tight">
        <Button
          kind="main"
          icon={<RefreshCw aria-hidden="true" className={renewing ? 'turning' : ''} />}
          isDisabled={contact.ended !== undefined}
          isPending={renewing}
          onPress={() => void renew(conversationId, contact.name)}
        >
          {text('keys.renew')}
        </Button>
        <p className="field-hint">{text('keys.renew.text', { name })}</p>
      </div>
      <dl className="facts">
        <dt>{text('keys.policy')}</dt>
        <dd>{policyWords(status, name, text, times)}</dd>
        <dt>{text('keys.shared')}</dt>
        <dd>
          {status.kek === null
            ? text('keys.shared.none')
            : text('keys.shared.text', { epoch: status.kek.epoch, age: age(status.kek.since), id: status.kek.id })}
        </dd>
        <dt>{text('keys.transcript')}</dt>
        <dd className={status.transcript.equal ? undefined : 'danger-text'}>
          {status.transcript.equal
            ? text('keys.transcript.equal', { count: status.transcript.upTo, name })
            : text('keys.transcript.differs', { n: status.transcript.upTo + 1, name })}
        </dd>
      </dl>
      {status.history.length === 0 ? null : (
        <>
          <KeyLanes history={status.history} name={name} now={now} times={times} />
          <KeyHistory history={status.history} name={name} times={times} />
        </>
      )}
    </div>
  );
}

function KeyCard({ heading, id, epoch, children }: { readonly heading: string; readonly id: string | undefined; readonly epoch: number | undefined; readonly children: ReactNode }): ReactNode {
  const text = useText();
  return (
    <section className={id === undefined ? 'key-card empty' : 'key-card'}>
      <h2 className="small-heading">{heading}</h2>
      <KeyCut key={id ?? 'none'} id={id ?? '77777777'} className="card-key" />
      {epoch === undefined ? null : <p className="key-epoch">{text('keys.generation', { epoch })}</p>}
      <p className="key-lines">{children}</p>
    </section>
  );
}

function sentence(contact: Contact, status: KeyStatus, text: Text, age: (since: number) => string): string {
  const name = nameInSentence(contact.name);
  if (needsPerson(contact)) return text('keys.sentence.needs');
  const theirs = status.receiving.reduce((newest, key) => Math.max(newest, key.since), 0);
  if (status.sending === null) return theirs === 0 ? text('keys.sentence.none') : text('keys.sentence.theirs', { name, theirs: age(theirs) });
  if (theirs === 0) return text('keys.sentence.own', { age: age(status.sending.since) });
  return text('keys.sentence.both', { own: age(status.sending.since), name, theirs: age(theirs) });
}

function policyWords(status: KeyStatus, name: string, text: Text, times: Times): string {
  const { afterMilliseconds, afterMessages, afterBytes, onPeerShift } = status.policy;
  const words = [
    afterMilliseconds > 0 ? text('keys.policy.time', { age: times.span(afterMilliseconds) }) : '',
    afterMessages > 0 ? text('keys.policy.messages', { count: afterMessages }) : '',
    afterBytes > 0 ? text('keys.policy.bytes', { size: times.bytes(afterBytes) }) : '',
    onPeerShift ? text('keys.policy.peer', { name }) : '',
  ].filter((word) => word !== '');
  return words.length === 0 ? text('keys.policy.off') : words.join(', ');
}

import type { ReactNode } from 'react';
import type { KeyStatus } from '../../../shared/model/keys';
import { useText } from '../../i18n/use-text';
import type { Times } from '../../i18n/use-times';
import { KeyCut } from '../../ui/icons';

/** The keys in use now: the own one, and one for each device of the other side. */
export function KeyCards({ status, failed, name, age, times }: { readonly status: KeyStatus; readonly failed: boolean; readonly name: string; readonly age: (since: number) => string; readonly times: Times }): ReactNode {
  const text = useText();
  const { sending, receiving } = status;
  return (
    <div className="key-cards">
      <KeyCard heading={text('keys.yours', { name })} id={sending?.id} epoch={sending?.epoch}>
        {sending === null ? (
          text('keys.notYet')
        ) : (
          <>
            <span>{text('keys.age', { age: age(sending.since) })}</span>
            <span>{text('keys.count', { count: sending.messages })}</span>
            <span>{text('keys.size', { size: times.bytes(sending.bytes) })}</span>
            {sending.shiftsBy === undefined || failed ? null : <span>{text('keys.by', { time: times.dateTime(sending.shiftsBy) })}</span>}
          </>
        )}
      </KeyCard>
      {receiving.length === 0 ? (
        <KeyCard heading={text('keys.theirs', { name })} id={undefined} epoch={undefined}>
          {text('keys.notYet')}
        </KeyCard>
      ) : (
        receiving.map((key, index) => (
          <KeyCard
            key={`${key.instanceId}-${key.epoch}`}
            heading={receiving.length === 1 ? text('keys.theirs', { name }) : `${text('keys.theirs', { name })}, ${text('keys.device', { n: index + 1 })}`}
            id={key.id}
            epoch={key.epoch}
          >
            <span>{text('keys.age', { age: age(key.since) })}</span>
            <span>{text('keys.count', { count: key.messages })}</span>
            {key.stale ? <span className="key-stale">{text('keys.stale')}</span> : null}
          </KeyCard>
        ))
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

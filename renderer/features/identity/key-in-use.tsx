import type { ReactNode } from 'react';
import type { Identity } from '../../../shared/model/identity';
import { useNow } from '../../i18n/use-now';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Button } from '../../ui/button';
import { KeyCut } from '../../ui/icons';
import { nameInSentence } from '../../ui/strangers';
import { useCopy } from '../../ui/use-copy';
import { useFocusIfLost } from '../../ui/use-focus-if-lost';
import { grouped } from './grouped';

/** The key others know me by now, since when, and when the next one comes. */
export function KeyInUse({ identity }: { readonly identity: Identity }): ReactNode {
  const text = useText();
  const times = useTimes();
  const copy = useCopy();
  const now = useNow();
  const place = useFocusIfLost<HTMLElement>(identity.unconfirmed || identity.keyTaken !== undefined);
  const next = (): string => {
    if (identity.keyElsewhere) return text('identity.key.next.elsewhere');
    if (identity.unconfirmed) return text('identity.key.next.unconfirmed');
    if (identity.rotatesAt === undefined) return text('identity.key.next.hand');
    return identity.rotatesAt <= now ? text('identity.key.next.due') : text('identity.key.next.at', { date: times.date(identity.rotatesAt) });
  };
  return (
    <section className="stack tight divided" aria-labelledby="identity-key" tabIndex={-1} ref={place}>
      <h3 className="small-heading" id="identity-key">
        {text('identity.key')}
      </h3>
      <KeyCut id={identity.keyFingerprint} className="identity-key" />
      <dl className="facts">
        <dt>{text('identity.key.generation')}</dt>
        <dd>{text('identity.key.generation.since', { epoch: identity.epoch, date: times.date(identity.keyCreatedAt), age: times.span(Math.max(0, now - identity.keyCreatedAt)) })}</dd>
        <dt>{text('identity.key.next')}</dt>
        <dd>{next()}</dd>
        {identity.endorsements.length === 0 ? null : (
          <>
            <dt>{text('identity.key.vouched')}</dt>
            {identity.endorsements.map(({ issuer, notAfter }) => (
              <dd key={`${issuer} ${notAfter}`}>{text('identity.key.vouched.until', { issuer: nameInSentence(issuer), date: times.date(notAfter) })}</dd>
            ))}
          </>
        )}
        <dt>{text('identity.key.fingerprint')}</dt>
        <dd>
          <code className="selectable">{grouped(identity.keyFingerprint)}</code>
        </dd>
        <dt>{text('who.peerId')}</dt>
        <dd>
          <code className="selectable">{grouped(identity.peerId)}</code>
          <br />
          <span className="field-hint">{text('who.peerId.hint')}</span>
        </dd>
        <dt>{text('identity.device')}</dt>
        <dd>
          {identity.instance.name}
          <br />
          {text('identity.device.exchange', { date: times.date(identity.exchange.notAfter) })}
        </dd>
        <dt>{text('identity.addresses')}</dt>
        <dd>{identity.addresses.join(', ') || '–'}</dd>
      </dl>
      <div className="dialog-actions start">
        <Button onPress={() => void copy(identity.keyFingerprint)}>{text('identity.copyFingerprint')}</Button>
        <Button onPress={() => void copy(identity.peerId)}>{text('who.copyPeerId')}</Button>
      </div>
    </section>
  );
}

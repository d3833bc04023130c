import { useEffect, useState, type ReactNode } from 'react';
import type { MailboxStatus } from '../../../shared/model/mailbox';
import { useMailbox, useModel, useSettings } from '../../app/model-context';
import { useNow } from '../../i18n/use-now';
import { useErrorText, useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { KeyshiftError } from '../../../shared/errors';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { Disclosure } from '../../ui/disclosure';
import { plainLine } from '../../ui/strangers';
import { SwitchField } from '../../ui/switch-field';
import { useFocusIfLost } from '../../ui/use-focus-if-lost';
import { useChangeSettings } from '../settings/use-change-settings';
import { LeaveDialog } from './leave-dialog';
import { mailboxEndsSoon } from './mailbox-bar';
import { OwnKeyForOperator } from './operator-key';
import { RegistrationForm } from './registration-form';
import { ToRevoke } from './to-revoke';

/** Settings → Mailbox: what one is, how it stands, and the two steps to one. */
export function MailboxSection(): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { mailbox } = useModel();
  const status = useMailbox((state) => state.status);
  const [failure, setFailure] = useState<unknown>();
  useEffect(() => {
    mailbox.getState().load().catch(setFailure);
  }, [mailbox]);
  // The form goes with the first registration, and what it led to stands above it.
  const place = useFocusIfLost<HTMLElement>(status?.state === 'off');
  if (status === undefined) return failure === undefined ? <p className="field-hint">{text('mailbox.looking')}</p> : <Banner tone="danger">{errorText(failure)}</Banner>;
  const off = status.state === 'off';
  const steps = (
    <div className="stack">
      <OwnKeyForOperator deviceKey={status.deviceKey} />
      <RegistrationForm />
    </div>
  );
  return (
    <section className="stack" aria-labelledby="mailbox-heading" tabIndex={-1} ref={place}>
      <div className="stack">
        <div className="stack tight">
          <h3 className="small-heading" id="mailbox-heading">
            {text('mailbox.title')}
          </h3>
          <p className="field-hint">{text('mailbox.lead')}</p>
        </div>
        <Now status={status} />
        <ToRevoke tasks={status.toRevoke} heading={text('mailbox.revoke.title')} />
      </div>
      {off ? (
        <>
          <What />
          <div className="divided">{steps}</div>
        </>
      ) : (
        <div className="stack divided">
          <ShareSwitch />
          <Disclosure label={text('mailbox.another')}>{() => steps}</Disclosure>
          <Disclosure label={text('mailbox.what')}>{() => <WhatList />}</Disclosure>
        </div>
      )}
    </section>
  );
}

function Now({ status }: { readonly status: MailboxStatus }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const times = useTimes();
  const now = useNow();
  const [leaving, setLeaving] = useState(false);
  const { expiresAt, failure, slotsLeft, state, taken, url } = status;
  const where = url === undefined ? '' : plainLine(url, 200);
  // The question goes with the mailbox, and nobody asked it of the next one.
  if (leaving && state === 'off') setLeaving(false);
  return (
    <>
      <p className={`setting-state flush mailbox-${state}`} role="status">
        {text(`mailbox.state.${state}`)}
      </p>
      {failure === undefined ? null : <Banner tone={state === 'refused' ? 'danger' : 'notice'}>{errorText(new KeyshiftError(failure, failure))}</Banner>}
      {state === 'off' ? null : (
        <>
          {expiresAt !== undefined && expiresAt - now < mailboxEndsSoon ? <Banner tone="notice">{text('mailbox.expiresSoon', { date: times.date(expiresAt) })}</Banner> : null}
          <dl className="facts">
            <dt>{text('mailbox.url')}</dt>
            <dd>
              <code className="selectable">{where}</code>
            </dd>
            {expiresAt === undefined ? null : (
              <>
                <dt>{text('mailbox.expires')}</dt>
                <dd>{times.date(expiresAt)}</dd>
              </>
            )}
            {slotsLeft === undefined ? null : (
              <>
                <dt>{text('mailbox.slots')}</dt>
                <dd>{text('mailbox.slots.left', { count: slotsLeft })}</dd>
              </>
            )}
            <dt>{text('mailbox.taken')}</dt>
            <dd>{text('mailbox.taken.count', { count: taken })}</dd>
          </dl>
          <div className="dialog-actions start">
            <Button onPress={() => setLeaving(true)}>{text('mailbox.leave')}</Button>
          </div>
          {leaving ? <LeaveDialog url={where} onClose={() => setLeaving(false)} /> : null}
        </>
      )}
    </>
  );
}

/** Whether the own devices find each other's sessions here. */
function ShareSwitch(): ReactNode {
  const text = useText();
  const change = useChangeSettings();
  const on = useSettings((state) => state.settings.shareSessions === 'repository');
  return <SwitchField label={text('mailbox.share')} hint={text(on ? 'mailbox.share.on' : 'mailbox.share.off')} on={on} onChange={(next) => change({ shareSessions: next ? 'repository' : 'ask' })} />;
}

function What(): ReactNode {
  const text = useText();
  return (
    <section className="stack tight divided" aria-labelledby="mailbox-what">
      <h3 className="small-heading" id="mailbox-what">
        {text('mailbox.what')}
      </h3>
      <WhatList />
    </section>
  );
}

function WhatList(): ReactNode {
  const text = useText();
  return (
    <ul className="plain-list">
      <li>{text('mailbox.what.who')}</li>
      <li>{text('mailbox.what.sees')}</li>
      <li>{text('mailbox.what.loses')}</li>
      <li>{text('mailbox.what.contacts')}</li>
    </ul>
  );
}

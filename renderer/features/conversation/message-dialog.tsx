import { useEffect, type ReactNode } from 'react';
import type { Contact } from '../../../shared/model/contact';
import type { Message } from '../../../shared/model/message';
import { useContacts, useDevices, useIdentity, useKeys, useMessages, useModel, useUi } from '../../app/model-context';
import { useGoesWithout } from '../../app/use-gone';
import { onCalendar } from '../../i18n/on-calendar';
import { useNow } from '../../i18n/use-now';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { nameInSentence, plainName } from '../../ui/strangers';
import { findContact } from '../contacts/contacts-store';
import { saidIn } from '../files/said';
import { fateOf, reasonId } from '../keys/life-words';
import { deliveryWords, wayWords } from './delivery-words';

/** What is known of one message: when, from which device, in which state, locked with which key. */
export function MessageDialog(): ReactNode {
  const selection = useUi((state) => state.selection);
  const messageId = useUi((state) => state.dialogMessage);
  const contact = useContacts((state) => findContact(state, selection?.contactId));
  const message = useMessages((state) => state.threads[selection?.conversationId ?? '']?.messages.find((one) => one.messageId === messageId));
  // It disappears, or is deleted, as messages are while one reads of them.
  useGoesWithout(contact !== undefined && message !== undefined);
  if (contact === undefined || message === undefined) return null;
  return <Details contact={contact} message={message} />;
}

function Details({ contact, message }: { readonly contact: Contact; readonly message: Message }): ReactNode {
  const text = useText();
  const times = useTimes();
  const model = useModel();
  const close = useUi((state) => state.closeDialog);
  const showDetails = useUi((state) => state.showDetails);
  const { conversationId, direction, instanceId, keyEpoch } = message;
  const own = direction === 'out';
  const name = nameInSentence(contact.name);
  const now = useNow();
  const odd = own && isAhead(message.sentAt, now) ? 'ahead' : oddTime(message);
  const device = useDeviceWords(message, name);
  const timeline = useKeys((state) => state.timelines[conversationId]);
  const alike = [timeline?.generations ?? [], ...(timeline?.also ?? [])].flat().filter((one) => one.who === (own ? 'you' : 'peer') && one.instanceId === instanceId && one.epoch === keyEpoch);
  // Where two parts have a key of the same number nothing says which of them it was.
  const generation = alike.length === 1 ? alike[0] : undefined;
  useEffect(() => model.background(model.keys.getState().loadTimeline(conversationId)), [model, conversationId]);

  return (
    <Dialog title={text('details.title')} onClose={close}>
      <blockquote className="details-quote">
        <bdi>{message.kind === 'unsupported' ? text('message.unsupported') : saidIn(message, text, 280)}</bdi>
      </blockquote>
      <dl className="facts" data-testid="message-details">
        <dt>{text('details.key')}</dt>
        <dd>
          {keyEpoch === 0 ? (
            text('details.key.none')
          ) : (
            <>
              {text('details.key.epoch', { epoch: keyEpoch, direction: text(own ? 'keys.yours' : 'keys.theirs', { name }) })}
              {generation === undefined ? null : (
                <span className="field-hint block">
                  {text('details.key.life', {
                    since: times.dateTime(generation.since),
                    reason: text(reasonId(generation.reason, generation.who)),
                    count: generation.messages,
                    fate: text(`lives.fate.${fateOf(generation)}`),
                  })}
                </span>
              )}
            </>
          )}
        </dd>
        <dt>{text('details.device')}</dt>
        <dd>
          {device} <code className="instance-id">{instanceId.slice(0, 8)}</code>
          <span className="field-hint block">{text('details.sequence', { n: message.sequence })}</span>
        </dd>
        <dt>{text('details.sent')}</dt>
        <dd>
          {times.exact(onCalendar(message.sentAt))}
          {own ? null : <span className="field-hint block">{text('details.sent.theirs', { name })}</span>}
          {odd === undefined ? null : <span className="field-hint block">{text(`details.sent.${odd}`, { name })}</span>}
        </dd>
        {message.receivedAt === undefined ? null : (
          <>
            <dt>{text('details.received')}</dt>
            <dd>
              {times.exact(message.receivedAt)}
              {isAhead(message.receivedAt, now) ? <span className="field-hint block">{text('details.received.ahead')}</span> : null}
            </dd>
          </>
        )}
        <dt>{text('details.state')}</dt>
        <dd>{own ? text(deliveryWords(message, contact.reach === 'mailbox'), { name }) : text('details.state.in')}</dd>
        {own && message.way !== undefined ? (
          <>
            <dt>{text('details.way')}</dt>
            <dd>{text(wayWords(message.way), { name })}</dd>
          </>
        ) : null}
      </dl>
      <div className="dialog-actions">
        <Button
          onPress={() => {
            close();
            showDetails('keys');
          }}
        >
          {text('details.keys')}
        </Button>
        <Button kind="main" autoFocus onPress={close}>
          {text('app.close')}
        </Button>
      </div>
    </Dialog>
  );
}

const minute = 60_000;
const year = 366 * 24 * 60 * minute;

/** It cannot have been yet: whatever told this time has been put right since, is another device's, or tells it wrong now, as a clock does whose battery is empty. */
const isAhead = (at: number, now: number): boolean => at - now > 2 * minute;

/** What its writer's clock said cannot be, or hardly, beside the time it came: up to two minutes nobody notices, and on a stick it may lie for months. */
function oddTime({ sentAt, receivedAt = sentAt }: Message): 'later' | 'earlier' | undefined {
  if (sentAt - receivedAt > 2 * minute) return 'later';
  return receivedAt - sentAt > year ? 'earlier' : undefined;
}

/** "This device", another own one, or the other side's; numbered only where there are several. */
function useDeviceWords({ direction, instanceId, conversationId }: Message, name: string): string {
  const text = useText();
  const identity = useIdentity((state) => state.identity);
  const other = useDevices((state) => state.devices?.find((one) => one.instanceId === instanceId)?.name);
  const receiving = useKeys((state) => state.statuses[conversationId])?.receiving ?? [];
  if (direction === 'out') {
    if (identity === undefined || identity.instance.id === instanceId) return text('details.device.this', { device: plainName(identity?.instance.name ?? '') });
    return other === undefined || other === '' ? text('details.device.own') : text('details.device.named', { device: nameInSentence(other) });
  }
  const at = receiving.findIndex((key) => key.instanceId === instanceId);
  return receiving.length < 2 || at === -1 ? text('details.device.theirs', { name }) : text('details.device.theirs.nth', { name, n: at + 1 });
}

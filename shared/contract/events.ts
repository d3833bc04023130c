import * as z from 'zod';
import { contactRequest } from '../model/contact';
import { contactId, conversationId, messageId, time } from '../model/ids';
import { fingerprint, keyOrigin } from '../model/identity';
import { keyShift } from '../model/keys';
import { deviceRequest, linking } from '../model/device';
import { message, messageState, messageWay, waitingFor } from '../model/message';
import { transfer } from '../model/transfer';
import { vaultState } from '../model/vault';

/** Everything a door may hear without asking. Payloads say what changed; details are asked for. */
export const events = {
  'message.received': z.strictObject({ type: z.literal('message.received'), conversationId, message }),
  /** Something of what `messages.list` said before is different: messages stand elsewhere, or say something else. Told by what other own devices know. */
  'messages.moved': z.strictObject({ type: z.literal('messages.moved'), conversationId }),
  /**
   * An own message got on, or what it waits for changed: also when a connection comes or goes (for those never handed
   * over), when a contact agrees, ends, is blocked or unblocked, and when a conversation fails. What concerns a person
   * concerns many messages at once, so of each conversation only those undelivered among its newest 100 own ones are told;
   * whoever shows more asks `messages.list` again after the `session.changed` or `contact.changed` that comes with it.
   */
  'message.state': z.strictObject({
    type: z.literal('message.state'),
    conversationId,
    messageId,
    state: messageState,
    waitingFor: waitingFor.optional(),
    way: messageWay.optional(),
    movedTo: messageId.optional(),
  }),
  /** Its text, kind or reactions are other ones. */
  'message.changed': z.strictObject({ type: z.literal('message.changed'), conversationId, message }),
  /** Gone from here: deleted by this person, or its time was over. */
  /** `lostEdit`: what was kept of a change to one of them went with it. */
  'messages.removed': z.strictObject({ type: z.literal('messages.removed'), conversationId, messageIds: z.array(messageId), lostEdit: z.boolean().optional() }),
  /** The other person writes something now; ends by itself after ten seconds. */
  'contact.typing': z.strictObject({ type: z.literal('contact.typing'), conversationId, typing: z.boolean() }),
  /** A file got on, or its state is another one. At most five times a second for each. */
  'transfer.progress': z.strictObject({ type: z.literal('transfer.progress'), ...transfer.shape }),
  /** How far the database is written under a new key, in bytes. At most five times a second, and at the end. */
  'vault.renewing': z.strictObject({ type: z.literal('vault.renewing'), done: z.number().int().nonnegative(), total: z.number().int().nonnegative(), state: z.enum(['running', 'finished', 'cancelled', 'failed']) }),
  /** How far an export is, in messages. At most five times a second, and at the end. */
  'export.progress': z.strictObject({ type: z.literal('export.progress'), conversationId, done: z.number().int().nonnegative(), total: z.number().int().nonnegative(), state: z.enum(['running', 'finished', 'cancelled', 'failed']) }),
  'profiles.changed': z.strictObject({ type: z.literal('profiles.changed') }),
  'dictionary.changed': z.strictObject({ type: z.literal('dictionary.changed') }),
  /** `updates.status` is another one. At most five times a second while something is fetched. In the window only. */
  'updates.changed': z.strictObject({ type: z.literal('updates.changed') }),
  /** The help was asked for in the menu of the window. */
  'desktop.help': z.strictObject({ type: z.literal('desktop.help') }),
  /** A `keyshift:` link waits for `desktop.takeLink`. */
  'desktop.link': z.strictObject({ type: z.literal('desktop.link') }),
  /** A notification was clicked: show this. */
  'desktop.show': z.strictObject({ type: z.literal('desktop.show'), conversationId, messageId: messageId.optional() }),
  'settings.changed': z.strictObject({ type: z.literal('settings.changed') }),
  'conversation.changed': z.strictObject({ type: z.literal('conversation.changed'), conversationId }),
  /** Something of `identity.get` is different, without another own key. */
  'identity.changed': z.strictObject({ type: z.literal('identity.changed') }),
  'contact.changed': z.strictObject({ type: z.literal('contact.changed'), contactId }),
  'contact.request': z.strictObject({ type: z.literal('contact.request'), ...contactRequest.shape }),
  /** One of `contacts.requests` is no more without having become a contact here: it was declined, on this or on another own device, answered on another one, or removed with a contact who had yet to answer. */
  'contact.requestOver': z.strictObject({ type: z.literal('contact.requestOver'), requestId: contactRequest.shape.requestId }),
  'key.shifted': z.strictObject({ type: z.literal('key.shifted'), conversationId, ...keyShift.shape }),
  /** An identity key was replaced: the own one, without `contactId`, or a contact's, and what spoke for it. */
  'key.rotated': z.strictObject({ type: z.literal('key.rotated'), contactId: contactId.optional(), epoch: z.number().int().positive(), fingerprint, origin: keyOrigin }),
  /** How far a backup or a restore is; `done` and `total` in bytes. Told at most five times a second, and at the end. */
  'backup.progress': z.strictObject({ type: z.literal('backup.progress'), done: z.number().int().nonnegative(), total: z.number().int().nonnegative(), state: z.enum(['running', 'finished', 'cancelled', 'failed']) }),
  /** What a restore that asks has found: whose profile, made on which device, when, and when the newest message in it was written or came. It waits for `backup.goOn` or `backup.cancel`. */
  'backup.found': z.strictObject({ type: z.literal('backup.found'), name: z.string(), deviceName: z.string(), madeAt: time, newestAt: time.optional() }),
  /** Something of `authorities.list` is different. */
  'authorities.changed': z.strictObject({ type: z.literal('authorities.changed') }),
  /** A connection with this person came or went; also told when one takes another's place. Not told for the end that `vault.changed` brings. */
  'session.changed': z.strictObject({ type: z.literal('session.changed'), contactId, connected: z.boolean() }),
  /** Something of `network.status` or of a `network.reach` is different: addresses, mapping, proxy, tries. Told at most once a second. */
  'network.changed': z.strictObject({ type: z.literal('network.changed') }),
  /** Something of `discovery.status` is different. */
  'discovery.changed': z.strictObject({ type: z.literal('discovery.changed') }),
  /** Something of `devices.list` is different. */
  'devices.changed': z.strictObject({ type: z.literal('devices.changed') }),
  /** `devices.linking` is different: also told while there is no vault yet. Progress at most five times a second. */
  'devices.linking': z.strictObject({ type: z.literal('devices.linking'), ...linking.shape }),
  /** `devices.requests` is different: somebody asks, or does not any more. */
  'devices.requests': z.strictObject({ type: z.literal('devices.requests'), requests: z.array(deviceRequest) }),
  /** Something of `mailbox.status` is different. */
  'mailbox.changed': z.strictObject({ type: z.literal('mailbox.changed') }),
  'vault.changed': z.strictObject({ type: z.literal('vault.changed'), state: vaultState }),
} as const;

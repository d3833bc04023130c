import * as z from 'zod';
import { contact, contactRequest } from '../model/contact';
import { conversation } from '../model/conversation';
import { about, meterCounts } from '../model/diagnostics';
import { contactId, conversationId, messageId, peerId, requestId, time } from '../model/ids';
import { identity } from '../model/identity';
import { keyStatus, keyTimeline, policyPreset, shiftPolicy } from '../model/keys';
import { message } from '../model/message';
import { discoveryStatus, nearbyId } from '../model/discovery';
import { networkStatus, reachReport } from '../model/network';
import { settings } from '../model/settings';
import { personName, plainText, title } from '../model/text';
import { keyringState, vaultState } from '../model/vault';
import { call } from './call';

/** No parameters: absent or an empty object. */
const none = z.strictObject({}).optional();
/** No result: JSON has no `undefined`. */
const done = z.null();

const passphrase = z.string().min(1).max(1024);
/** What no call needs to judge by its length itself: longer texts are refused without being looked at. 4 MiB and a bit is a line's end, too. */
const longest = 4 * 1_048_576;

const needsVault = ['vault.absent', 'vault.locked'] as const;
const needsContact = [...needsVault, 'contact.unknown'] as const;
const needsConversation = [...needsVault, 'conversation.unknown'] as const;

/** Every call of both doors, grouped as services are. A line here is a capability; there is no other way in. */
export const calls = {
  vault: {
    status: call(none, z.strictObject({ state: vaultState, keyring: keyringState.optional() }), [
      'profile.in-use',
      'profile.unreadable',
      'port.in-use',
      'listen.malformed',
    ]),
    create: call(z.strictObject({ passphrase, name: personName }), z.strictObject({ peerId }), [
      'vault.exists',
      'self-test.failed',
    ]),
    unlock: call(z.strictObject({ passphrase }), done, [
      'vault.absent',
      'vault.wrong-passphrase',
      'vault.damaged',
      'vault.newer',
      'self-test.failed',
    ]),
    lock: call(none, done),
    changePassphrase: call(z.strictObject({ old: passphrase, new: passphrase }), done, [
      ...needsVault,
      'vault.wrong-passphrase',
    ]),
    setKeyring: call(z.strictObject({ enabled: z.boolean() }), z.strictObject({ keyring: keyringState }), [
      ...needsVault,
      'keyring.unavailable',
    ]),
  },
  identity: {
    get: call(none, identity, needsVault),
    exportPublic: call(z.strictObject({ format: z.enum(['pem', 'card']) }), z.strictObject({ text: z.string() }), needsVault),
  },
  contacts: {
    createInvitation: call(
      z.strictObject({ expiresInSeconds: z.number().int().min(1).max(30 * 86_400).optional() }).optional(),
      z.strictObject({ link: z.string(), expiresAt: time }),
      needsVault,
    ),
    acceptInvitation: call(z.strictObject({ link: z.string().max(longest) }), z.strictObject({ contactId }), [
      ...needsVault,
      'invitation.garbled',
      'invitation.altered',
      'invitation.expired',
      'invitation.own',
      'invitation.already-accepted',
    ]),
    importKey: call(z.strictObject({ text: z.string().max(longest) }), z.strictObject({ contactId }), [
      ...needsVault,
      'key.garbled',
      'key.private',
      'key.own',
      'key.already-known',
      'key.unacceptable',
    ]),
    requests: call(none, z.array(contactRequest), needsVault),
    answerRequest: call(z.strictObject({ requestId, accept: z.boolean() }), done, [
      ...needsVault,
      'request.unknown',
      'contact.key-mismatch',
      'key.unacceptable',
    ]),
    list: call(none, z.array(contact), needsVault),
    safetyNumber: call(z.strictObject({ contactId }), z.strictObject({ digits: z.string().regex(/^\d{60}$/) }), [
      ...needsContact,
      'contact.pending',
    ]),
    setChecked: call(z.strictObject({ contactId, checked: z.boolean() }), done, [...needsContact, 'contact.pending']),
    block: call(z.strictObject({ contactId, blocked: z.boolean().optional() }), done, needsContact),
  },
  conversations: {
    open: call(z.strictObject({ contactId, title: title.optional() }), z.strictObject({ conversationId }), [
      ...needsContact,
      'contact.blocked',
      'contact.ended',
    ]),
    list: call(none, z.array(conversation), needsVault),
    continue: call(z.strictObject({ conversationId }), z.strictObject({ conversationId }), [
      ...needsConversation,
      'contact.blocked',
      'contact.ended',
      'conversation.open',
    ]),
    markRead: call(z.strictObject({ conversationId }), done, needsConversation),
  },
  messages: {
    send: call(
      z.strictObject({ conversationId, text: plainText.max(longest), replyTo: messageId.optional() }),
      z.strictObject({ messageId }),
      [
        ...needsConversation,
        'contact.blocked',
        'contact.ended',
        'conversation.failed',
        'conversation.closed',
        'message.empty',
        'message.too-long',
        'message.unknown',
      ],
    ),
    list: call(
      z.strictObject({ conversationId, before: messageId.optional(), limit: z.number().int().min(1).max(500).optional() }),
      z.array(message),
      [...needsConversation, 'message.unknown'],
    ),
  },
  keys: {
    status: call(z.strictObject({ conversationId }), keyStatus, needsConversation),
    shift: call(z.strictObject({ conversationId }), z.strictObject({ epoch: z.number().int().positive() }), [
      ...needsConversation,
      'conversation.failed',
      'contact.blocked',
      'keys.too-often',
    ]),
    setPolicy: call(
      z.strictObject({ conversationId, policy: z.union([policyPreset, shiftPolicy.partial()]) }),
      done,
      [...needsConversation, 'conversation.failed'],
    ),
    timeline: call(z.strictObject({ conversationId }), keyTimeline, needsConversation),
    /** A new key exchange key of this device for the person; compromised: nothing locked with earlier keys is accepted any more. */
    shiftPair: call(
      z.strictObject({ conversationId, compromised: z.boolean().optional() }),
      z.strictObject({ epoch: z.number().int().positive() }),
      [...needsConversation, 'conversation.failed', 'contact.blocked', 'contact.pending', 'keys.too-often'],
    ),
  },
  envelopes: {
    save: call(z.strictObject({ contactId, path: z.string().optional() }), z.strictObject({ path: z.string(), count: z.number().int().positive() }), [
      ...needsContact,
      'contact.pending',
      'contact.blocked',
      'envelopes.nothing',
      'path.required',
      'path.unusable',
    ]),
    open: call(
      z.strictObject({ path: z.string().optional() }),
      z.strictObject({ opened: z.number().int(), repeated: z.number().int(), refused: z.number().int() }),
      [...needsVault, 'path.required', 'path.unusable', 'envelopes.garbled'],
    ),
  },
  network: {
    status: call(none, networkStatus),
    /** What was tried to reach this person, what answered, and what may help. */
    reach: call(z.strictObject({ contactId }), reachReport, needsContact),
    /** Tries all addresses of this person now, whatever the back-off. */
    tryNow: call(z.strictObject({ contactId }), done, [...needsContact, 'contact.blocked', 'contact.ended']),
  },
  discovery: {
    /** Shows this device to people nearby under random words, and looks for them, for five minutes. */
    start: call(none, discoveryStatus, [...needsVault, 'discovery.not-possible']),
    stop: call(none, done, needsVault),
    status: call(none, discoveryStatus, needsVault),
    meet: call(z.strictObject({ nearbyId }), done, [...needsVault, 'discovery.not-running', 'discovery.gone', 'discovery.busy', 'discovery.too-many']),
    /** Yes or no to who asks. "No" also takes back an own question and calls a comparison off. */
    answer: call(z.strictObject({ accept: z.boolean() }), done, [...needsVault, 'discovery.no-meeting']),
    /** Whether both screens show the same six digits. Said by both, it makes a checked contact. */
    confirm: call(z.strictObject({ same: z.boolean() }), done, [...needsVault, 'discovery.no-meeting']),
  },
  settings: {
    get: call(none, settings),
    set: call(settings.partial(), settings),
  },
  diagnostics: {
    meter: call(z.strictObject({ reset: z.boolean().optional() }).optional(), meterCounts),
    about: call(none, about),
  },
} as const;

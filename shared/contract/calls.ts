import * as z from 'zod';
import { contact, contactDevice, contactRequest, permissions } from '../model/contact';
import { about, meterCounts } from '../model/diagnostics';
import { contactId, conversationId, instanceId, peerId, requestId, time } from '../model/ids';
import { authority, authorityId } from '../model/authority';
import { contactKey, endorsement, fingerprint, identity, keyTrouble, ownKey } from '../model/identity';
import { keyStatus, keyTimeline, policyPreset, shiftPolicy } from '../model/keys';
import { device, deviceName, deviceRequest, linking } from '../model/device';
import { mailboxStatus } from '../model/mailbox';
import { discoveryStatus, nearbyId } from '../model/discovery';
import { networkStatus, reachReport } from '../model/network';
import { settings } from '../model/settings';
import { aliasName, personName } from '../model/text';
import { verification } from '../model/verification';
import { keyringState, vaultState } from '../model/vault';
import { call } from './call';
import { dictionary, profiles, desktop, updates } from './desktop-calls';
import { files } from './file-calls';
import { atMostOne, none, done, passphrase, longest, needsVault, needsContact, needsDevice, needsInvitation, needsStanding, needsConversation } from './needs';
import { conversations, messages } from './talk-calls';

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
    /** Whether that is the passphrase of what is open; opens nothing, also where it was locked in the same moment. */
    checkPassphrase: call(z.strictObject({ passphrase }), done, [...needsVault, 'vault.wrong-passphrase', 'vault.damaged', 'vault.newer']),
    /** `newKey`: also a new key of the database, which is written anew while the vault is locked (`vault.renewing` tells how far); it opens again by itself. */
    changePassphrase: call(z.strictObject({ old: passphrase, new: passphrase, newKey: z.boolean().optional() }), done, [
      ...needsVault,
      'vault.wrong-passphrase',
      'vault.busy',
      'vault.given-up',
    ]),
    /** Ends the writing of a new key; passphrase and key stay as they were. */
    cancelNewKey: call(none, done),
    setKeyring: call(z.strictObject({ enabled: z.boolean() }), z.strictObject({ keyring: keyringState }), [
      ...needsVault,
      'keyring.unavailable',
    ]),
  },
  identity: {
    get: call(none, identity, needsVault),
    /** Contacts see the new name once they hear of it. */
    rename: call(z.strictObject({ name: personName }), done, [...needsVault, ...needsStanding, 'key.not-here', 'key.unconfirmed', 'keys.too-often']),
    exportPublic: call(z.strictObject({ format: z.enum(['pem', 'card']) }), z.strictObject({ text: z.string() }), [...needsVault, ...needsStanding]),
    /** A new identity key, vouched for by the one before; contacts follow by themselves. At most ten a day. */
    rotate: call(none, z.strictObject({ epoch: z.number().int().positive() }), [...needsVault, 'keys.too-often', 'key.not-here', 'key.unconfirmed']),
    keyHistory: call(none, z.array(ownKey), needsVault),
    /** Erases the private halves of old keys, all or those retired before a time. `stranded`: contacts who know only such a key. */
    forgetOldKeys: call(z.strictObject({ before: time.optional(), dryRun: z.boolean().optional() }).optional(), z.strictObject({ stranded: z.array(contactId) }), needsVault),
    /** The identity key for another installation of the same person, as a file only the passphrase opens. */
    exportPrivate: call(
      z.strictObject({ format: z.enum(['pkcs12', 'pem', 'backup']), passphrase, path: z.string().optional() }),
      z.strictObject({ path: z.string() }),
      [...needsVault, 'path.required', 'path.unusable', 'path.taken', 'passphrase.weak', 'key.not-here'],
    ),
    importPrivate: call(
      z.strictObject({ path: z.string().optional(), passphrase }),
      z.strictObject({ peerId, epoch: z.number().int().positive() }),
      [...needsVault, 'path.required', 'path.unusable', 'key-file.garbled', 'key-file.wrong-passphrase', 'key-file.older', 'key-file.other-person', 'key-file.too-weak', 'key.unacceptable'],
    ),
    /** An imported key makes new ones again: the person says that no other device uses it. */
    confirmSole: call(none, done, needsVault),
    /** The person says that they took the identity key to another device themselves: `keyTaken` is no more. */
    confirmTaken: call(none, done, needsVault),
    /** A printable sheet with the recovery code, at a path of the user's choice, for the user alone. */
    saveRecoveryKit: call(z.strictObject({ path: z.string().optional() }).optional(), z.strictObject({ path: z.string() }), [...needsVault, 'recovery.none', 'path.required', 'path.unusable', 'path.taken']),
    /** The recovery key is on paper now and leaves this device. */
    forgetRecoveryKey: call(none, done, [...needsVault, 'recovery.none']),
    /** Takes the identity back with the code of the kit: a new key that outranks every other; all earlier ones are revoked. */
    recover: call(z.strictObject({ code: z.string().max(1024), keep: z.array(instanceId).max(32).optional() }), z.strictObject({ epoch: z.number().int().positive() }), [...needsVault, 'device.unknown', 'recovery.none', 'recovery.wrong-code', 'keys.too-often']),
    /** A certificate request (PKCS #10, PEM) that an organisation can sign. */
    exportRequest: call(none, z.strictObject({ text: z.string() }), [...needsVault, 'key.not-here']),
    /** What the organisation made of it: certificate and intermediates, PEM. Shown to contacts from then on. */
    importEndorsement: call(z.strictObject({ text: z.string().max(longest) }), endorsement, [...needsVault, 'key.garbled', 'key.private', 'endorsement.unacceptable', 'endorsement.other-key']),
    removeEndorsements: call(none, done, needsVault),
  },
  contacts: {
    createInvitation: call(
      /** `mailbox`: also as a long link, about 8,000 characters, that the other person can accept, and be answered, while nobody is there. */
      z.strictObject({ expiresInSeconds: z.number().int().min(1).max(30 * 86_400).optional(), mailbox: z.boolean().optional() }).optional(),
      z.strictObject({ link: z.string(), expiresAt: time, longLink: z.string().optional() }),
      [...needsVault, ...needsStanding, 'mailbox.none'],
    ),
    /** Writes a link of this device, short or long, into a file, `*.keyshift-invite`. */
    saveInvitation: call(z.strictObject({ link: z.string().max(longest), path: z.string().optional() }), z.strictObject({ path: z.string() }), [
      ...needsVault,
      'key.private',
      'invitation.garbled',
      'invitation.altered',
      'path.required',
      'path.unusable',
      'path.taken',
    ]),
    /** Accepts the invitation in a file. */
    openInvitation: call(z.strictObject({ path: z.string().optional() }).optional(), z.strictObject({ contactId }), [
      ...needsVault,
      ...needsStanding,
      ...needsInvitation,
      'path.required',
      'path.unusable',
    ]),
    /** Whose key a pasted invitation is of and until when it holds; nothing is asked of anybody, and nothing kept. */
    readInvitation: call(z.strictObject({ link: z.string().max(longest) }), z.strictObject({ peerId, expiresAt: time }), [...needsVault, ...needsInvitation]),
    acceptInvitation: call(z.strictObject({ link: z.string().max(longest) }), z.strictObject({ contactId }), [
      ...needsVault,
      ...needsStanding,
      ...needsInvitation,
    ]),
    /** Whose key a pasted card or certificate shows, before anybody is asked anything; nothing is kept. The name is what its owner says. */
    readKey: call(z.strictObject({ text: z.string().max(longest) }), z.strictObject({ name: personName, peerId, fingerprint }), [
      ...needsVault,
      'key.garbled',
      'key.private',
      'key.own',
      'key.already-known',
      'key.unacceptable',
    ]),
    importKey: call(z.strictObject({ text: z.string().max(longest) }), z.strictObject({ contactId }), [
      ...needsVault,
      ...needsStanding,
      'key.garbled',
      'key.private',
      'key.own',
      'key.already-known',
      'key.unacceptable',
    ]),
    requests: call(none, z.array(contactRequest), needsVault),
    answerRequest: call(z.strictObject({ requestId, accept: z.boolean() }), done, [
      ...needsVault,
      ...needsStanding,
      'request.unknown',
      'contact.key-mismatch',
      'key.unacceptable',
    ]),
    list: call(none, z.array(contact), needsVault),
    safetyNumber: call(z.strictObject({ contactId }), z.strictObject({ digits: z.string().regex(/^\d{60}$/) }), [
      ...needsContact,
      'contact.pending',
    ]),
    /** Compares what the other person showed or read: their 60 digits, or the text of their QR code. A match marks them as checked. */
    verify: call(
      z.strictObject({ contactId, number: z.string().max(1024).optional(), qr: z.string().max(4096).optional() }).check(atMostOne('number', 'qr')),
      verification,
      [...needsContact, 'contact.pending', 'code.unreadable'],
    ),
    /** The text of the QR code that the other person's app reads. */
    safetyCode: call(z.strictObject({ contactId }), z.strictObject({ qr: z.string() }), [...needsContact, 'contact.pending']),
    /** Lets the window ask for the camera to read that code with, or at the first start the link for a new device, until it says `on: false`, or for a minute; without a window never. */
    useCamera: call(z.strictObject({ on: z.boolean() }), z.strictObject({ allowed: z.boolean() }), ['vault.locked']),
    keyHistory: call(z.strictObject({ contactId }), z.array(contactKey), needsContact),
    keyTrouble: call(z.strictObject({ contactId }), keyTrouble, needsContact),
    /** The devices of a contact, those in use first; empty while the contact is pending. */
    devices: call(z.strictObject({ contactId }), z.array(contactDevice), needsContact),
    /** The person compared this key with the other one and takes it; sending goes on, and it counts as checked. */
    acceptKey: call(z.strictObject({ contactId, fingerprint }), done, [...needsContact, 'key.no-trouble']),
    /** The certificate of this contact's key ended long ago; the user lets it count, on all own devices, for 90 days. */
    acceptLapsed: call(z.strictObject({ contactId }), done, [...needsContact, 'key.not-lapsed']),
    setChecked: call(z.strictObject({ contactId, checked: z.boolean() }), done, [...needsContact, 'contact.pending']),
    block: call(z.strictObject({ contactId, blocked: z.boolean().optional() }), done, needsContact),
    /** What this person calls them, on all own devices; empty: what they call themselves. The other side never hears of it. */
    rename: call(z.strictObject({ contactId, name: aliasName }), done, needsContact),
    setPermissions: call(z.strictObject({ contactId, permissions: permissions.partial() }), done, needsContact),
    /** The contact, every conversation with them and every key: gone from all own devices. They can ask to be a contact again. */
    remove: call(z.strictObject({ contactId }), done, needsContact),
    /** The QR code of an invitation as a picture. */
    saveInvitationPicture: call(z.strictObject({ link: z.string().max(longest), path: z.string().optional() }), z.strictObject({ path: z.string() }), [...needsVault, 'key.private', 'invitation.garbled', 'path.required', 'path.unusable', 'path.taken']),
  },
  conversations,
  messages,
  files,
  keys: {
    status: call(z.strictObject({ conversationId }), keyStatus, needsConversation),
    shift: call(z.strictObject({ conversationId }), z.strictObject({ epoch: z.number().int().positive() }), [
      ...needsConversation,
      ...needsStanding,
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
      [...needsConversation, ...needsStanding, 'conversation.failed', 'contact.blocked', 'contact.pending', 'keys.too-often'],
    ),
  },
  authorities: {
    list: call(none, z.array(authority), needsVault),
    /** One CA certificate, PEM; the root, or an intermediate of one that is known. */
    import: call(z.strictObject({ text: z.string().max(longest) }), z.strictObject({ authorityId }), [...needsVault, 'key.garbled', 'key.private', 'authority.unacceptable', 'authority.already-known', 'authority.expired']),
    /** A list of revoked certificates (CRL), PEM, of an authority that is known. */
    importRevocations: call(z.strictObject({ text: z.string().max(longest) }), z.strictObject({ authorityId }), [...needsVault, 'key.garbled', 'key.private', 'authority.unknown', 'revocations.unacceptable', 'revocations.older']),
    remove: call(z.strictObject({ authorityId }), done, [...needsVault, 'authority.unknown']),
  },
  backup: {
    /** The whole profile in one file that only the passphrase opens. */
    create: call(z.strictObject({ path: z.string().optional(), passphrase }), z.strictObject({ path: z.string(), bytes: z.number().int().positive() }), [
      ...needsVault,
      'path.required',
      'path.unusable',
      'path.taken',
      'passphrase.weak',
      'backup.busy',
      'backup.cancelled',
    ]),
    /**
     * Only where there is no vault yet. The profile becomes a new device of the same person; the passphrase is then the vault's, too. `code`: of the
     * recovery kit, for a backup of a device without the identity key: it becomes the only device, under a new identity key. `ask`: once all of it was
     * read and judged, `backup.found` is told, and nothing exists before `backup.goOn`. `madeAt`: the backup.
     */
    restore: call(z.strictObject({ path: z.string().optional(), passphrase, code: z.string().max(1024).optional(), ask: z.boolean().optional() }), z.strictObject({ peerId, madeAt: time }), [
      'vault.exists',
      'path.required',
      'path.unusable',
      'backup.garbled',
      'backup.wrong-passphrase',
      'backup.newer',
      'backup.not-certifier',
      'recovery.none',
      'recovery.wrong-code',
      'keys.too-often',
      'backup.busy',
      'backup.cancelled',
      'self-test.failed',
    ]),
    /** Answers `backup.found`. Nothing where nothing waits for it. */
    goOn: call(none, done),
    cancel: call(none, done),
  },
  envelopes: {
    /** `folder`: the dialog asks for a folder, which gets a file of its own, under a name that says nothing of whom it is for. */
    save: call(z.strictObject({ contactId, path: z.string().optional(), folder: z.literal(true).optional() }), z.strictObject({ path: z.string(), count: z.number().int().positive() }), [
      ...needsContact,
      ...needsStanding,
      'contact.pending',
      'contact.blocked',
      'contact.key-unsettled',
      'envelopes.nothing',
      'path.required',
      'path.unusable',
      'path.taken',
    ]),
    open: call(
      z.strictObject({ path: z.string().optional(), folder: z.literal(true).optional() }),
      /**
       * `path` may be a folder, and with `folder` the dialog asks for one: every `*.keyshift-envelopes` in it. `waiting`, where there are any: from a contact under a key that is not known as
       * theirs yet, or from somebody who asks to be a contact; opened by themselves when that is settled. `requests`: cards of people who ask.
       * `left`: files of the folder that are for another time, as there was much at once.
       */
      z.strictObject({
        opened: z.number().int(),
        repeated: z.number().int(),
        refused: z.number().int(),
        waiting: z.number().int().positive().optional(),
        requests: z.number().int().positive().optional(),
        left: z.number().int().positive().optional(),
      }),
      [...needsVault, 'path.required', 'path.unusable', 'envelopes.garbled'],
    ),
  },
  devices: {
    /** The own devices, this one first, then by name; removed ones last. */
    list: call(none, z.array(device), needsVault),
    /** Lets a new device in: a link, also shown as QR code, for ten minutes. Takes the place of one made before. */
    link: call(none, z.strictObject({ link: z.string(), expiresAt: time }), [...needsVault, ...needsStanding, 'device.not-certifier', 'device.too-many', 'device.busy', 'key.unconfirmed']),
    /** Becomes a device of the person whose device made the link. Only where there is no vault yet; it is made with this passphrase once both sides said that the digits are the same. */
    join: call(z.strictObject({ link: z.string(), passphrase, name: deviceName.optional() }), done, ['vault.exists', 'key.private', 'device.link-garbled', 'device.link-expired', 'device.link-newer', 'device.busy', 'self-test.failed']),
    /** Whether both screens show the same six digits; said on both. */
    confirm: call(z.strictObject({ same: z.boolean() }), done, ['device.not-linking']),
    /** Calls linking off, on either side. */
    cancel: call(none, done),
    linking: call(none, linking),
    /** What other own devices ask this one, which holds the identity key, to sign for. */
    requests: call(none, z.array(deviceRequest), needsVault),
    /** Whether the new device is let in: without it nothing is signed. */
    answer: call(z.strictObject({ requestId: z.string(), accept: z.boolean() }), done, [...needsVault, 'device.request-gone']),
    rename: call(z.strictObject({ instanceId, name: deviceName }), done, [...needsDevice, ...needsStanding, 'device.not-certifier']),
    /** An archive keeps everything and gives its sessions with contacts to the other devices, and takes none of theirs. Any of them may be one. */
    setArchive: call(z.strictObject({ instanceId, archive: z.boolean() }), done, [...needsDevice, ...needsStanding, 'device.not-certifier']),
    /** Stops another own device: contacts stop listening to it at once. Only the device with the identity key can lift it. */
    suspend: call(z.strictObject({ instanceId }), done, [...needsDevice, ...needsStanding, 'device.itself', 'device.not-active']),
    reinstate: call(z.strictObject({ instanceId }), done, [...needsDevice, 'device.not-certifier', 'device.not-suspended']),
    /** For good. Every key it knew is replaced; the others and contacts learn of it. */
    remove: call(z.strictObject({ instanceId }), done, [...needsDevice, ...needsStanding, 'device.itself', 'device.not-certifier']),
    /** Gives the identity key to another own device, which must be connected; this one keeps none. */
    moveCertifier: call(z.strictObject({ instanceId }), done, [...needsDevice, ...needsStanding, 'device.itself', 'device.not-certifier', 'device.not-active', 'device.not-connected', 'device.busy', 'key.unconfirmed']),
  },
  mailbox: {
    status: call(none, mailboxStatus, needsVault),
    /** Takes the registration that the operator made for this device, as text. */
    register: call(z.strictObject({ registration: z.string() }), done, [...needsVault, ...needsStanding, 'key.private', 'mailbox.registration-garbled', 'mailbox.registration-expired', 'mailbox.other-device']),
    leave: call(none, done, needsVault),
    /** The person says that the operator took this device out of the mailbox. */
    confirmRevoked: call(z.strictObject({ taskId: z.string().max(200) }), done, [...needsVault, 'mailbox.task-unknown', 'mailbox.still-registered']),
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
    start: call(none, discoveryStatus, [...needsVault, ...needsStanding, 'discovery.not-possible']),
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
    /** What helps somebody who helps: versions, states, counts. No name, id, address, key or text of anybody. */
    report: call(none, z.strictObject({ text: z.string() })),
    /** Every library in this app, with its licence and its words. */
    licences: call(none, z.array(z.strictObject({ name: z.string(), version: z.string(), licence: z.string(), text: z.string() }))),
  },
  profiles,
  dictionary,
  desktop,
  updates,
} as const;

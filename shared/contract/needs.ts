import * as z from 'zod';

/** No parameters: absent or an empty object. */
export const none = z.strictObject({}).optional();
/** No result: JSON has no `undefined`. */
export const done = z.null();

export const passphrase = z.string().min(1).max(1024);
/** What no call needs to judge by its length itself: longer texts are refused without being looked at. 4 MiB and a bit is a line's end, too. */
export const longest = 4 * 1_048_576;

export const needsVault = ['vault.absent', 'vault.locked'] as const;
export const needsContact = [...needsVault, 'contact.unknown'] as const;
export const needsDevice = [...needsVault, 'device.unknown'] as const;
export const needsInvitation = ['key.private', 'invitation.garbled', 'invitation.altered', 'invitation.expired', 'invitation.own', 'invitation.already-accepted', 'invitation.wrong-person', 'contact.blocked'] as const;
/** A device that was stopped or removed reads, and sends nothing. */
export const needsStanding = ['device.suspended', 'device.removed'] as const;
export const needsConversation = [...needsVault, 'conversation.unknown'] as const;
export const needsMessage = [...needsVault, 'message.unknown'] as const;
export const needsTransfer = [...needsVault, 'transfer.unknown'] as const;
/** Nothing more is said in such a conversation. */
export const needsOpen = ['contact.blocked', 'contact.ended', 'conversation.failed', 'conversation.closed'] as const;

/** Of fields that each say what is meant, one alone can: which of two counts would be anybody's guess. */
export const atMostOne =
  <Field extends string>(...fields: readonly Field[]) =>
  ({ value, issues }: z.core.ParsePayload<{ readonly [Name in Field]?: unknown }>): void => {
    if (fields.filter((field) => value[field] !== undefined).length > 1) issues.push({ code: 'custom', message: `at most one of ${fields.join(', ')}`, input: value });
  };

/** Links of ours that are pasted where another kind belongs: whole or not, alone or among other words, they are told as what they are. */

const forDevice = /(?<![A-Za-z0-9_-])keyshift:link\//i;
const invitation = /(?<![A-Za-z0-9_-])keyshift:invite(?:-long)?\//i;

/** Whether a link for an own new device begins in this text. */
export const holdsDeviceLink = (text: string): boolean => forDevice.test(text);

/** Whether an invitation, short or long, begins in this text. */
export const holdsInvitation = (text: string): boolean => invitation.test(text);

/**
 * Every error that may cross a boundary: window, headless peer, log.
 * The union is closed: a caller can switch over it and the compiler notices what was forgotten.
 * A message says what happened in plain words and never holds a secret; `data` holds only what a caller needs to go on.
 */
export const errorCodes = [
  'call.unknown',
  'input.invalid',
  'internal',
  'program.replaced',
  'too-many-calls',
  'profile.in-use',
  'profile.unreadable',
  'profile.gone',
  'port.in-use',
  'listen.malformed',
  'disk.full',
  'disk.too-large',
  'disk.failed',
  'disk.unconfirmed',
  'self-test.failed',
  'vault.absent',
  'vault.exists',
  'vault.locked',
  'vault.busy',
  'vault.given-up',
  'vault.wrong-passphrase',
  'vault.damaged',
  'vault.newer',
  'keyring.unavailable',
  'invitation.garbled',
  'invitation.altered',
  'invitation.expired',
  'invitation.own',
  'invitation.already-accepted',
  'invitation.used',
  'invitation.refused',
  'invitation.wrong-person',
  'contact.unknown',
  'contact.blocked',
  'contact.pending',
  'contact.ended',
  'contact.not-permitted',
  'contact.key-mismatch',
  'contact.key-unsettled',
  'request.unknown',
  'request.declined',
  'key.garbled',
  'key.private',
  'key.own',
  'key.already-known',
  'key.unacceptable',
  'key.not-here',
  'key.unconfirmed',
  'key.no-trouble',
  'key.not-lapsed',
  'recovery.none',
  'recovery.wrong-code',
  'key-file.garbled',
  'key-file.wrong-passphrase',
  'key-file.older',
  'key-file.other-person',
  'key-file.too-weak',
  'passphrase.weak',
  'code.unreadable',
  'authority.unknown',
  'authority.unacceptable',
  'authority.already-known',
  'authority.expired',
  'revocations.unacceptable',
  'revocations.older',
  'endorsement.unacceptable',
  'endorsement.other-key',
  'backup.garbled',
  'backup.wrong-passphrase',
  'backup.newer',
  'backup.not-certifier',
  'backup.busy',
  'backup.cancelled',
  'conversation.unknown',
  'conversation.failed',
  'conversation.open',
  'conversation.closed',
  'message.unknown',
  'message.empty',
  'message.too-long',
  'message.not-own',
  'message.not-text',
  'reaction.malformed',
  'reaction.too-many',
  'file.gone',
  'file.changed',
  'file.empty',
  'file.too-large',
  'file.altered',
  'transfer.unknown',
  'transfer.over',
  'transfer.not-here',
  'export.busy',
  'export.cancelled',
  'archive.garbled',
  'archive.newer',
  'profile.unknown',
  'profile.name-differs',
  'profile.name-taken',
  'link.unusable',
  'desktop.not-here',
  'dictionary.full',
  'keys.too-often',
  'envelopes.nothing',
  'envelopes.garbled',
  'path.required',
  'path.unusable',
  'path.taken',
  'device.unknown',
  'device.itself',
  'device.busy',
  'device.not-linking',
  'device.not-certifier',
  'device.not-active',
  'device.suspended',
  'device.removed',
  'device.not-suspended',
  'device.not-connected',
  'device.not-allowed',
  'device.not-answered',
  'device.request-gone',
  'device.too-many',
  'device.link-garbled',
  'device.link-expired',
  'device.link-newer',
  'device.link-refused',
  'device.digits-differ',
  'device.link-lost',
  'mailbox.registration-garbled',
  'mailbox.registration-expired',
  'mailbox.other-device',
  'mailbox.unreachable',
  'mailbox.refused',
  'mailbox.full',
  'mailbox.none',
  'mailbox.task-unknown',
  'mailbox.still-registered',
  'discovery.not-possible',
  'discovery.not-running',
  'discovery.gone',
  'discovery.busy',
  'discovery.too-many',
  'discovery.no-meeting',
  'updates.not-here',
  'updates.nothing',
  'updates.busy',
  'updates.unreachable',
  'updates.odd-answer',
  'updates.garbled',
  'updates.unknown-key',
  'updates.bad-signature',
  'updates.other-product',
  'updates.older',
  'updates.expired',
  'updates.from-future',
  'updates.wrong-system',
  'updates.not-newer',
  'updates.no-package',
  'updates.altered',
  'updates.shelf-open',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

const known: ReadonlySet<string> = new Set(errorCodes);

/** True for a code of the closed union above. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && known.has(value);
}

/** Facts beside an error that a caller may act on; times in Unix milliseconds, never a secret. */
export interface ErrorFacts {
  /** When the refused call may be tried again. */
  readonly retryAt?: number;
  /** A limit that was passed, in the unit the code speaks of (bytes, characters); of a disk that is full, the free bytes that are needed, where that is known. */
  readonly limit?: number;
  /** What is wrong with the input, as `path: reason`, without the value. */
  readonly issues?: readonly string[];
}

/** The one error class that may leave the main process. Everything else becomes `internal`. */
export class KeyshiftError extends Error {
  readonly code: ErrorCode;
  readonly facts: ErrorFacts;

  constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}) {
    super(message);
    this.name = 'KeyshiftError';
    this.code = code;
    this.facts = facts;
  }
}

import type { ErrorCode } from '../../../shared/errors';
import type { SessionRepository } from './session-repository';

/**
 * Where messages wait while nobody is there (protocol.md §11.1). What is brought there is sealed; a mailbox learns address, slot,
 * size, time and where a connection comes from. Nothing here throws for a mailbox that does not answer: that is an outcome.
 */

/** Most bytes of one deposit, whatever the server would take (transport of a sealed deposit, protocol.md §4). */
export const maxDepositBytes = 69_632;

/** Where a mailbox is. */
export interface MailboxServers {
  /** `tls://host:port`, or `nats://host:port` where the operator chose to do without TLS; at most three. No credentials inside. */
  readonly servers: readonly string[];
  /** Certificate (DER) of the only authority that may vouch for these servers; absent: those the system trusts. */
  readonly authority?: Uint8Array;
}

/**
 * The right to leave something in one slot of one mailbox, and nothing else. Who has it can fill that slot, read nothing, and is
 * told apart by the slot alone: each contact gets one of its own.
 */
export interface MailboxCapability extends MailboxServers {
  /** Of the mailbox: 32 hex digits, random, the same for every device of a person. */
  readonly address: string;
  /** 16 hex digits, random. */
  readonly slot: string;
  /** JWT of the operator, 600 to 800 characters. Whoever holds it may deposit: a secret between two people. */
  readonly token: string;
  /** Unix milliseconds; 0: does not end by itself. */
  readonly expiresAt: number;
}

/** What the operator of a mailbox made for one device. The private key it asks for never left the device. */
export interface MailboxRegistration extends MailboxServers {
  /** Public key of the device it was made for: text that begins with U. */
  readonly deviceKey: string;
  /** JWT of the operator that lets this device, and nobody else, take what lies at the address. */
  readonly token: string;
  readonly address: string;
  /** Unix milliseconds; 0: does not end by itself. */
  readonly expiresAt: number;
  /** For those who are no contacts yet: it stands in the card. Absent in a refill. */
  readonly publicSlot?: MailboxCapability;
  /** One for each contact, at most 256; none is in two registrations. */
  readonly slots: readonly MailboxCapability[];
}

/** Something that lay in the mailbox. It lies there until `ack`, and comes again after ten seconds or at the next connection. */
export interface Mail {
  /** In which slot it lay: 16 hex digits. Tells who may have left it, proves nothing. */
  readonly slot: string;
  readonly bytes: Uint8Array;
  /** Only after it was committed, durably put aside, or found to be nothing: it never comes to this device again. */
  ack(): void;
}

export interface MailboxHandlers {
  /** At most 100 are handed over before their `ack`. */
  readonly onMail: (mail: Mail) => void;
  readonly onState: (state: MailboxState) => void;
}

export interface MailboxState {
  /** `refused`: the mailbox does not know this device (any more); asked again every few minutes, since a clock may be wrong. */
  readonly state: 'connecting' | 'connected' | 'refused';
  /** `mailbox.unreachable` or `mailbox.refused`, after something failed. */
  readonly failure?: ErrorCode;
  /** `refused`, and yet it let the key in: only its place is gone, as from a mailbox that lost its disk. The key is good there for as long as nobody revokes it. */
  readonly letIn?: true;
}

/** Takes what comes until `close`; connects again by itself with back-off. */
export interface MailboxLink {
  readonly current: MailboxState;
  /** For the devices of this address: unreachable while not `connected`. */
  readonly repository: SessionRepository;
  /** Tries at once instead of at the end of the back-off: the network is another one. */
  retry(): void;
  close(): Promise<void>;
}

/**
 * `stored`: it lies there, durably; nobody took it yet. `duplicate`: under this id it was stored before. `full`: slot or mailbox
 * takes no more now. `too-large`: never will be taken. `refused`: the capability is expired, withdrawn or garbled, for good.
 */
export type DepositOutcome = 'stored' | 'duplicate' | 'full' | 'too-large' | 'refused' | 'unreachable';

/**
 * Of a slot, without leaving anything there: it may be filled; the mailbox refuses that (its time may be over); what is offered is no
 * capability, or ends at another time than it says; nobody answered.
 */
export type ProbeOutcome = 'stands' | 'withdrawn' | 'garbled' | 'unreachable';

export interface Mailbox {
  /** A new private key of this device for an operator: 32 bytes from the kernel, to be kept in the encrypted database only. */
  createSeed(): Uint8Array;
  /** The public key to give to the operator: 56 characters that begin with U. */
  deviceKey(seed: Uint8Array): Promise<string>;
  /** A statement of the device with this key: 64 bytes. It begins with 0xff, as no challenge of a server does. */
  prove(seed: Uint8Array, statement: Uint8Array): Uint8Array;
  isProof(deviceKey: string, statement: Uint8Array, proof: Uint8Array): boolean;
  /** Reads the text that the operator made. Errors: mailbox.registration-garbled. Neither owner nor date is judged here. */
  read(registration: string): Promise<MailboxRegistration>;
  /** Begins to take what lies there. Gives the link at once, also while nobody answers. */
  open(registration: MailboxRegistration, seed: Uint8Array, handlers: MailboxHandlers): MailboxLink;
  /**
   * Leaves something, at most `maxDepositBytes`. `id`: random, 32 hex digits, the same when the same deposit is repeated after
   * `unreachable`; it says nothing about the message. Gives up after some ten seconds, through a proxy after a minute, or when `signal` says so.
   */
  deposit(capability: MailboxCapability, bytes: Uint8Array, id: string, signal?: AbortSignal): Promise<DepositOutcome>;
  /** Asks the mailbox whether this slot may be filled. Gives up as `deposit` does. */
  probe(capability: MailboxCapability, signal?: AbortSignal): Promise<ProbeOutcome>;
  /** Ends every connection, for good: what is asked of it afterwards is `unreachable`. */
  close(): Promise<void>;
}

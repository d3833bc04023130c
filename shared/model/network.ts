import * as z from 'zod';
import { reach } from './contact';
import { contactId, instanceId, time } from './ids';

/** Which kind of address a connection runs over, or was tried over. */
export const via = z.enum(['lan', 'direct', 'onion']);
export type Via = z.infer<typeof via>;

export const networkStatus = z.strictObject({
  /** `host:port` of every socket listened on. */
  listening: z.array(z.string()),
  /** Set when another program had the remembered port at the start, so that another one is listened on. */
  moved: z.strictObject({ from: z.number().int(), to: z.number().int() }).optional(),
  /** `host:port` as contacts are told them now, best first. */
  announced: z.array(z.string()).optional(),
  sessions: z.array(
    z.strictObject({
      contactId,
      instanceId,
      since: time,
      resumed: z.boolean(),
      handedOver: z.boolean(),
      /** Where it was handed over, always: whose device it was that another one has taken the place of. */
      handedOverBy: z.enum(['own', 'peer']).optional(),
      via: via.optional(),
    }),
  ),
  /** Finding contacts on the same network. `seen`: devices of contacts announced there now. */
  lan: z.strictObject({ state: z.enum(['off', 'on', 'failed']), seen: z.number().int().nonnegative() }).optional(),
  /** Letting the router pass connections on. `none`: no router answered that does this. */
  portMapping: z
    .strictObject({
      state: z.enum(['off', 'searching', 'mapped', 'none', 'failed']),
      /** `host:port` on the router's outside, when mapped. */
      address: z.string().optional(),
      method: z.enum(['nat-pmp', 'upnp']).optional(),
    })
    .optional(),
  proxy: z.strictObject({ state: z.enum(['off', 'untried', 'working', 'failed']), address: z.string().optional() }).optional(),
  mailbox: z.strictObject({ url: z.string(), state: z.string() }).optional(),
  /** Milliseconds this machine's clock is ahead of those of contacts, negative: behind. Absent below two minutes. */
  clockAhead: z.number().int().optional(),
  /** The disk takes nothing of what others send, which waits with them: it is full, or fails, or the folder of the profile is not there any more. Absent while it does. */
  untaken: z.enum(['disk-full', 'disk-failed', 'folder-gone']).optional(),
  /** Bad questions about the own keys that were turned away since the program started, and whose address the last one came from. Absent below a hundred. */
  turnedAway: z.strictObject({ count: z.number().int().positive(), since: time, from: z.string() }).optional(),
});
export type NetworkStatus = z.infer<typeof networkStatus>;

/** How one address of a person answered when it was last tried. */
export const tryOutcome = z.enum([
  /** Under way. */
  'trying',
  'connected',
  /** A machine is there, and nothing listens on that port. */
  'refused',
  /** Nothing answered in time. */
  'timeout',
  /** There is no way to it from here: no network, or another one. */
  'unreachable',
  'name-unknown',
  'address-invalid',
  /** An onion address and no proxy is set that leads there. */
  'needs-proxy',
  /** The proxy itself could not be reached, or would not. */
  'proxy-failed',
  /** Something answered, and no handshake came of it: another program, or a device that ended the connection. */
  'no-answer',
  /** Keyshift answered, with the word that it does not know us or this key: another person's device, most likely. */
  'not-accepted',
  /** Somebody else than this person proved to be there. */
  'other-identity',
  /** Another address was faster, or the other side's own connection. */
  'not-needed',
]);
export type TryOutcome = z.infer<typeof tryOutcome>;

/** What can be done about not being connected, the most helpful first. Words are the window's. */
export const reachAdvice = z.enum([
  /** This machine has no network at all. */
  'no-network',
  /** Nothing is known where this person could be: a new invitation or card brings that. */
  'no-address',
  /** The proxy that is set does not answer. */
  'check-proxy',
  /** Only onion addresses are known, and no proxy is set. */
  'set-proxy',
  /** All addresses stayed silent: the other device is off, or behind a router that lets nothing in. */
  'ask-to-open',
  /** A Keyshift answers that does not take our identity key, which somebody else has renewed: it is the key that is to be settled. */
  'own-key',
  /** The two clocks are so far apart that devices refuse each other. */
  'clock',
  /** Something else than this person answers at the addresses: they have moved. */
  'moved',
  /** This device is not reachable from outside; port mapping may change that. */
  'try-port-mapping',
  /** Finding each other on the same network is off. */
  'try-lan',
  /** Messages can be carried in a file. */
  'carry-by-file',
]);
export type ReachAdvice = z.infer<typeof reachAdvice>;

/**
 * Why nothing can be left in a contact's mailbox: it takes no more now, it does not answer, or it takes nothing from here any more (the contact left it, was
 * taken out of it, or what was given ended).
 */
const mailboxTrouble = z.enum(['full', 'unreachable', 'refused']);
export type MailboxTrouble = z.infer<typeof mailboxTrouble>;

/** What was tried to reach one person, and what answered. */
export const reachReport = z.strictObject({
  contactId,
  reach,
  connected: z.boolean(),
  /** Since when it is connected, or since when it is not; absent when it never was since the vault was opened. */
  since: time.optional(),
  /** A try is under way. */
  trying: z.boolean(),
  /** When the next try begins by itself. */
  nextTryAt: time.optional(),
  /** Tries in a row that reached nobody. */
  failures: z.number().int().nonnegative(),
  /** Newest result for each address, best address first. */
  tries: z.array(
    z.strictObject({
      address: z.string(),
      via,
      instanceId: instanceId.optional(),
      /** Absent when it was never tried. */
      at: time.optional(),
      outcome: tryOutcome.optional(),
      milliseconds: z.number().int().nonnegative().optional(),
    }),
  ),
  /** The other side did not take up the last connection and wanted a full handshake although it should have known it. */
  resumeRefusedAt: time.optional(),
  /** Milliseconds this machine's clock is ahead of that of the contact (negative: behind), by their own word; absent where that is not worth a word. Which of the two is wrong it does not say. */
  clockAhead: z.number().int().optional(),
  /** Where this contact has a mailbox, and the last try to leave something there failed. */
  mailboxTrouble: mailboxTrouble.optional(),
  advice: z.array(reachAdvice),
});
export type ReachReport = z.infer<typeof reachReport>;

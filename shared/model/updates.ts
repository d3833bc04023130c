import * as z from 'zod';
import { errorCodes } from '../errors';
import { time } from './ids';

const bytes = z.number().int().nonnegative();

/** A version that this copy of the app may become. */
const updateOffer = z.strictObject({
  version: z.string(),
  issuedAt: time,
  /** Plain text, by language. */
  notes: z.strictObject({ en: z.string().optional(), de: z.string().optional() }),
  size: bytes,
  /** So much of its package is here. */
  here: bytes,
  /** All of it, compared with what was signed. */
  ready: z.boolean(),
});
export type UpdateOffer = z.infer<typeof updateOffer>;

/** Newer versions of the app itself: of the installation, not of a profile. */
export const updateStatus = z.strictObject({
  current: z.string(),
  /**
   * `yes`, or why this copy gets none: it runs on a trial runtime; from its sources; without a window; it names nobody who signs; somebody else put it here,
   * who also brings newer ones.
   */
  possible: z.enum(['yes', 'trial', 'sources', 'headless', 'nobody', 'foreign']),
  /** Who is asked; absent where nobody is. */
  host: z.string().optional(),
  /** Looks by itself. Off until somebody wants it. */
  on: z.boolean(),
  /** How a package takes its place: a line to type, in the place of this file, beside this folder, or opened by the person. */
  way: z.enum(['command', 'replace', 'beside', 'by-hand']),
  work: z.enum(['none', 'checking', 'downloading', 'reading', 'installing']),
  /** When the server last gave an answer that holds. */
  checkedAt: time.optional(),
  offer: updateOffer.optional(),
  /** Made ready: what remains is to type the line, to open the file, or to start again. */
  installed: z.strictObject({ version: z.string(), path: z.string(), command: z.string().optional() }).optional(),
  /** Why the last thing that was tried came to nothing. */
  problem: z.enum(errorCodes).optional(),
});
export type UpdateStatus = z.infer<typeof updateStatus>;

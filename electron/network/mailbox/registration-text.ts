import { createHash } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import * as z from 'zod';
import { KeyshiftError } from '../../../shared/errors';
import { fromBase64url } from '../../engine/wire/encoding';
import type { MailboxCapability, MailboxRegistration } from '../../services/ports/mailbox';

const begins = 'keyshift-mailbox:';
const checkLength = 8;
/** Bytes; the largest there can be, of 257 slots, has some 200,000. */
const mostInflated = 1024 * 1024;
const mostText = 512 * 1024;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const hex = (digits: number): z.ZodString => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));
const json = (most: number): z.ZodString => z.string().max(most).refine(isObject);
/** A token in its three parts; the first two as the JSON they are. */
const token = [json(200), json(4_000), z.string().regex(/^[\w-]{86}$/)] as const;

const layout = z.strictObject({
  v: z.literal(1),
  s: z.array(z.string()).min(1).max(3),
  ca: z.string().max(8_000).refine((text) => decoded(text) !== undefined).optional(),
  k: z.string().regex(/^U[A-Z2-7]{55}$/),
  a: hex(32),
  e: z.number().int().nonnegative(),
  r: z.tuple(token),
  p: z.tuple([hex(16), ...token]).optional(),
  d: z.array(z.tuple([hex(16), ...token])).max(256),
});

/** Reads what `npm run mailbox -- device` writes (protocol.md §11.1). Errors: mailbox.registration-garbled. */
export function readRegistration(text: string): MailboxRegistration {
  const compact = text.replace(/\s+/g, '');
  if (!compact.startsWith(begins) || compact.length > mostText) throw garbled();
  const all = decoded(compact.slice(begins.length));
  if (!all) throw garbled();
  const [check, body] = [all.subarray(0, checkLength), all.subarray(checkLength)];
  if (!createHash('sha256').update(body).digest().subarray(0, checkLength).equals(check)) throw garbled();
  const parsed = layout.safeParse(inflated(body));
  if (!parsed.success || !areServers(parsed.data.s)) throw garbled();
  const { s: servers, ca, k: deviceKey, a: address, e, r, p, d } = parsed.data;
  const where = { servers, ...(ca === undefined ? {} : { authority: new Uint8Array(Buffer.from(ca, 'base64url')) }) };
  const slotOf = ([slot, ...parts]: readonly [string, string, string, string]): MailboxCapability => {
    const made = tokenOf(parts);
    return { ...where, address, slot, token: made, expiresAt: endOf(made) };
  };
  return {
    ...where,
    deviceKey,
    token: tokenOf(r),
    address,
    expiresAt: e * 1_000,
    ...(p === undefined ? {} : { publicSlot: slotOf(p) }),
    slots: d.map(slotOf),
  };
}

function isObject(text: string): boolean {
  try {
    const said: unknown = JSON.parse(text);
    return typeof said === 'object' && said !== null && !Array.isArray(said);
  } catch {
    return false;
  }
}

/** Undefined for anything but canonical base64url. */
function decoded(text: string): Buffer | undefined {
  try {
    return Buffer.from(fromBase64url(text));
  } catch {
    return undefined;
  }
}

function inflated(body: Buffer): unknown {
  try {
    const text = inflateRawSync(body, { maxOutputLength: mostInflated });
    return JSON.parse(utf8.decode(text));
  } catch {
    return undefined;
  }
}

function tokenOf([head, claims, signature]: readonly [string, string, string]): string {
  return `${Buffer.from(head).toString('base64url')}.${Buffer.from(claims).toString('base64url')}.${signature}`;
}

/** Unix milliseconds; 0: no end. */
export function endOf(text: string): number {
  const claims: unknown = JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString());
  return typeof claims === 'object' && claims !== null && 'exp' in claims && typeof claims.exp === 'number' ? claims.exp * 1_000 : 0;
}

/** One to three, all with TLS or all without, and nothing in them but a host and a port. */
export function areServers(servers: readonly string[]): boolean {
  const [first] = servers;
  if (first === undefined || servers.length > 3) return false;
  const scheme = first.startsWith('tls://') ? 'tls' : 'nats';
  const form = new RegExp(`^${scheme}://(?:\\[[0-9a-fA-F:.]{2,45}\\]|[0-9A-Za-z.-]{1,253}):([1-9][0-9]{0,4})$`);
  return servers.every((server) => Number(form.exec(server)?.[1] ?? Infinity) <= 65_535);
}

function garbled(): KeyshiftError {
  return new KeyshiftError('mailbox.registration-garbled', 'This is no registration of a mailbox, or a part of it is missing.');
}

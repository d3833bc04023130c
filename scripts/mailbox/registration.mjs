// The text a device is given: read by electron/network/mailbox/registration-text.ts, laid out in docs/protocol.md §11.1.
import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';

const BEGINS = 'keyshift-mailbox:';

/**
 * @param {{ servers: string[], authority?: string, deviceKey: string, token: string, address: string, expiresAt: number,
 *   publicSlot?: { slot: string, token: string }, slots: { slot: string, token: string }[] }} registration  expiresAt: Unix seconds; authority: DER, base64url
 */
export function registrationText({ servers, authority, deviceKey, token, address, expiresAt, publicSlot, slots }) {
  const body = deflateRawSync(
    JSON.stringify({
      v: 1,
      s: servers,
      ...(authority && { ca: authority }),
      k: deviceKey,
      a: address,
      e: expiresAt,
      r: parts(token),
      ...(publicSlot && { p: [publicSlot.slot, ...parts(publicSlot.token)] }),
      d: slots.map((one) => [one.slot, ...parts(one.token)]),
    }),
    { level: 9 },
  );
  const check = createHash('sha256').update(body).digest().subarray(0, 8);
  return BEGINS + Buffer.concat([check, body]).toString('base64url');
}

/** Decoded, the tokens of a registration are much alike and take a fifth of the room. */
function parts(token) {
  const [head, claims, signature] = token.split('.');
  return [Buffer.from(head, 'base64url').toString(), Buffer.from(claims, 'base64url').toString(), signature];
}

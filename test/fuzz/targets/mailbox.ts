import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { readRegistration } from '../../../electron/network/mailbox/registration-text';
import { KeyshiftError } from '../../../shared/errors';
import { outcomeOf, type Target } from '../target';

const token = ['{"typ":"JWT","alg":"ed25519-nkey"}', '{"exp":1,"sub":"U"}', 'a'.repeat(86)];
const body = { v: 1, s: ['tls://mail.example.org:4222'], k: `U${'A'.repeat(55)}`, a: '0'.repeat(32), e: 1, r: token, p: ['1'.repeat(16), ...token], d: [['2'.repeat(16), ...token]] };

/** The text an operator sends: whatever is in it, it is read or refused in the same words. What is changed is the JSON; the rest fits it. */
export function registrations(): Target {
  return {
    name: 'mailbox registration',
    seeds: [body, { ...body, p: undefined, ca: 'AAAA', s: ['nats://[2001:db8::1]:1', 'nats://192.0.2.1:65535'] }].map((one) => new Uint8Array(Buffer.from(JSON.stringify(one)))),
    run: (bytes) =>
      outcomeOf([KeyshiftError], () => {
        const packed = deflateRawSync(bytes);
        const check = createHash('sha256').update(packed).digest().subarray(0, 8);
        const { servers, slots } = readRegistration(`keyshift-mailbox:${Buffer.concat([check, packed]).toString('base64url')}`);
        if (servers.some((server) => /[\s@?#*>]/.test(server))) throw new Error('something beside a host and a port');
        if (slots.some(({ slot, address, token: text }) => /[^0-9a-f]/.test(slot + address) || /[^\w.-]/.test(text))) throw new Error('something that does not belong on a line');
        return 'read';
      }),
  };
}

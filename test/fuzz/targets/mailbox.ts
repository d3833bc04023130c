import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { subjectOf } from '../../../electron/network/mailbox/connect';
import { revisionIn } from '../../../electron/network/mailbox/record-store';
import { readRegistration } from '../../../electron/network/mailbox/registration-text';
import { greetingIn } from '../../../electron/network/mailbox/server-stream';
import { KeyshiftError } from '../../../shared/errors';
import { outcomeOf, type Target } from '../target';

const token = ['{"typ":"JWT","alg":"ed25519-nkey"}', '{"exp":1,"sub":"U"}', 'a'.repeat(86)];
const body = { v: 1, s: ['tls://mail.example.org:4222'], k: `U${'A'.repeat(55)}`, a: '0'.repeat(32), e: 1, r: token, p: ['1'.repeat(16), ...token], d: [['2'.repeat(16), ...token]] };

/** What an operator, a server and a contact with a slot say in a mailbox's name. */
export function mailbox(): Target[] {
  return [registrations(), greetings(), tokens()];
}

/** The text an operator sends: whatever is in it, it is read or refused in the same words. What is changed is the JSON; the rest fits it. */
function registrations(): Target {
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

/** A server's first line, and the number of a record: the library gets what it takes for granted, or nothing. */
function greetings(): Target {
  const info = { server_id: 'N', version: '2.9.10', proto: 1, headers: true, max_payload: 1_048_576, nonce: 'AbC_-9' };
  return {
    name: 'mailbox greeting',
    seeds: [Buffer.from(`INFO ${JSON.stringify(info)} \r\nPING\r\n`), Buffer.from(`INFO {"version":"2"}\r\n+OK\r\n`), Buffer.from('17')],
    run: (bytes) => {
      const text = Buffer.from(bytes);
      const revision = revisionIn(text.toString('latin1'));
      if (revision !== undefined && String(revision) !== text.toString('latin1')) throw new Error('a number of two texts');
      const greeting = greetingIn(text);
      if (typeof greeting === 'string') return `${greeting}${revision === undefined ? '' : ', a number'}`;
      const said: unknown = JSON.parse(Buffer.from(greeting).subarray(5).toString());
      if (typeof said !== 'object' || said === null || !text.subarray(0, greeting.length).equals(Buffer.from(greeting))) throw new Error('not the line that was said');
      return 'nonce' in said ? 'greeting with a challenge' : 'greeting';
    },
  };
}

/** Whom a contact's token is for: a name that fits into a subject, or none. */
function tokens(): Target {
  const claims = Buffer.from(JSON.stringify({ sub: `U${'A'.repeat(55)}`, exp: 1 }));
  return {
    name: 'mailbox token',
    seeds: [claims],
    run: (bytes) => {
      let subject: string | undefined;
      try {
        subject = subjectOf(`e30.${Buffer.from(bytes).toString('base64url')}.AA`);
      } catch (error) {
        // Whatever it is, the caller takes every error for a token that is none.
        if (!(error instanceof Error)) throw error;
      }
      if (subject !== undefined && !/^U[A-Z2-7]{55}$/.test(subject)) throw new Error('somebody who can have no key');
      return subject === undefined ? 'none' : 'named';
    },
  };
}

import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';

/** What a server says first, in bytes; more is no mailbox. */
const mostGreeting = 64 * 1024;

/** The server's first line, INFO, as it came. Nothing after it is taken off the stream. */
export function readGreeting(stream: Duplex): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const held = Buffer.alloc(mostGreeting);
    let length = 0;
    const end = (): void => {
      stream.off('data', take).off('close', gone);
      stream.pause();
    };
    const gone = (): void => {
      end();
      reject(new Error('closed before a greeting'));
    };
    // A server may say it byte by byte: what was looked through before is neither copied nor looked through again.
    const take = (part: Buffer): void => {
      const before = length;
      length += part.copy(held, before);
      const line = greetingIn(held.subarray(0, length), before - 1);
      if (line === 'more') return;
      end();
      if (line === 'none') return reject(new Error('no greeting'));
      const rest = part.subarray(line.length - before);
      if (rest.length > 0) stream.unshift(rest);
      resolve(line);
    };
    stream.on('data', take).on('close', gone);
    stream.resume();
  });
}

/** The first line of what a server said so far, its end included, which begins nowhere before `from`; `more`: it is not whole yet, `none`: it is no greeting. */
export function greetingIn(bytes: Buffer, from = 0): Uint8Array | 'more' | 'none' {
  const end = bytes.subarray(0, mostGreeting).indexOf('\r\n', Math.max(0, from));
  if (end < 0) return bytes.length < mostGreeting ? 'more' : 'none';
  return isGreeting(bytes.subarray(0, end).toString()) ? new Uint8Array(bytes.subarray(0, end + 2)) : 'none';
}

/** The library takes it for granted that it is JSON, and prints what is not. */
function isGreeting(text: string): boolean {
  if (!text.startsWith('INFO ')) return false;
  try {
    const said: unknown = JSON.parse(text.slice(5));
    if (typeof said !== 'object' || said === null || !('version' in said) || typeof said.version !== 'string') return false;
    // What the device key is to sign.
    return !('nonce' in said) || typeof said.nonce === 'string';
  } catch {
    return false;
  }
}

/**
 * TLS over `stream`. With `authority` (DER) no other one counts, not even those the system trusts. The server proves the name or
 * address it was reached by.
 */
export function secured(stream: Duplex, host: string, authority: Uint8Array | undefined): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({
      socket: stream,
      host,
      minVersion: 'TLSv1.2',
      // Said here, or NODE_TLS_REJECT_UNAUTHORIZED decides.
      rejectUnauthorized: true,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(authority === undefined ? {} : { ca: pem(authority) }),
    });
    const failed = (error?: Error): void => reject(error ?? new Error('closed before it was secured'));
    socket.once('error', failed).once('close', () => failed());
    socket.once('secureConnect', () => {
      socket.off('error', failed);
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}

function pem(der: Uint8Array): string {
  const lines = Buffer.from(der).toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

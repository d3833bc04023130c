import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';

/** What a server says first, in bytes; more is no mailbox. */
const mostGreeting = 64 * 1024;

/** The server's first line, INFO, as it came. Nothing after it is taken off the stream. */
export function readGreeting(stream: Duplex): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let length = 0;
    const end = (): void => {
      stream.off('data', take).off('close', gone);
      stream.pause();
    };
    const gone = (): void => {
      end();
      reject(new Error('closed before a greeting'));
    };
    const take = (part: Buffer): void => {
      parts.push(part);
      length += part.length;
      const all = Buffer.concat(parts);
      const line = all.indexOf('\r\n');
      if (line < 0 && length <= mostGreeting) return;
      end();
      if (line < 0 || !isGreeting(all.subarray(0, line).toString())) return reject(new Error('no greeting'));
      const rest = all.subarray(line + 2);
      if (rest.length > 0) stream.unshift(rest);
      resolve(new Uint8Array(all.subarray(0, line + 2)));
    };
    stream.on('data', take).on('close', gone);
    stream.resume();
  });
}

/** The library takes it for granted that it is JSON, and prints what is not. */
function isGreeting(text: string): boolean {
  if (!text.startsWith('INFO ')) return false;
  try {
    const said: unknown = JSON.parse(text.slice(5));
    return typeof said === 'object' && said !== null && 'version' in said && typeof said.version === 'string';
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

import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { KeyshiftError } from '../../../shared/errors';
import type { Address } from '../../engine/ports';
import type { UpdateSource } from '../../services/ports/updates';

export interface HttpsSourceOptions {
  /** As `https://updates.example.org/keyshift/`: host, port and folder that every request goes to. */
  readonly origin: string;
  /** Directly, or through the proxy that is chosen at that moment. */
  readonly dial: (to: Address, timeoutMs: number, signal: AbortSignal) => Promise<Socket>;
  /** PEM; for tests: the authorities that count instead of those the runtime knows. */
  readonly ca?: string;
  readonly limits?: Partial<Limits>;
}

interface Limits {
  readonly dialMs: number;
  /** Until the head of an answer is here, and without a further byte after that. */
  readonly silenceMs: number;
  /** For all of a small answer, and all of a large one. */
  readonly smallMs: number;
  readonly largeMs: number;
}

const usual: Limits = { dialMs: 20_000, silenceMs: 30_000, smallMs: 60_000, largeMs: 6 * 3_600_000 };
const mostHeaders = 16 * 1024;

/** Names of files; anything else never becomes part of a request. */
const nameForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/**
 * HTTPS to one host, over whatever way the app's connections take. A request says which file and which host, and nothing of who asks: no cookie, no version, no
 * language, no tag of an earlier answer. What is no plain answer with the file, a redirection above all, is none.
 */
export function httpsSource({ origin, dial, ca, limits = {} }: HttpsSourceOptions): UpdateSource {
  const { protocol, hostname, port, pathname, host } = new URL(origin);
  if (protocol !== 'https:' || !pathname.endsWith('/')) throw new Error('the source of updates is no folder over https');
  const bounds = { ...usual, ...limits };
  const at = hostname.replace(/^\[|\]$/g, '');

  const secured = async (signal: AbortSignal): Promise<TLSSocket> => {
    const stream = await dial({ host: at, port: port === '' ? 443 : Number(port) }, bounds.dialMs, signal);
    return new Promise((resolve, reject) => {
      // That it is checked is said here, or NODE_TLS_REJECT_UNAUTHORIZED decides.
      const socket = connectTls({ socket: stream, host: at, minVersion: 'TLSv1.2', rejectUnauthorized: true, ...(/^[\d.]+$|:/.test(at) ? {} : { servername: at }), ...(ca === undefined ? {} : { ca }) });
      const giveUp = (): void => void socket.destroy(new Error('nobody waits any more'));
      const timer = setTimeout(() => socket.destroy(new Error('too slow')), bounds.dialMs);
      const over = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
      };
      const failed = (error?: Error): void => {
        over();
        socket.destroy();
        stream.destroy();
        reject(error ?? new Error('closed'));
      };
      socket.once('error', failed).once('close', () => failed());
      signal.addEventListener('abort', giveUp);
      if (signal.aborted) giveUp();
      socket.once('secureConnect', () => {
        over();
        socket.off('error', failed).on('error', () => {});
        resolve(socket);
      });
    });
  };

  /** The answer's head; the body follows. Ends with the signal, at any time. */
  const get = async (name: string, from: number, signal: AbortSignal): Promise<IncomingMessage> => {
    if (!nameForm.test(name)) throw odd();
    const socket = await secured(signal).catch(() => {
      throw unreachable();
    });
    return new Promise((resolve, reject) => {
      const asking = request({
        // Without an agent: with one, Node would dial by itself.
        createConnection: () => socket,
        method: 'GET',
        path: `${pathname}${name}`,
        maxHeaderSize: mostHeaders,
        setHost: false,
        signal,
        headers: { Host: host, 'User-Agent': 'keyshift', Accept: '*/*', 'Accept-Encoding': 'identity', Connection: 'close', ...(from > 0 && { Range: `bytes=${from}-` }) },
      });
      const gone = (): void => {
        asking.destroy();
        socket.destroy();
        reject(unreachable());
      };
      socket.setTimeout(bounds.silenceMs, gone);
      asking.on('error', gone);
      let answered = false;
      asking.once('response', (answer) => {
        answered = true;
        resolve(answer);
      });
      // What changes to another protocol, which nobody asked for, is no answer, and no error either.
      asking.once('close', () => {
        if (!answered) gone();
      });
      asking.end();
    });
  };

  return {
    async small(name, most, signal) {
      const ending = inTime(bounds.smallMs, signal);
      try {
        const answer = await get(name, 0, ending.signal);
        const parts: Uint8Array[] = [];
        let size = 0;
        if (Number(plain(answer, 200).headers['content-length'] ?? 0) > most) {
          answer.destroy();
          throw odd();
        }
        for await (const piece of piecesOf(answer)) {
          size += piece.length;
          if (size > most) throw odd();
          parts.push(piece);
        }
        if (!answer.complete) throw unreachable();
        return new Uint8Array(Buffer.concat(parts));
      } finally {
        ending.over();
      }
    },
    async large(name, from, size, signal) {
      const ending = inTime(bounds.largeMs, signal);
      try {
        const answer = await get(name, from, ending.signal);
        const begins = from > 0 && answer.statusCode === 206 ? from : 0;
        plain(answer, begins > 0 ? 206 : 200);
        const { 'content-range': range, 'content-length': length } = answer.headers;
        const fits = (begins === 0 || range === `bytes ${from}-${size - 1}/${size}`) && (length === undefined || Number(length) === size - begins);
        if (!fits) {
          answer.destroy();
          throw odd();
        }
        // Where nobody begins with the pieces (a full disk, say) their end is never reached.
        answer.once('close', ending.over);
        return { from: begins, pieces: piecesOf(answer, ending.over) };
      } catch (error) {
        ending.over();
        throw error;
      }
    },
  };
}

/** Where they end early, that is an end: the connection broke, or nobody wants more. */
async function* piecesOf(answer: IncomingMessage, over = (): void => {}): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of answer) if (piece instanceof Uint8Array) yield piece;
  } catch {
    // What came, came; the one who counts notices.
  } finally {
    answer.destroy();
    over();
  }
}

function plain(answer: IncomingMessage, wanted: 200 | 206): IncomingMessage {
  if (answer.statusCode === wanted && (answer.headers['content-encoding'] ?? 'identity') === 'identity') return answer;
  answer.destroy();
  throw odd();
}

/** `signal`, and an end of its own. */
function inTime(milliseconds: number, signal: AbortSignal): { readonly signal: AbortSignal; over(): void } {
  const either = new AbortController();
  const abort = (): void => either.abort();
  const timer = setTimeout(abort, milliseconds);
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  return {
    signal: either.signal,
    over: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    },
  };
}

const unreachable = (): KeyshiftError => new KeyshiftError('updates.unreachable', 'The server with newer versions was not reached, or did not finish its answer.');
const odd = (): KeyshiftError => new KeyshiftError('updates.odd-answer', 'The server answered with something else than the file that was asked for.');

import { connect, type Socket } from 'node:net';
import { DialError, type DialFailure, dialFailureOf } from './dial-error';
import { resolveHost } from './resolve-host';

const KEEP_ALIVE_MS = 15_000;

/** A connected socket to an IP literal in time, or `DialError`; none is left behind then. */
export function openSocket(host: string, port: number, timeoutMs: number, signal?: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(new DialError('not-needed'));
    const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS });
    const over = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    };
    const failed = (reason: DialFailure): void => {
      over();
      socket.destroy();
      reject(new DialError(reason));
    };
    const giveUp = (): void => failed('not-needed');
    const timer = setTimeout(() => failed('timeout'), timeoutMs);
    signal?.addEventListener('abort', giveUp);
    socket.on('error', (error: NodeJS.ErrnoException) => failed(dialFailureOf(error.code)));
    socket.once('connect', () => {
      over();
      resolve(socket);
    });
  });
}

/** The addresses of a host in time, or `DialError`. A look-up that runs cannot be called back; one that waits its turn is. */
export function lookUp(host: string, timeoutMs: number, signal?: AbortSignal): Promise<string[]> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(new DialError('not-needed'));
    const patience = new AbortController();
    const failed = (reason: DialFailure): void => {
      reject(new DialError(reason));
      patience.abort();
    };
    const giveUp = (): void => failed('not-needed');
    const timer = setTimeout(() => failed('timeout'), timeoutMs);
    signal?.addEventListener('abort', giveUp);
    resolveHost(host, { signal: patience.signal })
      .then(resolve, (error: unknown) => reject(error instanceof DialError ? error : new DialError('name-unknown')))
      .finally(() => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
      });
  });
}

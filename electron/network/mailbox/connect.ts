import { AuthorizationError, type NatsConnection, NatsConnectionImpl, PermissionViolationError, setTransportFactory, UserAuthenticationExpiredError } from '@nats-io/nats-core/internal';
import type { Transport } from '../../engine/ports';
import type { MailboxServers } from '../../services/ports/mailbox';
import { PROXY_DIAL_MS } from '../chosen-transport';
import type { DeviceKey } from './device-key';
import { inboxOf } from './names';
import { MailboxTransport, type WayOptions } from './nats-transport';
import { Untaken } from './untaken';

/** For reaching a server directly, and once more for all that it says before the connection can be used. */
const connectMs = 10_000;
const pingMs = 20_000;

export interface Credentials {
  readonly token: string;
  /** Absent: the token alone is enough. */
  readonly key?: DeviceKey;
}

/**
 * Connects once, to whichever of the servers answers; what breaks later stays broken, the caller begins anew. Nobody else's
 * connection through a proxy is shared with that of another `isolation`. `quit`: nobody waits for it any more; what is connected by then stays. `untaken`: of whoever takes more than a few words. Throws whatever the
 * library does: see `isRefusal`.
 */
export async function connectTo({ servers, authority }: MailboxServers, { token, key }: Credentials, transport: Transport, isolation: string, quit?: AbortSignal, untaken = new Untaken()): Promise<NatsConnection> {
  setTransportFactory({ factory: () => new MailboxTransport() });
  const connecting = new AbortController();
  const giveUp = (): void => connecting.abort();
  quit?.addEventListener('abort', giveUp);
  if (quit?.aborted === true) giveUp();
  const secure = servers.every((server) => server.startsWith('tls:'));
  const options: WayOptions = {
    servers: [...servers],
    authenticator: (nonce) => ({ jwt: token, ...(key === undefined ? {} : { nkey: key.text, sig: key.answer(nonce ?? '') }) }),
    inboxPrefix: inboxOf(key?.text ?? subjectOf(token)),
    // The library would name runtime and version to the server: nobody needs them there.
    name: '',
    // Of all together, where it is reached through a proxy: that may take far longer, and it is the transport that knows.
    timeout: PROXY_DIAL_MS + connectMs,
    pingInterval: pingMs,
    maxPingOut: 2,
    reconnect: false,
    ignoreClusterUpdates: true,
    resolve: false,
    way: { dial: (host, port, signal) => transport.dial({ host, port }, connectMs, signal, isolation), secure, authority, answerMs: connectMs, quit: connecting.signal, untaken },
  };
  try {
    return await NatsConnectionImpl.connect(options);
  } finally {
    quit?.removeEventListener('abort', giveUp);
  }
}

/** The server knows this key or token and says no, or does not know it; as opposed to not being there. */
export function isRefusal(error: unknown): boolean {
  if (error instanceof PermissionViolationError || error instanceof UserAuthenticationExpiredError) return true;
  if (error instanceof AuthorizationError) return !/timeout/i.test(error.message);
  return error instanceof Error && error.cause !== undefined && isRefusal(error.cause);
}

/** Whom a token is for. Throws for what is no token. */
export function subjectOf(token: string): string {
  const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  if (typeof claims !== 'object' || claims === null || !('sub' in claims) || typeof claims.sub !== 'string' || !/^U[A-Z2-7]{55}$/.test(claims.sub)) throw new Error('no token');
  return claims.sub;
}

import { once } from 'node:events';
import { connect, createSecureContext, createServer, type SecureContext, type Server, type TLSSocket } from 'node:tls';
import type { Ends } from './session-wires';
import { newTlsCredentials } from './tls-certificate';

/** Both ends of one TLS connection whose handshake is over. */
export interface TlsPair {
  readonly client: TLSSocket;
  readonly server: TLSSocket;
}

/**
 * TLS 1.3 as the runtime ships it, both sides showing and verifying an RSA-3072 certificate. Cipher and key agreement are what the two choose by themselves (X25519; nothing of it is post-quantum).
 */
export class TlsAnchor {
  readonly #server: Server;
  readonly #context: SecureContext;
  #ticket: Buffer | undefined;

  constructor() {
    const { client, server } = newTlsCredentials();
    this.#server = createServer({ ...server, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' });
    this.#context = createSecureContext({ ...client, minVersion: 'TLSv1.3' });
  }

  /**
   * A full handshake; with `resume` one from the newest ticket: after a full one the server gives some, after a resumed one
   * of OpenSSL's none, and the same is taken again. The certificates were verified either way, now or then.
   */
  async shakeHands(ends: Ends, resume = false): Promise<TlsPair> {
    const session = resume ? this.#ticket : undefined;
    if (resume && !session) throw new Error('there is no ticket to resume with');
    const accepted = once(this.#server, 'secureConnection') as Promise<[TLSSocket]>;
    this.#server.emit('connection', ends.listener);
    // The name is not what these certificates are verified by.
    const client = connect({ socket: ends.dialler, secureContext: this.#context, checkServerIdentity: () => undefined, ...(session && { session }) });
    client.on('session', (ticket: Buffer) => (this.#ticket = ticket));
    const [[server]] = await Promise.all([accepted, once(client, 'secureConnect')]);
    if (!client.authorized || client.getProtocol() !== 'TLSv1.3') throw new Error('not TLS 1.3 with a verified certificate');
    if (!resume && !server.authorized) throw new Error('the client was not verified');
    if (client.isSessionReused() !== resume || server.isSessionReused() !== resume) throw new Error(resume ? 'the ticket was not taken' : 'this was meant to be a full handshake');
    return { client, server };
  }

  /** After a full handshake: until the client has a ticket for the next one. */
  async ticket({ client, server }: TlsPair): Promise<void> {
    client.resume();
    // BoringSSL's travels with what is written next.
    server.write('.');
    while (!this.#ticket) await once(client, 'session');
  }

  async part({ client, server }: TlsPair): Promise<void> {
    const gone = [client, server].map((socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())));
    for (const socket of [client, server]) socket.on('error', () => undefined).resume();
    client.destroy();
    server.destroy();
    await Promise.all(gone);
  }
}

import { createSocket, type Socket } from 'node:dgram';
import type { Clock } from '../../engine/ports';
import { Admission, mdnsPort } from './admission';
import type { LanInterface } from './interfaces';

const group = '224.0.0.251';

export interface MulticastHandlers {
  readonly onOpen: () => void;
  /** `source`: the neighbour's IPv4 address, as the operating system tells it. */
  readonly onPacket: (bytes: Buffer, source: string) => void;
  /** It could not be opened, or the card is gone. Not called after `close`. */
  readonly onFailed: () => void;
}

/**
 * Only literals are looked up here. The group's at once, so that a packet has left when `send` returns: a goodbye may be the last
 * thing this process does. The address to bind in a later turn, as callers expect.
 */
function lookUp(host: string, _options: unknown, done: (error: null, address: string, family: number) => void): void {
  if (host === group) done(null, host, 4);
  else process.nextTick(done, null, host, 4);
}

/** The mDNS socket of one card. Shares port 5353 with the system's own responder. Nothing in here throws. */
export class MulticastSocket {
  readonly #card: LanInterface;
  readonly #handlers: MulticastHandlers;
  #socket: Socket | undefined;
  #isOpen = false;
  #closing = false;
  #sending = 0;
  /** The system says so where a card is joined that is joined already. */
  #refusesTwice = false;

  constructor(card: LanInterface, clock: Clock, handlers: MulticastHandlers) {
    this.#card = card;
    this.#handlers = handlers;
    const admission = new Admission(clock, card);
    try {
      const socket = createSocket({ type: 'udp4', reuseAddr: true, lookup: lookUp });
      this.#socket = socket;
      socket.unref();
      socket.on('error', () => this.#fail());
      socket.on('message', (bytes, from) => {
        if (!this.#closing && admission.admits(bytes, from)) handlers.onPacket(bytes, from.address);
      });
      socket.on('listening', () => this.#join(socket));
      // Bound to the address of the card, Linux would hear no multicast.
      socket.bind(mdnsPort, '0.0.0.0');
    } catch {
      queueMicrotask(() => this.#fail());
    }
  }

  get isOpen(): boolean {
    return this.#isOpen && !this.#closing;
  }

  /**
   * Whether another card has the address by now, as when one went and came back: what was joined is the former one, and nothing is heard any more. Only
   * then does the system take it once more.
   */
  get isLeftBehind(): boolean {
    return this.isOpen && this.#refusesTwice && this.#socket !== undefined && this.#takes(this.#socket);
  }

  /** To everybody on the network of this card; dropped when that is not possible now. */
  send(bytes: Buffer): void {
    if (!this.isOpen) return;
    this.#sending += 1;
    try {
      this.#socket?.send(bytes, mdnsPort, group, (error) => this.#sent(error ?? undefined));
    } catch (error) {
      this.#sent(error);
    }
  }

  /** Sends what was handed over before, then closes. */
  close(): void {
    this.#closing = true;
    if (this.#sending === 0) this.#end();
  }

  #join(socket: Socket): void {
    try {
      socket.addMembership(group, this.#card.address);
      socket.setMulticastInterface(this.#card.address);
      socket.setMulticastTTL(255);
      // Other profiles on this machine are neighbours too.
      socket.setMulticastLoopback(true);
    } catch {
      this.#fail();
      return;
    }
    this.#refusesTwice = !this.#takes(socket);
    this.#isOpen = true;
    if (!this.#closing) this.#handlers.onOpen();
  }

  #takes(socket: Socket): boolean {
    try {
      socket.addMembership(group, this.#card.address);
      return true;
    } catch {
      return false;
    }
  }

  #sent(error: unknown): void {
    this.#sending -= 1;
    if (this.#closing) {
      if (this.#sending === 0) this.#end();
    } else if (error !== undefined) this.#fail();
  }

  #fail(): void {
    if (this.#socket === undefined && this.#closing) return;
    const told = this.#closing;
    this.#closing = true;
    this.#end();
    if (!told) this.#handlers.onFailed();
  }

  #end(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#isOpen = false;
    if (socket === undefined) return;
    socket.removeAllListeners('message');
    try {
      socket.close();
    } catch {
      // it was not open, or is closed already
    }
  }
}

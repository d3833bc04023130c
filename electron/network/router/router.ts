/** What a router granted; nothing of it is believed beyond this. */
export interface Grant {
  /** As the router says it, not yet looked at. */
  readonly outside: string;
  /** 1–65535. */
  readonly port: number;
  /** How long it holds, in seconds. */
  readonly seconds: number;
}

/** One router that answered, and its way of being asked. Every call ends in bounded time. */
export interface Router {
  readonly method: 'nat-pmp' | 'upnp';
  /**
   * Lets TCP connections to the outside's `wanted` port, or another the router prefers, come to `port` here. Again: renews.
   * `onAsking`: this port outside is asked for now; its answer may be lost.
   */
  map(port: number, wanted: number, signal: AbortSignal, onAsking: (outsidePort: number) => void): Promise<Grant>;
  /** Takes back what leads to `port` here, and nothing that leads elsewhere. */
  unmap(port: number, outsidePort: number, signal: AbortSignal): Promise<void>;
}

/** How long a mapping is asked for, in seconds; a program that was killed leaves it behind no longer. */
export const LEASE_SECONDS = 3_600;

/** When no router would, or this system not: asked again after this (milliseconds). */
export const RETRY_MS = 10 * 60_000;

/** It answered, and would not or not usably. */
export class RouterRefusal extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'RouterRefusal';
  }
}

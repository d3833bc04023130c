import type { Address } from '../engine/ports';

/** `host:port`, with brackets around an IPv6 literal. */
export function addressText({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

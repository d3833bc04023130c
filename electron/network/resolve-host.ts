import { lookup } from 'node:dns/promises';
import { parseHost } from '../engine/identity/host';
import { DialError } from './dial-error';

/** Name look-ups run on the thread pool that also derives and signs: never more than this many at once. */
const MAX_LOOKUPS = 2;
/** A name with more addresses than this is not tried further. */
const MAX_RESULTS = 4;

let running = 0;
const waiting: (() => void)[] = [];

export interface ResolveOptions {
  /** Asks the name service; the system's when left out. */
  readonly find?: (name: string) => Promise<readonly string[]>;
  /** Nobody waits any more: whoever has no turn yet leaves the queue. */
  readonly signal?: AbortSignal;
}

/** IP literals to try for a host, at most four. Checks the text before any name service sees it; onion names never reach one. */
export async function resolveHost(text: string, { find = findAddresses, signal }: ResolveOptions = {}): Promise<string[]> {
  const host = parseHost(text);
  if (!host) throw new DialError('address-invalid');
  if (host.kind === 'onion') throw new DialError('needs-proxy');
  if (host.kind !== 'name') return [host.text];
  if (running >= MAX_LOOKUPS) await turn(signal);
  else running += 1;
  try {
    const found = await find(host.text);
    return found.filter((address) => isLiteral(address)).slice(0, MAX_RESULTS);
  } finally {
    // The place goes to the next one waiting, or is given back.
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

function turn(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      const at = waiting.indexOf(enter);
      if (at < 0) return; // its turn has come
      waiting.splice(at, 1);
      reject(new DialError('not-needed'));
    };
    const enter = (): void => {
      signal?.removeEventListener('abort', leave);
      resolve();
    };
    waiting.push(enter);
    signal?.addEventListener('abort', leave);
    if (signal?.aborted === true) leave();
  });
}

async function findAddresses(name: string): Promise<string[]> {
  const found = await lookup(name, { all: true, verbatim: true });
  return found.map((entry) => entry.address);
}

function isLiteral(address: string): boolean {
  const kind = parseHost(address)?.kind;
  return kind === 'ipv4' || kind === 'ipv6';
}

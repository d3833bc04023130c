import { lookup } from 'node:dns/promises';
import { parseHost } from '../engine/identity/host';
import { DialError } from './dial-error';

/** Name look-ups run on the thread pool that also derives and signs: never more than this many at once. */
const MAX_LOOKUPS = 2;
/** A name with more addresses than this is not tried further. */
const MAX_RESULTS = 4;

let running = 0;
const waiting: (() => void)[] = [];

/** IP literals to try for a host, at most four. Checks the text before any name service sees it; onion names never reach one. */
export async function resolveHost(text: string, find: (name: string) => Promise<readonly string[]> = findAddresses): Promise<string[]> {
  const host = parseHost(text);
  if (!host) throw new DialError('address-invalid');
  if (host.kind === 'onion') throw new DialError('not-supported');
  if (host.kind !== 'name') return [host.text];
  if (running >= MAX_LOOKUPS) await new Promise<void>((resolve) => waiting.push(resolve));
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

async function findAddresses(name: string): Promise<string[]> {
  const found = await lookup(name, { all: true, verbatim: true });
  return found.map((entry) => entry.address);
}

function isLiteral(address: string): boolean {
  const kind = parseHost(address)?.kind;
  return kind === 'ipv4' || kind === 'ipv6';
}

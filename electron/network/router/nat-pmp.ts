import { createSocket } from 'node:dgram';
import { Writer } from '../../engine/wire/writer';
import type { Neighbourhood } from './neighbourhood';
import { LEASE_SECONDS, RouterRefusal, type Grant, type Router } from './router';

/** NAT-PMP (RFC 6886): one datagram of 2 or 12 bytes, one of 12 or 16 back. */
export const natPmpPort = 5351;
const OUTSIDE_ADDRESS = 0;
const MAP_TCP = 2;
const ANSWER = 128;
/** When a request is sent, in milliseconds from the first time; given up after the last. */
const SENDS = [0, 250, 750, 1_750];
const GIVE_UP_MS = 3_000;

export interface NatPmpSearch {
  readonly port: number;
  /** How many times as long as usual an answer is waited for. */
  readonly patience: number;
}

/** The gateway of a neighbourhood, if it speaks this; undefined when it stays silent. */
export async function findNatPmp({ gateway, local }: Neighbourhood, signal: AbortSignal, { port, patience }: NatPmpSearch): Promise<Router | undefined> {
  if (gateway === undefined) return undefined;
  const to = { gateway, local, port, patience };
  if (!(await exchange(to, Uint8Array.of(0, OUTSIDE_ADDRESS), 12, signal))) return undefined;
  return {
    method: 'nat-pmp',
    map: async (inside, wanted, inTime) => {
      const mapping = await exchange(to, mapRequest(inside, wanted, LEASE_SECONDS), 16, inTime);
      if (!mapping || !isMapped(mapping, inside)) throw new RouterRefusal('no mapping');
      // Asked last: the address may have changed since the router was found.
      const address = await exchange(to, Uint8Array.of(0, OUTSIDE_ADDRESS), 12, inTime);
      if (!address || address.getUint16(2) !== 0) throw new RouterRefusal('no address');
      return grant(mapping, address);
    },
    unmap: async (inside, _outside, inTime) => {
      await exchange(to, mapRequest(inside, 0, 0), 16, inTime);
    },
  };
}

/** Asks for TCP port `inside` to be passed on from `outside`; with 0 seconds it is taken back (RFC 6886, section 3.3). */
export function mapRequest(inside: number, outside: number, seconds: number): Uint8Array {
  return new Writer().u8(0).u8(MAP_TCP).u16(0).u16(inside).u16(outside).u32(seconds).finish();
}

/** A datagram that answers this request: version and operation, at least `length` bytes. Undefined for any other. */
export function answerTo(request: Uint8Array, length: number, bytes: Uint8Array): DataView | undefined {
  if (bytes.length < length || bytes[0] !== 0 || bytes[1] !== ANSWER + (request[1] ?? 0)) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** An answer of 16 bytes that gives the port asked for. */
export function isMapped(mapping: DataView, inside: number): boolean {
  return mapping.getUint16(2) === 0 && mapping.getUint16(8) === inside && mapping.getUint16(10) !== 0;
}

/** What the two answers give: address and port outside, and for how many seconds. */
export function grant(mapping: DataView, address: DataView): Grant {
  const outside = [8, 9, 10, 11].map((at) => address.getUint8(at)).join('.');
  return { outside, port: mapping.getUint16(10), seconds: mapping.getUint32(12) };
}

/** The answer to one request: right version and operation, at least `length` bytes. Undefined when none came in time. Never throws. */
function exchange(to: NatPmpSearch & { readonly gateway: string; readonly local: string }, request: Uint8Array, length: number, signal: AbortSignal): Promise<DataView | undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(undefined);
    const socket = createSocket('udp4');
    const timers: NodeJS.Timeout[] = [];
    const end = (answer: DataView | undefined): void => {
      for (const timer of timers) clearTimeout(timer);
      signal.removeEventListener('abort', gone);
      socket.removeAllListeners();
      socket.on('error', () => {}); // may still come, of a datagram under way
      socket.close();
      resolve(answer);
    };
    const gone = (): void => end(undefined);
    signal.addEventListener('abort', gone);
    socket.on('error', gone);
    // Connected: the kernel lets in what the gateway sends from this port, and nothing else.
    socket.on('connect', () => {
      for (const wait of SENDS) timers.push(setTimeout(() => socket.send(request), wait * to.patience));
      timers.push(setTimeout(gone, GIVE_UP_MS * to.patience));
    });
    socket.on('message', (bytes) => {
      const answer = answerTo(request, length, bytes);
      if (answer) end(answer);
    });
    socket.bind({ address: to.local, port: 0 }, () => socket.connect(to.port, to.gateway));
  });
}

import type { Socket } from 'node:net';
import type { Host } from '../engine/identity/host';
import { concat, Writer } from '../engine/wire/writer';
import { type DialFailure, SocksRefusal } from './dial-error';
import { ExactReader } from './exact-reader';

/** SOCKS 5 (RFC 1928) with user name and password (RFC 1929), command CONNECT. Every answer has a length known beforehand: at most 262 bytes. */
const VERSION = 5;
const NO_LOGIN = 0;
const LOGIN = 2;
const LOGIN_VERSION = 1;
const CONNECT = 1;
const IPV4 = 1;
const NAME = 3;
const IPV6 = 4;

export interface SocksLogin {
  /** 1–255 ASCII characters each. */
  readonly user: string;
  readonly password: string;
}

/**
 * What the codes of RFC 1928 and of Tor (proposal 304) say of the target; any other is the proxy's own failure. "General
 * failure" (1) is what Tor answers for private addresses, and others for names they do not find.
 */
const replies: Readonly<Record<number, DialFailure>> = {
  1: 'unreachable',
  2: 'unreachable',
  3: 'unreachable',
  4: 'unreachable',
  5: 'refused',
  6: 'timeout',
  8: 'unreachable',
  0xf0: 'unreachable',
  0xf1: 'unreachable',
  0xf2: 'unreachable',
  0xf3: 'unreachable',
  0xf6: 'unreachable',
  0xf7: 'timeout',
};

/** One step of the talk with a proxy: bytes to say, so many bytes to hear, or that from here on silence is the target's. */
export type SocksStep = { readonly say: Uint8Array } | { readonly hear: number } | 'asked';

/** The talk itself, without a socket: each `hear` is answered by exactly so many bytes. Throws `SocksRefusal`; nothing follows where a target is reached. */
export function* socksTalk(to: { readonly host: Host; readonly port: number }, login: SocksLogin): Generator<SocksStep, void, Uint8Array> {
  yield { say: Uint8Array.of(VERSION, 2, LOGIN, NO_LOGIN) };
  const [version, method] = yield { hear: 2 };
  if (version !== VERSION) throw unfit();
  if (method === LOGIN) {
    yield { say: new Writer().u8(LOGIN_VERSION).fixed(short(login.user)).fixed(short(login.password)).finish() };
    const [loginVersion, status] = yield { hear: 2 };
    if (loginVersion !== LOGIN_VERSION || status !== 0) throw unfit();
  } else if (method !== NO_LOGIN) throw unfit();

  yield { say: new Writer().u8(VERSION).u8(CONNECT).u8(0).fixed(target(to.host)).u16(to.port).finish() };
  yield 'asked';
  const [replyVersion, code = 0xff, , kind] = yield { hear: 4 };
  if (replyVersion !== VERSION) throw unfit();
  // A refusal's address is not worth reading: the socket goes.
  if (code !== 0) throw new SocksRefusal(replies[code] ?? 'proxy-failed', replies[code] !== undefined);
  // Where the proxy connects from is nobody's business here; it only has to be read past.
  const length = kind === NAME ? ((yield { hear: 1 })[0] ?? 0) : addressLength(kind);
  yield { hear: length + 2 };
}

/**
 * Asks the proxy behind a connected socket for a connection to `to`, whose name the proxy resolves. The socket carries the
 * target's bytes afterwards, from the first one on. `onAsked`: from here on silence is the target's. Rejects with
 * `SocksRefusal`, or with `EarlyEnd` when the socket ends; keeps no time of its own.
 */
export async function askProxy(socket: Socket, to: { readonly host: Host; readonly port: number }, login: SocksLogin, onAsked: () => void): Promise<void> {
  const reader = new ExactReader(socket);
  const talk = socksTalk(to, login);
  let heard = new Uint8Array(0);
  for (let step = talk.next(heard); step.done !== true; step = talk.next(heard)) {
    if (step.value === 'asked') onAsked();
    else if ('say' in step.value) socket.write(step.value.say);
    else heard = Uint8Array.from(await reader.take(step.value.hear));
  }
  await reader.release();
}

function addressLength(kind: number | undefined): number {
  switch (kind) {
    case IPV4:
      return 4;
    case IPV6:
      return 16;
    default:
      throw unfit();
  }
}

function target(host: Host): Uint8Array {
  switch (host.kind) {
    case 'ipv4':
      return concat(Uint8Array.of(IPV4), host.bytes);
    case 'ipv6':
      return concat(Uint8Array.of(IPV6), host.bytes);
    default:
      return concat(Uint8Array.of(NAME), short(host.text));
  }
}

/** Length in one byte, then the text. */
function short(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  return new Writer().u8(bytes.length).fixed(bytes).finish();
}

function unfit(): SocksRefusal {
  return new SocksRefusal('proxy-failed', false);
}

/** docs/protocol.md §11, through a proxy: a SOCKS 5 proxy as it has to be for who dials, and proxies that are none. */
import { connect, createServer, isIPv4, isIPv6 } from 'node:net';
import { once } from 'node:events';
import { cat, hex, need, Reader, refuse, u16, u8 } from './bytes.mjs';
import { random } from './crypto.mjs';
import { writeHost } from './host.mjs';

/** What was asked for: kind 1 IPv4, 3 name, 4 IPv6, as on the wire. */
const hostOf = (reader, kind) => {
  if (kind === 1) return [...reader.take(4)].join('.');
  if (kind === 3) return reader.take(reader.u8()).toString('latin1');
  return kind === 4 ? reader.take(16).toString('hex') : refuse('kind of an address');
};

class Stream {
  constructor(socket) {
    this.held = Buffer.alloc(0);
    this.looks = new Set();
    socket.on('data', (bytes) => {
      this.held = cat(this.held, bytes);
      for (const look of this.looks) look();
    });
    socket.on('error', () => socket.destroy());
  }
  /** What `read` finds, once there is enough; `used` bytes are gone then. */
  next(read) {
    return new Promise((resolve) => {
      const look = () => {
        const reader = new Reader(this.held);
        let found;
        try {
          found = read(reader);
        } catch {
          return;
        }
        this.held = reader.rest();
        this.looks.delete(look);
        resolve(found);
      };
      this.looks.add(look);
      look();
    });
  }
}

/**
 * `to(request)`: where it leads, or undefined for reply 4. `answers`: other bytes in the place of a step's.
 * @param {{ to?: (request: any) => any, method?: Buffer, login?: Buffer, reply?: Buffer }} [how]
 * @returns {Promise<any>}
 */
export const startProxy = async ({ to = ({ host, port }) => ({ host, port }), method = Buffer.of(5, 2), login = Buffer.of(1, 0), reply } = {}) => {
  const requests = [];
  const greetings = [];
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    void serve(socket);
  });
  const serve = async (socket) => {
    const stream = new Stream(socket);
    greetings.push(await stream.next((reader) => reader.take(2 + reader.bytes[1]).toString('hex')));
    socket.write(method);
    const { user, password } = await stream.next((reader) => ({ version: reader.u8(), user: reader.take(reader.u8()).toString(), password: reader.take(reader.u8()).toString() }));
    socket.write(login);
    const request = await stream.next((reader) => {
      const head = reader.take(3).toString('hex');
      const kind = reader.u8();
      return { head, kind, host: hostOf(reader, kind), port: reader.u16() };
    });
    requests.push({ ...request, user, password });
    const target = reply ? undefined : to(request);
    if (!target) return socket.end(reply ?? cat(Buffer.of(5, 4, 0, 1, 0, 0, 0, 0), u16(0)));
    const onward = connect(target.port, target.host);
    sockets.add(onward);
    onward.on('error', () => socket.destroy());
    await once(onward, 'connect');
    // An answer of another kind of address than was asked for, to be read to its end.
    socket.write(cat(Buffer.of(5, 0, 0, 3), u8(9), 'a.example', u16(1)));
    onward.write(stream.held);
    socket.pipe(onward);
    onward.pipe(socket);
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    setting: `socks5://127.0.0.1:${server.address().port}`,
    requests,
    greetings,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
};

/** User and password are chance, 16 bytes each in hex. */
export const chance = () => ({ user: random(16).toString('hex'), password: random(16).toString('hex') });
/** What who dials says: greeting, login, request. Names go as they are, onion names among them. */
export const said = ({ host, port }, { user, password }) => {
  const [kind, bytes] = writeHost(host);
  const [asked, to] = isIPv4(host) ? [1, bytes] : isIPv6(host) ? [4, bytes] : [3, kind === 4 ? cat(u8(host.length), host) : bytes];
  return [hex('05020200'), cat(u8(1), u8(user.length), user, u8(password.length), password), cat(hex('050100'), u8(asked), to, u16(port))];
};
const TARGET = { 1: 'unreachable', 2: 'unreachable', 3: 'unreachable', 4: 'unreachable', 5: 'refused', 6: 'timeout', 8: 'unreachable', 0xf0: 'unreachable', 0xf1: 'unreachable', 0xf2: 'unreachable', 0xf3: 'unreachable', 0xf6: 'unreachable', 0xf7: 'timeout' };
/** What its answers come to: `reached`, what stopped the target, or `proxy-failed`. Nothing behind the last is read. */
export const outcomeOf = (answers, login = true) => {
  const reader = new Reader(cat(...answers));
  try {
    need(reader.u8() === 5, 'version');
    const method = reader.u8();
    need(method === 0 || (method === 2 && login && reader.u8() === 1 && reader.u8() === 0), 'method or login');
    need(reader.u8() === 5, 'version');
    const reply = reader.u8();
    reader.u8();
    const kind = reader.u8();
    if (reply !== 0) return TARGET[reply] ?? 'proxy-failed';
    hostOf(reader, kind);
    reader.u16();
    need(reader.left === 0, 'the other side’s bytes');
    return 'reached';
  } catch {
    return 'proxy-failed';
  }
};
/**
 * A socket that leads to `to` through the proxy at `at`.
 * @param {{ host: string, port: number }} at
 * @param {{ host: string, port: number }} to
 * @param {{ user: string, password: string }} [login]
 */
export const dialThrough = async (at, to, login = chance()) => {
  const socket = connect(at.port, at.host);
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  const stream = new Stream(socket);
  const [greeting, credentials, request] = said(to, login);
  socket.write(greeting);
  const [version, method] = await stream.next((reader) => reader.take(2));
  need(version === 5 && (method === 0 || method === 2), 'a proxy');
  if (method === 2) {
    socket.write(credentials);
    need((await stream.next((reader) => reader.take(2))).equals(hex('0100')), 'login');
  }
  socket.write(request);
  const reply = await stream.next((reader) => {
    const code = reader.take(4)[1];
    if (code === 0) {
      reader.at -= 1;
      hostOf(reader, reader.u8());
      reader.u16();
    }
    return { code };
  });
  if (reply.code !== 0) {
    socket.destroy();
    throw new Error(TARGET[reply.code] ?? 'proxy-failed');
  }
  socket.removeAllListeners('data');
  if (stream.held.length > 0) socket.unshift(stream.held);
  return socket;
};

/** docs/protocol.md §11, through a proxy: a SOCKS 5 proxy as it has to be for who dials, and proxies that are none. */
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { Reader, refuse, u16, u8, cat } from './bytes.mjs';

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

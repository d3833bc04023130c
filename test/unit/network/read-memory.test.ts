import { connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lettingGo } from '../../../electron/network/read-memory';
import { TcpLink } from '../../../electron/network/tcp-link';
import type { Link } from '../../../electron/engine/ports';
import { countTransfers } from '../../support/count-transfers';

const ends: (() => unknown)[] = [];
const large = 64 * 1024;

beforeEach(() => void ends.push(countTransfers().undo));

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** What an accepted socket and its link read of `bytes` sent to them, until all has come. */
async function read(bytes: Uint8Array, onData: (bytes: Uint8Array, giveBack?: () => void) => void): Promise<void> {
  let socket: Socket | undefined;
  const all = new Promise<void>((resolve, reject) => {
    let left = bytes.length;
    const server = createServer((accepted) => {
      const link: Link = new TcpLink(accepted, { role: 'listener', remote: { host: '127.0.0.1', port: 1 }, onFault: reject });
      ends.push(() => link.destroy());
      link.onData((chunk, giveBack) => {
        left -= chunk.length;
        onData(chunk, giveBack);
        if (left === 0) resolve();
      });
    });
    ends.push(() => server.close());
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') return reject(new Error('no port'));
      socket = connect(address.port, '127.0.0.1', () => void socket?.write(bytes));
    });
  });
  await all;
  socket?.destroy();
}

describe('memory a socket was read into', () => {
  test('goes at once where whoever reads says that nobody looks at it any more', async () => {
    const sent = Uint8Array.from({ length: 16 * large }, (_, at) => at % 251);
    const chunks: Uint8Array[] = [];
    const copies: Uint8Array[] = [];
    let given = 0;
    await read(sent, (bytes, giveBack) => {
      chunks.push(bytes);
      copies.push(bytes.slice());
      giveBack?.();
      if (giveBack) given += 1;
      expect(bytes.length).toBe(giveBack ? 0 : copies.at(-1)?.length);
    });
    expect(given).toBeGreaterThan(0);
    expect(chunks.filter(({ length }) => length === 0)).toHaveLength(given);
    expect(Buffer.compare(Buffer.concat(copies), sent)).toBe(0);
  });

  test('stays where it is kept', async () => {
    const sent = Uint8Array.from({ length: 16 * large }, (_, at) => at % 251);
    const chunks: Uint8Array[] = [];
    await read(sent, (bytes) => void chunks.push(bytes));
    expect(Buffer.compare(Buffer.concat(chunks), sent)).toBe(0);
  });

  test.each([
    ['short', new Uint8Array(1_024)],
    ['a part of what others may look at', new Uint8Array(2 * large).subarray(0, large)],
    ['the end of it', new Uint8Array(2 * large).subarray(large)],
  ])('is not let go where it is %s', (_what, bytes) => {
    expect(lettingGo(bytes)).toBeUndefined();
  });

  test('is let go whole', () => {
    const bytes = new Uint8Array(large);
    lettingGo(bytes)?.();
    expect(bytes.length).toBe(0);
  });
});

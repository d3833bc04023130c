import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { isSecretServiceOpen } from '../../../electron/platform/secret-service';

// What a real bus and keyring answer is tried in test/e2e/keyring.test.ts; here is what none should.
const folder = mkdtempSync(join(tmpdir(), 'keyshift-bus-'));
let server: Server | undefined;
afterEach(async () => {
  await new Promise<void>((done) => (server === undefined ? done() : server.close(() => done())));
  server = undefined;
});

async function bus(answer: (socket: Socket, heard: string) => void): Promise<string> {
  const path = join(mkdtempSync(join(folder, 'b')), 'bus');
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (piece) => answer(socket, piece.toString('latin1')));
  });
  await new Promise<void>((done) => server?.listen(path, done));
  return `unix:path=${path},guid=0123`;
}

describe.skipIf(process.platform === 'win32')('row 16: whether the Secret Service is open', () => {
  it.each([undefined, '', 'disabled:', 'unix:abstract=/tmp/none', 'tcp:host=127.0.0.1,port=9', 'unix:path=/nowhere/at/all'])('%j is no bus: false', async (address) => {
    expect(await isSecretServiceOpen(address)).toBe(false);
  });

  it.each<readonly [string, (socket: Socket, heard: string) => void]>([
    ['refuses the login', (socket) => void socket.write('REJECTED\r\n')],
    ['hangs up', (socket) => void socket.destroy()],
    ['answers with noise', (socket, heard) => void socket.write(heard.includes('AUTH') ? 'OK 1\r\n' : Buffer.alloc(64, 0xff))],
    ['announces more than fits', (socket, heard) => void socket.write(heard.includes('AUTH') ? 'OK 1\r\n' : Buffer.from('6c020001ffffff7f0100000000000000', 'hex'))],
    ['talks without end', (socket) => void socket.write(Buffer.alloc(128 * 1024, 0x41))],
  ])('a bus that %s: false, and nothing is thrown', async (_what, answer) => {
    expect(await isSecretServiceOpen(await bus(answer))).toBe(false);
  });

  it('a bus that never answers: false after two seconds', async () => {
    expect(await isSecretServiceOpen(await bus(() => undefined))).toBe(false);
  });

  it('leaves nothing behind', () => rmSync(folder, { recursive: true }));
});

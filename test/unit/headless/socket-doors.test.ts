import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { SocketDoors } from '../../../electron/headless/socket-doors';
import { recordingHandlers } from '../../support/fake-handlers';

const folder = mkdtempSync(join(tmpdir(), 'keyshift-socket-'));
const path = join(folder, 'socket');
const open: SocketDoors[] = [];

async function openDoors(override: Parameters<typeof recordingHandlers>[0] = {}): Promise<{ doors: SocketDoors; ended: Promise<string> }> {
  const doors = await SocketDoors.open(path, { handlers: recordingHandlers(override).handlers, report: () => undefined, version: '1.2.3', listening: ['127.0.0.1:4800'] });
  open.push(doors);
  return { doors, ended: doors.serve() };
}

/** A program at the socket, with what it has read. */
async function client(): Promise<{ socket: Socket; lines: () => { method?: string; id?: number; result?: unknown }[]; until: (count: number) => Promise<void> }> {
  const socket = connect({ path, allowHalfOpen: true });
  let text = '';
  socket.on('data', (piece: Buffer) => (text += piece.toString()));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const lines = (): { method?: string }[] => text.split('\n').slice(0, -1).map((line) => JSON.parse(line) as { method?: string });
  return {
    socket,
    lines,
    async until(count) {
      while (lines().length < count) await once(socket, 'data');
    },
  };
}

const ask = (id: number, method: string): string => `${JSON.stringify({ jsonrpc: '2.0', id, method })}\n`;

afterEach(() => open.splice(0).forEach((doors) => doors.close()));

describe.skipIf(process.platform === 'win32')('the headless door on a socket', () => {
  test.each([
    ['EPERM', 'its disk knows no sockets'],
    ['ENOTSUP', 'its disk knows no sockets'],
    ['EACCES', 'its folder is missing or closed to this user'],
  ])('that cannot be made says why (%s)', async (code, why) => {
    const listen = vi.spyOn(Server.prototype, 'listen').mockImplementation(function refuse(this: Server) {
      setImmediate(() => this.emit('error', Object.assign(new Error(code), { code })));
      return this;
    });
    try {
      await expect(openDoors()).rejects.toMatchObject({ message: expect.stringContaining(why) });
    } finally {
      listen.mockRestore();
    }
  });

  test('what is made while it is being opened has the modes that it would have otherwise', async () => {
    const modeOf = (name: string): number => {
      writeFileSync(join(folder, name), '');
      return statSync(join(folder, name)).mode;
    };
    const before = modeOf('before');
    const opening = openDoors();
    // One turn: it listens by now, and has not said so yet.
    await new Promise((resolve) => process.nextTick(resolve));
    expect(modeOf('meanwhile')).toBe(before);
    await opening;
  });

  test('is the owner’s only; every connection is a door of its own, and hears what happens', async () => {
    const { doors, ended } = await openDoors();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const [one, other] = [await client(), await client()];
    await Promise.all([one.until(1), other.until(1)]);
    expect(one.lines()[0]).toMatchObject({ method: 'ready', params: { version: '1.2.3' } });
    doors.tell({ type: 'settings.changed' });
    one.socket.write(ask(7, 'vault.status'));
    await Promise.all([one.until(3), other.until(2)]);
    expect(one.lines().map(({ method, id }) => method ?? id)).toEqual(['ready', 'event', 7]);
    expect(other.lines().map(({ method }) => method)).toEqual(['ready', 'event']);
    one.socket.destroy();
    other.socket.write(ask(8, 'vault.status'));
    await other.until(3);
    doors.close();
    expect(await ended).toBe('asked');
    expect(existsSync(path)).toBe(false);
  });

  test('who closes their side still gets the answer, also of a peer that is just being ended', async () => {
    let answer = (): void => undefined;
    const asked = new Promise<void>((called) => {
      answer = called;
    });
    const { doors, ended } = await openDoors({ 'vault.lock': () => new Promise((done) => {
      answer();
      answer = () => done(null);
    }) });
    const one = await client();
    one.socket.end(ask(1, 'vault.lock'));
    await asked;
    doors.close();
    answer();
    await ended;
    await one.until(2);
    expect(one.lines()[1]).toMatchObject({ id: 1, result: null });
  });

  test('one that was left by a killed peer is taken over; anything else is left alone, and said', async () => {
    const { doors, ended } = await openDoors();
    await expect(SocketDoors.open(path, { handlers: recordingHandlers().handlers, report: () => undefined, version: '', listening: [] })).rejects.toThrow('Another program listens');
    doors.close();
    await ended;
    // As kill -9 leaves it: the socket is there, and nobody behind it.
    const dead = spawnSync(process.execPath, ['-e', `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`]);
    expect([dead.signal, existsSync(path)]).toEqual(['SIGKILL', true]);
    const again = await openDoors();
    const one = await client();
    await one.until(1);
    again.doors.close();
    await again.ended;
  });

  test.each(['EAGAIN', 'EACCES'])('one that does not answer now (%s) is taken from nobody', async (code) => {
    const { doors, ended } = await openDoors();
    const spy = vi.spyOn(Socket.prototype, 'connect').mockImplementation(function refuse(this: Socket) {
      setImmediate(() => this.destroy(Object.assign(new Error(code), { code })));
      return this;
    });
    try {
      await expect(openDoors()).rejects.toThrow('Another program listens');
    } finally {
      spy.mockRestore();
    }
    expect(existsSync(path)).toBe(true);
    doors.close();
    await ended;
  });

  test('a connection that the system cannot hand over costs nothing, however often it happens', async () => {
    const servers: Server[] = [];
    const listen = Server.prototype.listen;
    const spy = vi.spyOn(Server.prototype, 'listen').mockImplementation(function keep(this: Server, ...given: unknown[]) {
      servers.push(this);
      return Reflect.apply(listen, this, given);
    });
    const { doors, ended } = await openDoors();
    spy.mockRestore();
    // As Node tells what `accept` says for want of memory or buffers.
    for (let times = 0; times < 3; times += 1) servers[0]?.emit('error', Object.assign(new Error('accept ENOBUFS'), { code: 'ENOBUFS' }));
    const one = await client();
    await one.until(1);
    doors.close();
    expect(await ended).toBe('asked');
  });

  test('a program that reads nothing is not waited for when the end is asked for', async () => {
    const { doors, ended } = await openDoors();
    const socket = connect({ path, allowHalfOpen: true });
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.pause();
    // More than the system keeps for somebody who does not read.
    for (let told = 0; told < 20_000; told += 1) doors.tell({ type: 'settings.changed' });
    socket.write(ask(1, 'vault.status'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const begun = performance.now();
    doors.close();
    expect(await ended).toBe('asked');
    expect(performance.now() - begun).toBeLessThan(6_000);
    socket.destroy();
  });

  test('a file, and a folder that is not there, are refused', async () => {
    writeFileSync(join(folder, 'file'), 'x');
    const parts = { handlers: recordingHandlers().handlers, report: () => undefined, version: '', listening: [] };
    await expect(SocketDoors.open(join(folder, 'file'), parts)).rejects.toThrow('Something else lies');
    await expect(SocketDoors.open(join(folder, 'none/socket'), parts)).rejects.toThrow('cannot be made there');
    expect(existsSync(join(folder, 'file'))).toBe(true);
    rmSync(folder, { recursive: true });
  });
});

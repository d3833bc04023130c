import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { introduce, newPerson, temporaryFolder, texts, type Person } from '../support/two-peers';

/** Dials, writes, and tells what came back and whether the other side closed within the time. */
function poke(port: number, bytes: Uint8Array, timeoutMs = 12_000): Promise<{ answer: Buffer; closed: boolean }> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    const finish = (closed: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ answer: Buffer.concat(chunks), closed });
    };
    const timer = setTimeout(() => finish(false), timeoutMs);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => finish(true));
    socket.write(bytes);
  });
}

describe('whatever a stranger sends to the listening port', () => {
  const folder = temporaryFolder();
  let ann: Person;
  let bo: Person;
  let port: number;
  let atBo: string;
  let said = 0;

  beforeAll(async () => {
    [ann, bo] = await Promise.all([newPerson(folder.path, 'Ann'), newPerson(folder.path, 'Bo')]);
    const { ofInviter } = await introduce(ann, bo);
    port = Number(ann.peer.listening[0]?.split(':').at(-1));
    ({ conversationId: atBo } = await bo.peer.call('conversations.open', { contactId: ofInviter }));
  }, 60_000);

  afterAll(async () => {
    await Promise.all([ann?.peer.end(), bo?.peer.end()]);
    folder.release();
  });

  /** The peers still talk, and Ann knows exactly the one person she knew. */
  async function unharmed(): Promise<void> {
    said += 1;
    await bo.peer.call('messages.send', { conversationId: atBo, text: `still here ${said}` });
    await ann.peer.until('the message', async () => {
      const [conversation] = await ann.peer.call('conversations.list');
      return conversation !== undefined && (await texts(ann.peer, conversation.conversationId, 'in')).length === said;
    });
    expect((await ann.peer.call('contacts.list')).map((contact) => contact.name)).toEqual(['Bo']);
    expect(await ann.peer.call('contacts.requests')).toEqual([]);
  }

  const header = (type: number, length: number) => {
    const bytes = Buffer.alloc(7);
    bytes.writeUInt8(type, 0);
    bytes.writeUInt16BE(0x0200, 1);
    bytes.writeUInt32BE(length, 3);
    return bytes;
  };

  it.each([
    ['random bytes', randomBytes(4_096)],
    ['a browser', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
    ['a TLS client', Buffer.from('16030100c8010000c40303', 'hex')],
    ['an unknown frame type', header(99, 10)],
    ['2 GiB announced as a handshake', header(1, 2 ** 31)],
    ['2 GiB announced as a record', header(3, 2 ** 31)],
    ['a meeting while nobody nearby is looked for', Buffer.concat([header(16, 1_217), Buffer.of(4), randomBytes(1_216)])],
    ['a record before any handshake', Buffer.concat([header(3, 32), randomBytes(32)])],
  ])('A01 A53: %s is closed without a word', async (_what, bytes) => {
    const { answer, closed } = await poke(port, bytes);
    expect(closed).toBe(true);
    expect(answer.length).toBe(0);
    await unharmed();
  }, 30_000);

  it('A42: a handshake of random bytes gets nothing but the uniform answer', async () => {
    const { answer, closed } = await poke(port, Buffer.concat([header(1, 4_000), randomBytes(4_000)]));
    expect(closed).toBe(true);
    expect(answer.length).toBeLessThanOrEqual(64);
    await unharmed();
  }, 30_000);

  it('A54: half a frame is closed by the deadline', async () => {
    const { closed } = await poke(port, Buffer.concat([header(1, 4_000), randomBytes(10)]), 20_000);
    expect(closed).toBe(true);
    await unharmed();
  }, 40_000);

  it('A54: 500 idle connections are shed while contacts keep talking', async () => {
    const sockets: Socket[] = [];
    const closed = new Set<Socket>();
    for (let n = 0; n < 500; n += 1) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.on('close', () => closed.add(socket));
      sockets.push(socket);
    }
    try {
      await unharmed();
      const deadline = Date.now() + 20_000;
      while (closed.size < 500 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 100));
      expect(closed.size).toBe(500);
      await unharmed();
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  }, 60_000);

  it('a locked peer closes everybody unanswered', async () => {
    await ann.peer.call('vault.lock');
    expect(await poke(port, header(1, 100))).toMatchObject({ closed: true, answer: Buffer.alloc(0) });
    await ann.peer.call('vault.unlock', { passphrase: 'a passphrase for tests only' });
    await unharmed();
  }, 60_000);
});

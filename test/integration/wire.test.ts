import { Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp } from '../../electron/compose';
import type { App } from '../../electron/services/app';
import { HeadlessPeer } from '../support/headless-peer';
import { quietPorts } from '../support/quiet-app';
import { introduce, newPerson, passphrase, temporaryFolder, texts } from '../support/two-peers';

/** Every byte this process hands to a socket, from now until `stop`. */
function tap(): { readonly bytes: Buffer[]; stop(): void } {
  const bytes: Buffer[] = [];
  const genuine = Socket.prototype.write;
  const recording = function (this: Socket, ...args: Parameters<Socket['write']>) {
    const [chunk] = args;
    bytes.push(typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk));
    return Reflect.apply(genuine, this, args);
  };
  // The overloads of `write` cannot be spelled by one function; it is called with what it was given.
  Socket.prototype.write = recording as Socket['write'];
  return { bytes, stop: () => void (Socket.prototype.write = genuine) };
}

describe('what crosses the wire', () => {
  const folder = temporaryFolder();
  const apps: App[] = [];
  const wire = tap();

  beforeAll(async () => {
    apps.push(await startApp(quietPorts(join(folder.path, 'ann'))), await startApp(quietPorts(join(folder.path, 'bo'))));
  });
  afterAll(async () => {
    wire.stop();
    await Promise.all(apps.map((each) => each.stop()));
    folder.release();
  });

  it('S1-01 S1-54 S3-17: no text, title, name, peer id or certificate in clear, from the first byte of a meeting to the last of a talk', async () => {
    const [ann, bo] = apps;
    if (!ann || !bo) throw new Error('both must run');
    const secrets = { text: 'kept between the two of them', title: 'the title they gave it', ann: 'Ann Unmistakable', bo: 'Bo Unmistakable' };
    const [a, b] = [
      await ann.handlers.vault.create({ passphrase, name: secrets.ann }),
      await bo.handlers.vault.create({ passphrase, name: secrets.bo }),
    ];
    const { link } = await ann.handlers.contacts.createInvitation({});
    const { contactId } = await bo.handlers.contacts.acceptInvitation({ link });
    const arrived = new Promise<void>((resolve) => ann.onEvent((event) => event.type === 'message.received' && resolve()));
    const { conversationId } = await bo.handlers.conversations.open({ contactId, title: secrets.title });
    await bo.handlers.messages.send({ conversationId, text: secrets.text });
    await arrived;

    const spoken = Buffer.concat(wire.bytes);
    expect(spoken.length).toBeGreaterThan(10_000);
    const { text: pem } = await ann.handlers.identity.exportPublic({ format: 'pem' });
    const der = Buffer.from(pem.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64');
    const needles = [...Object.values(secrets).map((each) => Buffer.from(each)), Buffer.from(a.peerId), Buffer.from(b.peerId), der.subarray(0, 40), der.subarray(-40)];
    for (const needle of needles) expect(spoken.includes(needle), needle.toString('latin1')).toBe(false);
  }, 60_000);
});

describe('where somebody is', () => {
  it('S1-52: is no part of who it is: a dialog goes on when the other side comes back at another address', async () => {
    const folder = temporaryFolder();
    const [ann, bo] = await Promise.all([newPerson(folder.path, 'Ann'), newPerson(folder.path, 'Bo')]);
    try {
      const { ofInviter } = await introduce(ann, bo);
      const { conversationId } = await bo.peer.call('conversations.open', { contactId: ofInviter });
      await bo.peer.call('messages.send', { conversationId, text: 'one' });
      await ann.peer.until('the first', () => ann.peer.events.some((event) => event.type === 'message.received'));
      const [before] = ann.peer.listening;
      await ann.peer.end();
      await bo.peer.call('messages.send', { conversationId, text: 'two' });
      ann.peer = await HeadlessPeer.start(ann.profile, { listen: '127.0.0.1:0' });
      expect(ann.peer.listening[0]).not.toBe(before);
      await ann.peer.call('vault.unlock', { passphrase });
      const atAnn = (await ann.peer.call('conversations.list'))[0]?.conversationId ?? '';
      await ann.peer.until('both', async () => (await texts(ann.peer, atAnn, 'in')).length === 2);
      await ann.peer.call('messages.send', { conversationId: atAnn, text: 'three' });
      await bo.peer.until('the answer', async () => (await texts(bo.peer, conversationId, 'in')).length === 1);
      expect(await texts(ann.peer, atAnn, 'in')).toEqual(['one', 'two']);
      expect(await ann.peer.call('conversations.list')).toHaveLength(1);
    } finally {
      await Promise.all([ann.peer.end(), bo.peer.end()]);
      folder.release();
    }
  }, 60_000);
});

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp } from '../../electron/compose';
import { systemClock } from '../../electron/platform/clock';
import { systemRandom } from '../../electron/platform/random';
import type { App } from '../../electron/services/app';
import type { Preferences } from '../../electron/services/ports';
import { defaultSettings } from '../../shared/model/settings';
import type { AppEvent } from '../../shared/contract/contract';
import { temporaryFolder } from '../support/two-peers';

const passphrase = 'a passphrase for tests only';

interface Peer {
  readonly app: App;
  readonly told: AppEvent[];
}

describe('an identity key that is renewed', () => {
  const folder = temporaryFolder();
  const peers: Peer[] = [];
  let ann: Peer;
  let bo: Peer;
  let boAtAnn: string;
  let annAtBo: string;

  const start = async (name: string): Promise<Peer> => {
    let preferences: Preferences = { settings: { ...defaultSettings, findOnNetwork: false } };
    const silent = () => undefined;
    const app = await startApp({
      profileDirectory: join(folder.path, name),
      listen: { host: '127.0.0.1', port: 0 },
      clock: systemClock,
      random: systemRandom,
      logger: { debug: silent, info: silent, warn: silent, error: silent },
      preferences: { get: () => preferences, set: (change) => void (preferences = { ...preferences, ...change }) },
      appVersion: '0',
      runtime: 'test',
      trial: false,
      kdf: 'test',
    });
    const told: AppEvent[] = [];
    app.onEvent((event) => void told.push(event));
    await app.handlers.vault.create({ passphrase, name });
    const peer = { app, told };
    peers.push(peer);
    return peer;
  };

  const until = (peer: Peer, holds: () => boolean) =>
    new Promise<void>((resolve) => {
      if (holds()) return resolve();
      peer.app.onEvent(() => {
        if (holds()) resolve();
      });
    });
  const say = async (from: Peer, to: Peer, conversationId: string, text: string) => {
    await from.app.handlers.messages.send({ conversationId, text });
    await until(to, () => to.told.some((event) => event.type === 'message.received' && event.message.text === text));
  };
  const contactOf = async (peer: Peer) => (await peer.app.handlers.contacts.list(undefined))[0] ?? expect.unreachable();

  beforeAll(async () => {
    ann = await start('Ann');
    bo = await start('Bo');
    const { link } = await ann.app.handlers.contacts.createInvitation({});
    ({ contactId: annAtBo } = await bo.app.handlers.contacts.acceptInvitation({ link }));
    await until(bo, () => bo.told.some((event) => event.type === 'session.changed' && event.connected));
    ({ contactId: boAtAnn } = await contactOf(ann));
  }, 60_000);
  afterAll(async () => {
    await Promise.all(peers.map(({ app }) => app.stop()));
    folder.release();
  });

  it('S5-01 S5-09 S5-33: the contact follows by itself over real sockets, stays checked, and the conversation goes on', async () => {
    await bo.app.handlers.contacts.setChecked({ contactId: annAtBo, checked: true });
    const { conversationId } = await bo.app.handlers.conversations.open({ contactId: annAtBo });
    await say(bo, ann, conversationId, 'before');
    const before = await ann.app.handlers.identity.get(undefined);
    const old = await bo.app.handlers.contacts.safetyNumber({ contactId: annAtBo });

    expect(await ann.app.handlers.identity.rotate(undefined)).toEqual({ epoch: 2 });
    const now = await ann.app.handlers.identity.get(undefined);
    expect(now).toMatchObject({ peerId: before.peerId, epoch: 2 });
    expect(now.keyFingerprint).not.toBe(before.keyFingerprint);
    expect(ann.told).toContainEqual({ type: 'key.rotated', epoch: 2, fingerprint: now.keyFingerprint, origin: 'old-key' });

    await until(bo, () => bo.told.some((event) => event.type === 'key.rotated'));
    expect(bo.told).toContainEqual({ type: 'key.rotated', contactId: annAtBo, epoch: 2, fingerprint: now.keyFingerprint, origin: 'old-key' });
    await say(bo, ann, conversationId, 'after, from Bo');
    const [conversation] = await ann.app.handlers.conversations.list(undefined);
    await say(ann, bo, conversation?.conversationId ?? '', 'after, from Ann');
    expect(await contactOf(bo)).toMatchObject({ keyEpoch: 2, who: 'checked', checked: true });
    expect(await contactOf(ann)).toMatchObject({ contactId: boAtAnn, keyEpoch: 1 });
    const { digits } = await bo.app.handlers.contacts.safetyNumber({ contactId: annAtBo });
    expect(digits).not.toBe(old.digits);
    expect(await ann.app.handlers.contacts.safetyNumber({ contactId: boAtAnn })).toEqual({ digits });
    expect((await bo.app.handlers.conversations.list(undefined)).length).toBe(1);
  }, 30_000);
});

import { setTimeout as sleep } from 'node:timers/promises';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import { openChannel } from '../../electron/engine/session/channel';
import { channelKinds, type ChannelFrame } from '../../electron/engine/session/channel-frames';
import { encodeRequest, parseAnswer, parsePiece } from '../../electron/engine/session/rekey-frames';
import { fromHex, toHex } from '../../electron/engine/wire/encoding';
import { parsePeerId } from '../../electron/engine/wire/ids';
import { createTcpTransport } from '../../electron/network/tcp-transport';
import { systemClock } from '../../electron/platform/clock';
import { createVaultFile } from '../../electron/storage/vault-file';
import { HeadlessPeer } from '../support/headless-peer';
import { quickCrypto } from '../support/quick-secrets';
import { introduce, newPerson, passphrase, temporaryFolder, texts, type Person } from '../support/two-peers';

/** How long after a new key the follower is killed, in milliseconds: before it is noticed, while it is asked for, while it is pinned, after. */
const moments = [0, 40, 90, 160, 300];

describe('two headless peers and their new identity keys', () => {
  const folder = temporaryFolder();
  let alice: Person;
  let bob: Person;
  let aliceAtBob: string;
  let bobAtAlice: string;
  let talkAtAlice: string;
  let talkAtBob: string;
  const said = { byAlice: new Array<string>(), byBob: new Array<string>() };

  const fromAlice = async (...words: string[]) => {
    for (const text of words) await alice.peer.call('messages.send', { conversationId: talkAtAlice, text });
    said.byAlice.push(...words);
  };
  const fromBob = async (...words: string[]) => {
    for (const text of words) await bob.peer.call('messages.send', { conversationId: talkAtBob, text });
    said.byBob.push(...words);
  };
  /** Everything said so far is there, once and in order. */
  const allArrived = async () => {
    await bob.peer.until('all of Alice', async () => (await texts(bob.peer, talkAtBob, 'in')).length >= said.byAlice.length);
    await alice.peer.until('all of Bob', async () => (await texts(alice.peer, talkAtAlice, 'in')).length >= said.byBob.length);
    expect(await texts(bob.peer, talkAtBob, 'in')).toEqual(said.byAlice);
    expect(await texts(alice.peer, talkAtAlice, 'in')).toEqual(said.byBob);
  };
  const keyOf = async (person: Person) => (await person.peer.call('identity.get')).keyFingerprint;
  const contact = async (person: Person) => (await person.peer.call('contacts.list'))[0] ?? expect.unreachable();
  const gone = (person: Person) => person.peer.until('the other is gone', async () => (await person.peer.call('network.status')).sessions.length === 0);
  const port = (person: Person) => Number(person.peer.listening[0]?.split(':').at(-1));

  beforeAll(async () => {
    [alice, bob] = await Promise.all([newPerson(folder.path, 'Alice'), newPerson(folder.path, 'Bob')]);
    for (const { peer } of [alice, bob]) await peer.call('settings.set', { findOnNetwork: false });
    ({ ofInvitee: bobAtAlice, ofInviter: aliceAtBob } = await introduce(alice, bob));
    ({ conversationId: talkAtBob } = await bob.peer.call('conversations.open', { contactId: aliceAtBob }));
    await fromBob('hello');
    await alice.peer.until('the conversation', async () => (await alice.peer.call('conversations.list')).length === 1);
    talkAtAlice = (await alice.peer.call('conversations.list'))[0]?.conversationId ?? '';
  }, 60_000);

  afterAll(async () => {
    await Promise.all([alice?.peer.kill(), bob?.peer.kill()]);
    folder.release();
  });

  it('S5-01 S5-09 S5-33: Bob follows by himself while both run; what was said, checked and begun goes on', async () => {
    await bob.peer.call('contacts.setChecked', { contactId: aliceAtBob, checked: true });
    await fromAlice('before');
    await allArrived();
    const first = await keyOf(alice);
    expect(await alice.peer.call('identity.rotate')).toEqual({ epoch: 2 });
    const second = await keyOf(alice);
    await fromBob('to the new key');
    await fromAlice('under the new key');
    await allArrived();

    const news = { type: 'key.rotated', epoch: 2, fingerprint: second, origin: 'old-key' };
    expect(alice.peer.events.filter(({ type }) => type === 'key.rotated')).toEqual([news]);
    expect(bob.peer.events.filter(({ type }) => type === 'key.rotated')).toEqual([{ ...news, contactId: aliceAtBob }]);
    expect(await contact(bob)).toMatchObject({ keyEpoch: 2, who: 'checked', checked: true });
    expect(await bob.peer.call('contacts.keyHistory', { contactId: aliceAtBob })).toMatchObject([
      { epoch: 2, fingerprint: second, origin: 'old-key', checked: true, current: true },
      { epoch: 1, fingerprint: first, origin: 'first', checked: true, current: false },
    ]);
    expect(await alice.peer.call('identity.keyHistory')).toMatchObject([{ epoch: 2, fingerprint: second }, { epoch: 1, fingerprint: first, behind: 0 }]);
    expect(await bob.peer.call('conversations.list')).toHaveLength(1);
    expect(await bob.peer.call('contacts.safetyNumber', { contactId: aliceAtBob })).toEqual(await alice.peer.call('contacts.safetyNumber', { contactId: bobAtAlice }));
  }, 30_000);

  it('S5-10 A76: who is no contact gets one answer to every question, and nothing is written down', async () => {
    const crypto = await createCrypto({ random: kernelRandom });
    const { peerId } = await alice.peer.call('identity.get');
    const [current, first] = (await alice.peer.call('identity.keyHistory')).map(({ fingerprint }) => fromHex(fingerprint));
    if (current === undefined || first === undefined) return expect.unreachable();
    const ask = async (frame: ChannelFrame) => {
      const link = await createTcpTransport().dial({ host: '127.0.0.1', port: port(alice) }, 5_000);
      const channel = await openChannel(crypto, systemClock, link, 'rekey');
      const answers: ChannelFrame[] = [];
      const over = new Promise<void>((resolve) => channel.onClose(() => resolve()));
      channel.onFrame((answer) => void answers.push(answer));
      channel.send(frame);
      await over;
      return answers;
    };
    const question = (heldHash: Uint8Array, ofPeer = parsePeerId(peerId)) => encodeRequest({ peerId: ofPeer, heldHash, nonce: crypto.random(32), tag: crypto.random(32) });
    const stored = () => readdirSync(alice.profile, { recursive: true, withFileTypes: true })
      // Which pages a reader has looked up stands in -shm: it is nobody's word, and is gone with the process.
      .filter((entry) => entry.isFile() && !entry.name.endsWith('-shm'))
      .map(({ parentPath, name }) => [name, createHash('sha256').update(readFileSync(join(parentPath, name))).digest('hex')]);
    const state = async () => ({
      stored: stored(),
      log: alice.peer.stderr.join(''),
      contacts: await alice.peer.call('contacts.list'),
      // How the network is comes when it likes.
      events: alice.peer.events.filter(({ type }) => type !== 'network.changed'),
    });
    // The index of words is tidied some time after the last message; then nothing is written but because of somebody.
    for (let last = ''; last !== JSON.stringify(stored()); await sleep(2_500)) last = JSON.stringify(stored());
    const before = await state();

    const refused = [{ kind: channelKinds.refused, payload: new Uint8Array(0) }];
    const short = question(current);
    const questions = [question(current), question(crypto.random(32)), question(first, parsePeerId((await bob.peer.call('identity.get')).peerId)), { ...short, payload: short.payload.subarray(1) }];
    for (const each of questions) expect(await ask(each)).toEqual(refused);
    // A key of hers that was replaced is a pass to what came after it, which is no secret, and not to who answers.
    const [piece] = await ask(question(first));
    const answer = parseAnswer(parsePiece(piece?.payload ?? new Uint8Array(0)).piece);
    expect([answer.chain.length, answer.signature.length]).toEqual([0, 0]);
    expect(answer.elements.length).toBeGreaterThan(0);
    // Beyond what one source may ask, that is over, too.
    const passes: unknown[] = [];
    for (let tries = 0; tries < 8; tries += 1) passes.push(await ask(question(first)));
    expect(passes).toContainEqual(refused);

    expect(await state()).toEqual(before);
    await fromBob('undisturbed');
    await allArrived();
  }, 30_000);

  it('S5-29: both renew their keys while the other is not running, and find together when both are killed and come back', async () => {
    await bob.peer.kill();
    await gone(alice);
    expect(await alice.peer.call('identity.rotate')).toEqual({ epoch: 3 });
    await fromAlice('while Bob was away', 'and more of it');
    await alice.peer.kill();
    await bob.restart();
    expect(await bob.peer.call('identity.rotate')).toEqual({ epoch: 2 });
    await fromBob('while Alice was away', 'and more of that');
    await bob.peer.kill();
    await Promise.all([alice.restart(), bob.restart()]);
    await allArrived();
    expect(await contact(bob)).toMatchObject({ keyEpoch: 3, who: 'checked' });
    expect(await contact(alice)).toMatchObject({ keyEpoch: 2, who: 'unchecked' });
    const [newest] = await bob.peer.call('contacts.keyHistory', { contactId: aliceAtBob });
    expect(newest).toMatchObject({ fingerprint: await keyOf(alice), current: true });
  }, 30_000);

  it('S5-30: envelopes under a key Bob never heard of wait while Alice is away, and are opened in order when she comes', async () => {
    await bob.peer.end();
    await gone(alice);
    expect(await alice.peer.call('identity.rotate')).toEqual({ epoch: 4 });
    await fromAlice('first by stick', 'second by stick', 'third by stick');
    const path = join(folder.path, 'stick.keyshift-envelopes');
    const { count } = await alice.peer.call('envelopes.save', { contactId: bobAtAlice, path });
    await alice.peer.end();
    await bob.restart();
    const before = await texts(bob.peer, talkAtBob, 'in');
    expect(await bob.peer.call('envelopes.open', { path })).toEqual({ opened: 0, repeated: 0, refused: 0, waiting: count });
    expect(await texts(bob.peer, talkAtBob, 'in')).toEqual(before);
    expect(await contact(bob)).toMatchObject({ keyEpoch: 3, who: 'checked' });
    await fromBob('typed while it waits');
    await alice.restart();
    await allArrived();
    expect(await contact(bob)).toMatchObject({ keyEpoch: 4, who: 'checked' });
    expect(await bob.peer.call('envelopes.open', { path })).toMatchObject({ opened: 0, repeated: count });
    expect(await texts(bob.peer, talkAtBob, 'in')).toEqual(said.byAlice);
  }, 30_000);

  it('S5-29: new keys of both reach each other although Bob cannot dial Alice, on her dial alone', async () => {
    await bob.peer.end();
    await gone(alice);
    expect(await alice.peer.call('identity.rotate')).toEqual({ epoch: 5 });
    const known = port(alice);
    await alice.peer.end();
    alice.peer = await HeadlessPeer.start(alice.profile, { listen: '127.0.0.1:0' });
    expect(port(alice)).not.toBe(known);
    await bob.restart();
    expect(await bob.peer.call('identity.rotate')).toEqual({ epoch: 3 });
    await fromBob('into the dark');
    await alice.peer.call('vault.unlock', { passphrase });
    await fromAlice('from where you cannot look');
    await allArrived();
    expect(await contact(bob)).toMatchObject({ keyEpoch: 5, who: 'checked' });
    expect(await contact(alice)).toMatchObject({ keyEpoch: 3 });
  }, 30_000);

  it(`S5-09 S5-33: Bob is killed ${moments.length} times while he follows; one pin is left each time, and the conversation goes on`, async () => {
    for (const [round, moment] of moments.entries()) {
      await alice.peer.call('identity.rotate');
      await fromAlice(`said in round ${round}`);
      await new Promise((resolve) => setTimeout(resolve, moment));
      await bob.peer.kill();
      await bob.restart();
      await fromBob(`answered in round ${round}`);
      await allArrived();
      const key = await keyOf(alice);
      const history = await bob.peer.call('contacts.keyHistory', { contactId: aliceAtBob });
      expect(history.filter(({ current }) => current), `killed after ${moment} ms`).toMatchObject([{ epoch: 6 + round, fingerprint: key, checked: true }]);
      expect(history.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 6 + round }, (_, n) => 6 + round - n));
      expect(await bob.peer.call('contacts.keyTrouble', { contactId: aliceAtBob })).toEqual({ kind: 'none', candidates: [] });
    }
    const key = await keyOf(alice);
    await bob.peer.end();
    const vault = await createVaultFile({ directory: bob.profile, crypto: await quickCrypto() }).unlock(passphrase);
    try {
      const peers = vault.stores.peers.list();
      expect(peers.map(({ pinnedSpkiHash, identityEpoch }) => [toHex(pinnedSpkiHash), identityEpoch])).toEqual([[key, 10]]);
      expect(vault.stores.peerKeys.vouched()).toEqual([]);
      expect(peers.map(({ peerId }) => vault.stores.quarantine.of(peerId))).toEqual([[]]);
    } finally {
      vault.close();
    }
  }, 60_000);
});

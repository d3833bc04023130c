import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HeadlessPeer } from '../support/headless-peer';
import { introduce, newPerson, passphrase, temporaryFolder, texts, type Person } from '../support/two-peers';

/** For what takes several questions, of which one a minute is allowed. */
const patience = 150_000;

describe('a profile that was stolen with its passphrase', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let alice: Person;
  let bob: Person;
  let thief: HeadlessPeer | undefined;
  let aliceAtBob: string;
  let bobAtAlice: string;
  let talkAtBob: string;
  let talkAtAlice: string;

  beforeEach(async () => {
    folder = temporaryFolder();
    [alice, bob] = await Promise.all([newPerson(folder.path, 'Alice'), newPerson(folder.path, 'Bob')]);
    for (const { peer } of [alice, bob]) await peer.call('settings.set', { findOnNetwork: false });
    ({ ofInvitee: bobAtAlice, ofInviter: aliceAtBob } = await introduce(alice, bob));
    ({ conversationId: talkAtBob } = await bob.peer.call('conversations.open', { contactId: aliceAtBob }));
    await fromBob('hello');
    await alice.peer.until('the conversation', async () => (await alice.peer.call('conversations.list')).length === 1);
    talkAtAlice = (await alice.peer.call('conversations.list'))[0]?.conversationId ?? '';
    await fromAlice('hello, Bob');
    await bob.peer.until('the answer', async () => (await texts(bob.peer, talkAtBob, 'in')).length === 1);
    await alice.peer.call('identity.saveRecoveryKit', { path: join(folder.path, 'kit') });
    await alice.peer.call('identity.forgetRecoveryKey');
    await alice.peer.end();
    cpSync(alice.profile, join(folder.path, 'Thief'), { recursive: true });
  }, 120_000);

  afterEach(async () => {
    await Promise.all([alice.peer.kill(), bob.peer.kill(), thief?.kill()]);
    thief = undefined;
    folder.release();
  });

  const fromAlice = (text: string) => alice.peer.call('messages.send', { conversationId: talkAtAlice, text });
  const fromBob = (text: string) => bob.peer.call('messages.send', { conversationId: talkAtBob, text });
  const contact = async () => (await bob.peer.call('contacts.list'))[0] ?? expect.unreachable();
  const trouble = () => bob.peer.call('contacts.keyTrouble', { contactId: aliceAtBob });
  const keyOf = async (peer: HeadlessPeer) => (await peer.call('identity.get')).keyFingerprint;
  const elsewhere = async () => (await alice.peer.call('identity.get')).renewedElsewhere;
  const isConnected = async () => (await bob.peer.call('network.status')).sessions.length > 0;

  async function thiefComes(): Promise<HeadlessPeer> {
    thief = await HeadlessPeer.start(join(folder.path, 'Thief'), { listen: '127.0.0.1:0' });
    await thief.call('vault.unlock', { passphrase });
    return thief;
  }
  async function renews(peer: HeadlessPeer): Promise<void> {
    const { epoch } = await peer.call('identity.rotate');
    await bob.peer.until(`followed to key ${epoch}`, async () => (await contact()).keyEpoch === epoch && (await isConnected()), patience);
  }
  /** Both keys in question are shown, with the numbers that each side would see, and nothing goes out. */
  async function frozenBetween(keys: readonly { readonly fingerprint: string; readonly epoch: number }[]): Promise<string> {
    await bob.peer.until('both are in question', async () => (await trouble()).kind === 'fork', patience);
    const { candidates } = await trouble();
    const byName = (a: { fingerprint: string }, b: { fingerprint: string }): number => (a.fingerprint < b.fingerprint ? -1 : 1);
    expect(candidates.map(({ fingerprint, epoch, vouched }) => ({ fingerprint, epoch, vouched })).sort(byName)).toEqual(keys.map((key) => ({ ...key, vouched: true })).sort(byName));
    expect(candidates.map(({ digits }) => digits)).toContain((await alice.peer.call('contacts.safetyNumber', { contactId: bobAtAlice })).digits);
    expect((await contact()).who).toBe('frozen');
    const { messageId } = await fromBob('for Alice alone');
    expect((await bob.peer.call('messages.list', { conversationId: talkAtBob })).find((message) => message.messageId === messageId)).toMatchObject({ state: 'queued', waitingFor: 'key' });
    await alice.peer.until('Alice is told', async () => (await elsewhere()) !== undefined, patience);
    return messageId;
  }
  /** The code of the kit, and everything that was held back arrives at both. */
  async function decided(messageId: string, said: { readonly alice: readonly string[]; readonly bob: readonly string[] }): Promise<void> {
    const [code = ''] = /(?:[0-9A-Z]{5}\s+){11}[0-9A-Z]{5}/.exec(readFileSync(join(folder.path, 'kit'), 'utf8')) ?? [];
    const { epoch } = await alice.peer.call('identity.recover', { code });
    const delivered = async () => (await bob.peer.call('messages.list', { conversationId: talkAtBob })).find((message) => message.messageId === messageId)?.state === 'delivered';
    await bob.peer.until('it is delivered', delivered, patience);
    await bob.peer.until('all of Alice', async () => (await texts(bob.peer, talkAtBob, 'in')).length >= said.alice.length, patience);
    expect(await texts(bob.peer, talkAtBob, 'in')).toEqual(said.alice);
    expect(await texts(alice.peer, talkAtAlice, 'in')).toEqual(said.bob);
    expect(await contact()).toMatchObject({ keyEpoch: epoch, who: 'unchecked' });
    expect(await trouble()).toEqual({ kind: 'none', candidates: [] });
    expect((await bob.peer.call('contacts.keyHistory', { contactId: aliceAtBob }))[0]).toMatchObject({ fingerprint: await keyOf(alice.peer), origin: 'recovery', current: true });
    expect(await bob.peer.call('contacts.safetyNumber', { contactId: aliceAtBob })).toEqual(await alice.peer.call('contacts.safetyNumber', { contactId: bobAtAlice }));
    await alice.peer.until('nothing is left of it', async () => (await elsewhere()) === undefined, patience);
  }

  it('A71 A73: the thief goes first, meets under the old key and renews it time and again, and stays; what the owner then says holds everything back, and the code of the kit decides', async () => {
    const other = await thiefComes();
    await bob.peer.until('the thief is connected', isConnected, patience);
    // More sessions than anything of before would be recognised after.
    for (let turn = 0; turn < 4; turn += 1) await renews(other);
    await alice.restart();
    await alice.peer.until('Alice is told', async () => (await elsewhere()) !== undefined, patience);
    expect([await elsewhere(), (await trouble()).kind]).toEqual([{ epoch: 5, fingerprint: await keyOf(other), seenAt: expect.any(Number), contactId: bobAtAlice }, 'none']);
    await alice.peer.call('identity.rotate');
    await fromAlice('while both are in question');
    const waiting = await frozenBetween([{ fingerprint: await keyOf(alice.peer), epoch: 2 }, { fingerprint: await keyOf(other), epoch: 5 }]);
    await decided(waiting, { alice: ['hello, Bob', 'while both are in question'], bob: ['hello', 'for Alice alone'] });
    expect(await texts(other, (await other.call('conversations.list'))[0]?.conversationId ?? '', 'in')).toEqual(['hello']);
  }, 600_000);

  it('A71 A73: the owner goes first, and the thief shows the next key when she is away', async () => {
    await alice.restart();
    await renews(alice.peer);
    await alice.peer.end();
    const other = await thiefComes();
    await other.call('identity.rotate');
    await bob.peer.until('both are in question', async () => (await trouble()).kind === 'fork', patience);
    await alice.restart();
    const waiting = await frozenBetween([{ fingerprint: await keyOf(alice.peer), epoch: 2 }, { fingerprint: await keyOf(other), epoch: 2 }]);
    expect(await elsewhere()).toMatchObject({ fingerprint: await keyOf(other), epoch: 2, contactId: bobAtAlice });
    await decided(waiting, { alice: ['hello, Bob'], bob: ['hello', 'for Alice alone'] });
  }, 600_000);

  it('A71 A73: the thief is followed and gone, Bob is away while the owner renews hers several times, and both come back', async () => {
    const other = await thiefComes();
    await renews(other);
    const stolen = { fingerprint: await keyOf(other), epoch: 2 };
    await other.end();
    await bob.peer.end();
    await alice.restart();
    for (let turn = 0; turn < 2; turn += 1) await alice.peer.call('identity.rotate');
    await fromAlice('while Bob is away');
    await bob.restart();
    const waiting = await frozenBetween([{ fingerprint: await keyOf(alice.peer), epoch: 3 }, stolen]);
    await decided(waiting, { alice: ['hello, Bob', 'while Bob is away'], bob: ['hello', 'for Alice alone'] });
  }, 600_000);
});

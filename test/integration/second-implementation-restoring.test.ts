import { createPrivateKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBackup, readContent, writeBackup } from '../second/backup.mjs';
import { readCode, writeCode } from '../second/recovery-code.mjs';
import { argon2 } from '../second/key-files.mjs';
import { writePerson } from '../second/leaving-for.mjs';
import { readLink } from '../second/link.mjs';
import { Peer } from '../second/peer.mjs';
import { identityKey, Person as SecondPerson } from '../second/person.mjs';
import { askForKeys } from '../second/rekey.mjs';
import { contactsOf, goOnWith, revive, titlesOf } from '../second/restoring.mjs';
import { codeOf } from '../second/vectors-files.mjs';
import { HeadlessPeer } from '../support/headless-peer';
import { readyKeys } from '../support/rsa-keys';
import { introduce, newPerson, type Person, temporaryFolder, texts } from '../support/two-peers';

// A backup of a real headless peer, put back by the implementation of test/second as a device of its own; a real contact of that peer judges it.
const folder = temporaryFolder();
const words = 'seven words that open one file only';
/** As the peers of these tests are told to (test/support/quick-secrets.cjs): what a file says that it costs it does not cost here. */
const quick = (phrase: string, { salt }: { salt: Buffer }) => argon2(phrase, { salt, memory: 1_024, passes: 1 });
const at = (name: string) => join(folder.path, name);
const opened = async (peer: HeadlessPeer, name: string) => readBackup(readFileSync((await peer.call('backup.create', { path: at(name), passphrase: words })).path), words, quick);

let bo: Person;
const others: Person[] = [];
const seconds: InstanceType<typeof Peer>[] = [];
const restored: HeadlessPeer[] = [];

const isDelivered = async (peer: HeadlessPeer, conversationId: string) => (await peer.call('messages.list', { conversationId })).every(({ direction, state }) => direction === 'in' || state === 'delivered');
/** Somebody who knows Bo, with a conversation in which a word of each has arrived. */
async function friendOfBo(name: string): Promise<{ peer: HeadlessPeer; atBo: string; conversationId: string; contactId: string }> {
  const person = await newPerson(folder.path, name);
  others.push(person);
  const { peer } = person;
  await peer.call('settings.set', { findOnNetwork: false });
  const { ofInvitee, ofInviter: contactId } = await introduce(person, bo);
  const { conversationId } = await peer.call('conversations.open', { contactId: ofInvitee, title: name });
  await peer.call('messages.send', { conversationId, text: 'first' });
  await bo.peer.until('the conversation', async () => (await bo.peer.call('conversations.list')).some(({ title }) => title === name));
  const atBo = (await bo.peer.call('conversations.list')).find(({ title }) => title === name)?.conversationId ?? '';
  await bo.peer.call('messages.send', { conversationId: atBo, text: 'answer' });
  await peer.until('the answer', async () => (await texts(peer, conversationId, 'in')).includes('answer'));
  await peer.until('the word is there', () => isDelivered(peer, conversationId));
  return { peer, atBo, conversationId, contactId };
}
/** A message waits for Bo, who is away, and stands in the backup that is made then. */
async function backupWithWaiting(peer: HeadlessPeer, conversationId: string, name: string): Promise<ReturnType<typeof readBackup>> {
  await bo.peer.kill();
  await peer.call('messages.send', { conversationId, text: 'waiting' });
  return opened(peer, name);
}
const ready = (second: InstanceType<typeof Peer>) => second.until(() => second.session?.isReady && !second.session.ended);

beforeAll(async () => {
  bo = await newPerson(folder.path, 'Bo');
  await bo.peer.call('settings.set', { findOnNetwork: false });
}, 60_000);
afterAll(async () => {
  for (const second of seconds) second.close();
  await Promise.all([...[bo, ...others].map(({ peer }) => peer), ...restored].map((peer) => peer.kill()));
  folder.release();
});

describe('§14, put back by a program that was written from the document', () => {
  it('S5-25 A38: a new device of the same person goes on with a contact: what waited is shown once, what was said after the backup comes again, nothing is lost', { timeout: 120_000 }, async () => {
    const { peer, atBo, conversationId, contactId } = await friendOfBo('Ann');
    const { peerId } = await peer.call('identity.get');
    const backup = await backupWithWaiting(peer, conversationId, 'ann.keyshift-backup');
    // What the backup knows nothing of: the device that it is of goes on for a while, and then is gone.
    await bo.restart();
    await bo.peer.call('messages.send', { conversationId: atBo, text: 'after the backup' });
    await peer.until('it came', async () => (await texts(peer, conversationId, 'in')).includes('after the backup'));
    await bo.peer.until('what waited came, and his own is acknowledged', async () => (await texts(bo.peer, atBo, 'in')).length === 2 && (await isDelivered(bo.peer, atBo)));
    await peer.kill();
    await bo.peer.call('messages.send', { conversationId: atBo, text: 'while you were gone' });

    const [{ peer_id: boId }] = contactsOf(backup);
    const second = goOnWith(backup, revive(backup), boId);
    seconds.push(second);
    expect(second.person.chain.peerId).toBe(peerId);
    expect(second.person.chain.list.entries.map(({ state }: { state: number }) => state).toSorted()).toEqual([0, 1]);
    const dialog = second.talk.dialogs.get(titlesOf(backup, boId)['Ann']);
    await second.listen();
    await second.dial();
    await ready(second);
    await second.heard('while you were gone');
    await second.until(() => dialog.out.unacknowledged.size === 0);
    second.say(dialog, 'from the new device');
    await second.until(() => dialog.out.unacknowledged.size === 0);
    expect(await texts(bo.peer, atBo, 'in')).toEqual(['first', 'waiting', 'from the new device']);
    await bo.peer.call('messages.send', { conversationId: atBo, text: 'welcome back' });
    await second.heard('welcome back');
    await bo.peer.until('all of Bo’s is acknowledged', () => isDelivered(bo.peer, atBo));
    expect(second.talk.delivered.map(({ text }: { text: string }) => text)).toEqual(['after the backup', 'while you were gone', 'welcome back']);
    expect(second.refused).toEqual([]);
    const devices = (await bo.peer.call('contacts.devices', { contactId })).filter(({ state }) => state === 'active');
    expect(devices.map(({ instanceId }) => instanceId)).toEqual([second.person.instanceId.toString('hex')]);
    expect(await bo.peer.call('keys.status', { conversationId: atBo })).toMatchObject({ problems: [] });
  });

  it('S5-25 A73: without the identity key it takes the code of the recovery kit, which names a new one; a contact follows there', { timeout: 120_000 }, async () => {
    const { peer, atBo, conversationId, contactId } = await friendOfBo('Cleo');
    await peer.call('identity.saveRecoveryKit', { path: at('kit') });
    const [code = ''] = /(?:[0-9A-Z]{5}\s+){11}[0-9A-Z]{5}/.exec(readFileSync(at('kit'), 'utf8')) ?? [];
    const whole = await backupWithWaiting(peer, conversationId, 'cleo.keyshift-backup');
    await peer.kill();
    await bo.restart();
    // As a device has it that another one made the holder of the identity key.
    const keyless = { ...whole, tables: whole.tables.map((table: { name: string; rows: object[] }) => (table.name === 'identity_keys' ? { ...table, rows: table.rows.map((row) => ({ ...row, private_key: null })) } : table)) };
    const newKey = identityKey(1, createPrivateKey(readyKeys(1)[0] ?? ''));
    expect(codeOf(() => revive(keyless))).toBe('backup.not-certifier');
    expect(codeOf(() => revive(keyless, { seed: Buffer.alloc(32, 7), newKey }))).toBe('recovery.wrong-code');

    const [{ peer_id: boId }] = contactsOf(keyless);
    const second = goOnWith(keyless, revive(keyless, { seed: readCode(code), newKey }), boId);
    seconds.push(second);
    await second.listen();
    const { peerId, identity } = second.contact.chain;
    const pin = { peerId, spki: identity.spki, epoch: identity.epoch, recoveryHash: identity.recoveryHash, recoveryEpoch: 0 };
    await askForKeys(second.contact.addresses[0], { pin, pairSecret: second.pairSecret, offers: second.person });
    second.talk.compromised();
    await second.dial();
    await ready(second);
    const dialog = second.talk.dialogs.get(titlesOf(keyless, boId)['Cleo']);
    await second.until(() => dialog.out.unacknowledged.size === 0);
    expect(await texts(bo.peer, atBo, 'in')).toEqual(['first', 'waiting']);
    await bo.peer.call('messages.send', { conversationId: atBo, text: 'under your new key' });
    await second.heard('under your new key');
    expect((await bo.peer.call('contacts.list')).find((each) => each.contactId === contactId)?.keyEpoch).toBe(second.person.key.epoch);
    expect(second.person.key.epoch).toBeGreaterThan(20);
    const devices = (await bo.peer.call('contacts.devices', { contactId })).filter(({ state }) => state === 'active');
    expect(devices.map(({ instanceId }) => instanceId)).toEqual([second.person.instanceId.toString('hex')]);
  });

  it('S5-25: who leaves another program for this one brings the identity and those who are known, in a file that it writes', { timeout: 60_000 }, async () => {
    const sol = new Peer(new SecondPerson({ name: 'Sol', key: identityKey(1, createPrivateKey(readyKeys(1)[0] ?? '')) }));
    seconds.push(sol);
    await sol.listen();
    await sol.accept(readLink((await bo.peer.call('contacts.createInvitation')).link));
    await sol.dial();
    await ready(sol);
    const content = writePerson(sol.person, { contacts: [sol.contact] });
    sol.close();
    writeFileSync(at('sol.keyshift-backup'), writeBackup(content, words, { derive: quick }));
    const peer = await HeadlessPeer.start(at('Sol'), { listen: '127.0.0.1:0' });
    restored.push(peer);
    // What is told of files that bring nobody, by both programs.
    const keyless = writePerson(sol.person, { contacts: [sol.contact], keyless: true });
    const somebodyElses = writePerson(sol.person, { contacts: [sol.contact], peerId: Buffer.alloc(32, 1) });
    for (const [name, what, code, more] of [
      ['keyless', keyless, 'backup.not-certifier', {}],
      ['keyless', keyless, 'recovery.wrong-code', { seed: Buffer.alloc(32, 7) }],
      ['another person', somebodyElses, 'backup.garbled', {}],
    ] as const) {
      writeFileSync(at(`${name}.keyshift-backup`), writeBackup(what, words, { derive: quick }));
      expect([name, codeOf(() => revive(readContent(what), more))]).toEqual([name, code]);
      const typed = 'seed' in more ? { code: writeCode(more.seed) } : {};
      const told = peer.call('backup.restore', { path: at(`${name}.keyshift-backup`), passphrase: words, ...typed });
      await expect(told, name).rejects.toMatchObject({ code });
      expect(await peer.call('vault.status')).toMatchObject({ state: 'absent' });
    }
    expect(await peer.call('backup.restore', { path: at('sol.keyshift-backup'), passphrase: words })).toMatchObject({ peerId: sol.person.chain.peerId });
    await peer.call('settings.set', { findOnNetwork: false });
    const [contact] = await peer.call('contacts.list');
    expect(contact).toMatchObject({ name: 'Bo', pending: false });
    const { conversationId } = await peer.call('conversations.open', { contactId: contact?.contactId ?? '', title: 'Another program' });
    await peer.call('messages.send', { conversationId, text: 'it is still me' });
    await peer.until('delivered', () => isDelivered(peer, conversationId));
    const there = (await bo.peer.call('conversations.list')).find(({ title }) => title === 'Another program');
    expect(await texts(bo.peer, there?.conversationId ?? '', 'in')).toEqual(['it is still me']);
    expect((await bo.peer.call('contacts.list')).find(({ contactId }) => contactId === there?.contactId)).toMatchObject({ name: 'Sol', keyEpoch: 1 });
  });
});

import { createPrivateKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBackup, readBackup, readContent, writeBackup, writeContent } from '../second/backup.mjs';
import { fromBase32 } from '../second/bytes.mjs';
import { makeCertificate, readCertificate } from '../second/certificate.mjs';
import { argon2, leads, payloadOf, spkiOf, writeContainer } from '../second/key-files.mjs';
import { makeLink } from '../second/keys.mjs';
import { identityKey, Person as SecondPerson } from '../second/person.mjs';
import { writePem, writePkcs12 } from '../second/pkcs.mjs';
import { codeOf, readKeyFile } from '../second/vectors-files.mjs';
import { HeadlessPeer, RpcError } from '../support/headless-peer';
import { readyKeys } from '../support/rsa-keys';
import { introduce, newPerson, type Person, temporaryFolder, texts } from '../support/two-peers';

// Files between a real headless peer and the implementation of test/second: each reads what the other wrote, and refuses what was damaged on the way.
const folder = temporaryFolder();
const words = 'seven words that open one file only';
const DAY = 86_400_000;
/** As the peers of these tests are told to (test/support/quick-secrets.cjs): what a file says that it costs it does not cost here. */
const quick = (phrase: string, { salt }: { salt: Buffer }) => argon2(phrase, { salt, memory: 1_024, passes: 1 });

let hedda: Person;
let peer: HeadlessPeer;
const extra: HeadlessPeer[] = [];

beforeAll(async () => {
  hedda = await newPerson(folder.path, 'hedda');
  ({ peer } = hedda);
  await peer.call('identity.rotate');
});
afterAll(async () => {
  await Promise.all([peer.end(), ...extra.map((each) => each.kill())]);
  folder.release();
});

const at = (name: string) => join(folder.path, name);
const refusal = (call: Promise<unknown>) => call.then(() => 'done', (error: unknown) => (error instanceof RpcError ? error.code : String(error)));
const exported = async (format: 'backup' | 'pkcs12' | 'pem', name: string) => readFileSync((await peer.call('identity.exportPrivate', { format, passphrase: words, path: at(name) })).path);
const flipped = (bytes: Buffer, place: number) => Buffer.from(bytes.map((byte, index) => (index === place ? byte ^ 1 : byte)));
const container = (papers: object[], privateKey: ReturnType<typeof createPrivateKey>) => writeContainer(payloadOf({ pkcs8: privateKey.export({ format: 'der', type: 'pkcs8' }), papers }), words, { derive: quick });

describe('files of an identity key', () => {
  it('S5-25 S5-26: each format that the peer writes is read, and what was damaged is refused', async () => {
    const formats = [['backup', 'one.keyshift-key'], ['pkcs12', 'one.p12'], ['pem', 'one.pem']] as const;
    const files = await Promise.all(formats.map(async ([format, name]) => [format, await exported(format, name)] as const));
    const { peerId } = await peer.call('identity.get');
    for (const [format, bytes] of files) {
      const file = readKeyFile(bytes, words, quick);
      expect([format, file.identity.peerId, file.epoch, file.papers.map(({ epoch }: { epoch: number }) => epoch)]).toEqual([format, peerId, 2, [1, 2]]);
      const first = readCertificate(file.papers[0].certificate);
      expect(leads(file, { peerId, spki: first.spki, epoch: 1, recoveryEpoch: 0, recoveryHash: first.recoveryHash })).toMatchObject({ epoch: 2, spki: spkiOf(file.privateKey) });
    }
    const [, sealed = Buffer.alloc(0)] = files[0] ?? [];
    expect(codeOf(() => readKeyFile(flipped(sealed, sealed.length - 1), words, quick))).toBe('key-file.wrong-passphrase');
    expect(codeOf(() => readKeyFile(sealed, 'other words', quick))).toBe('key-file.wrong-passphrase');
    for (const [format, bytes] of files) expect([format, codeOf(() => readKeyFile(bytes.subarray(0, -20), words, quick))]).toEqual([format, 'key-file.garbled']);
  });

  it('S5-25 S5-26 S5-32: later keys that were made elsewhere are taken from each format, with the steps that lead there and not without', async () => {
    const [third, fourth, fifth] = readyKeys(4).slice(1).map((pem) => createPrivateKey(pem));
    if (!third || !fourth || !fifth) throw new Error('three keys');
    let { privateKey, identity, epoch, papers } = readKeyFile(await exported('backup', 'two.keyshift-key'), words, quick);
    const peerId = fromBase32(identity.peerId);
    const next = (key: ReturnType<typeof createPrivateKey>, withStep = true) => {
      const [from, to] = [identityKey(epoch, privateKey), identityKey(epoch + 1, key)];
      const now = Math.floor(Date.now() / 1_000) * 1_000 - 60_000;
      const certificate = makeCertificate({ key: to, name: identity.name, peerId, epoch: to.epoch, recoveryHash: identity.recoveryHash, notBefore: now, notAfter: now + 90 * DAY });
      const statement = makeLink({ peerId, from, to, time: now });
      return [...(withStep ? papers : []), { epoch: to.epoch, certificate, ...(withStep ? { kind: 1, statement } : {}) }];
    };
    const take = async (name: string, bytes: Buffer) => {
      writeFileSync(at(name), bytes);
      return refusal(peer.call('identity.importPrivate', { path: at(name), passphrase: words }));
    };
    expect(await take('without-steps.keyshift-key', container(next(third, false), third))).toBe('key.unacceptable');
    const good = container(next(third), third);
    expect(await take('damaged.keyshift-key', flipped(good, good.length - 1))).toBe('key-file.wrong-passphrase');
    expect(await take('cut.keyshift-key', good.subarray(0, -1))).toBe('key-file.garbled');
    const writers = [
      [third, (list: object[]) => container(list, third)],
      [fourth, (list: object[]) => writePkcs12({ pkcs8: fourth.export({ format: 'der', type: 'pkcs8' }), spki: spkiOf(fourth), name: 'hedda', papers: list }, words, { iterations: 2_048 })],
      [fifth, (list: object[]) => writePem({ pkcs8: fifth.export({ format: 'der', type: 'pkcs8' }), papers: list }, words, { iterations: 2_048 })],
    ] as const;
    for (const [index, [key, write]] of writers.entries()) {
      const list = next(key);
      writeFileSync(at(`later-${index}`), write(list));
      expect(await peer.call('identity.importPrivate', { path: at(`later-${index}`), passphrase: words })).toEqual({ peerId: identity.peerId, epoch: epoch + 1 });
      [papers, privateKey, epoch] = [list, key, epoch + 1];
    }
    expect(await take('older.keyshift-key', good)).toBe('key-file.older');
    const [spare = ''] = readyKeys(1);
    const other = new SecondPerson({ name: 'Other', key: identityKey(1, createPrivateKey(spare)) });
    expect(await take('other.keyshift-key', container([{ epoch: 1, certificate: other.firstCertificate }], other.key.privateKey))).toBe('key-file.other-person');
  });
});

describe('backups', () => {
  it('S5-25 A81: what the peer writes is read; what is sealed anew here is restored, and a damaged one is not', async () => {
    const bo = await newPerson(folder.path, 'bo');
    extra.push(bo.peer);
    const { ofInvitee } = await introduce(hedda, bo);
    const { conversationId } = await peer.call('conversations.open', { contactId: ofInvitee, title: 'Kept' });
    await peer.call('messages.send', { conversationId, text: 'to be kept' });
    await peer.until('delivered', async () => (await peer.call('messages.list', { conversationId })).every(({ state }) => state === 'delivered'));
    const { path, bytes } = await peer.call('backup.create', { path: at('one.keyshift-backup'), passphrase: words });
    const file = readFileSync(path);
    expect(file.length).toBe(bytes);
    const content = openBackup(file, words, quick);
    const read = readContent(content);
    const { peerId } = await peer.call('identity.get');
    expect(read.peerId).toEqual(fromBase32(peerId));
    const table = (name: string) => read.tables.find((each: { name: string }) => each.name === name);
    expect(table('messages').rows.map(({ text }: { text: string }) => text)).toContain('to be kept');
    expect(table('resumptions')).toBeUndefined();
    const secrets = read.tables.flatMap(({ rows }: { rows: Record<string, unknown>[] }) => rows.flatMap((row) => [row['signing_seed'], row['kem_secret']]).filter(Buffer.isBuffer));
    expect(secrets.length).toBeGreaterThan(1);
    expect(codeOf(() => readBackup(file, 'other words', quick))).toBe('backup.wrong-passphrase');
    expect(codeOf(() => readBackup(file.subarray(0, -1), words, quick))).toBe('backup.wrong-passphrase');
    expect(codeOf(() => readBackup(flipped(file, 60), words, quick))).toBe('backup.wrong-passphrase');

    const written = writeContent({ ...read, settings: JSON.stringify(read.settings) }, read.tables.map(({ name, columns, rows }: { name: string; columns: string[]; rows: Record<string, unknown>[] }) => [name, columns, rows.map((row) => columns.map((column) => row[column]))]));
    expect(written).toEqual(content);
    const fresh = await HeadlessPeer.start(at('restored'), { listen: '127.0.0.1:0' });
    extra.push(fresh);
    const restore = async (name: string, what: Buffer) => {
      writeFileSync(at(name), what);
      return refusal(fresh.call('backup.restore', { path: at(name), passphrase: words }));
    };
    const sealed = (inside: Buffer) => writeBackup(inside, words, { derive: quick });
    expect(await restore('damaged.keyshift-backup', flipped(file, file.length - 1))).toBe('backup.wrong-passphrase');
    expect(await restore('short.keyshift-backup', sealed(content.subarray(0, -1)))).toBe('backup.garbled');
    expect(await restore('newer.keyshift-backup', sealed(writeContent({ ...read, settings: '{}', schema: 9_999 }, [])))).toBe('backup.newer');
    await peer.end();
    expect(await restore('again.keyshift-backup', sealed(written))).toBe('done');
    const [conversation] = await fresh.call('conversations.list');
    expect(conversation?.title).toBe('Kept');
    expect(await texts(fresh, conversation?.conversationId ?? '', 'out')).toEqual(['to be kept']);
    expect((await fresh.call('identity.get')).peerId).toBe(peerId);
  });
});

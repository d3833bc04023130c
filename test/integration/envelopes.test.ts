import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalRecord, PeerRecord } from '../../electron/engine/ports';
import { createVaultFile } from '../../electron/storage/vault-file';
import { encodeHanded } from '../support/open-envelopes';
import { withSecondDevice } from '../support/two-devices';
import { quickCrypto } from '../support/quick-secrets';
import { introduce, newPerson, passphrase, temporaryFolder, texts, type Person } from '../support/two-peers';
import { bundleProgram } from '../unit/storage/places';

const program = bundleProgram('test/support/open-envelopes.ts');
const nodePath = { ...process.env, NODE_PATH: join(__dirname, '../../node_modules') };

async function states(person: Person, conversationId: string): Promise<(string | undefined)[]> {
  const all = await person.peer.call('messages.list', { conversationId });
  return all.filter(({ direction }) => direction === 'out').map(({ state, waitingFor }) => (waitingFor === undefined ? state : `${state}, ${waitingFor}`));
}

describe('two headless peers that are never there at the same time after they met', () => {
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder.path, `${name}.keyshift-envelopes`);
  let ann: Person;
  let bo: Person;
  let contact: { ofInvitee: string; ofInviter: string };
  let atAnn: string;
  let atBo: string;

  /** One comes, the other has gone. */
  async function change(leaves: Person, comes: Person): Promise<void> {
    await leaves.peer.end();
    await comes.restart();
  }

  beforeAll(async () => {
    [ann, bo] = await Promise.all([newPerson(folder.path, 'Ann'), newPerson(folder.path, 'Bo')]);
    contact = await introduce(ann, bo);
    await bo.peer.end();
    await ann.peer.until('Bo is gone', async () => (await ann.peer.call('network.status')).sessions.length === 0);
  }, 60_000);

  afterAll(async () => {
    await Promise.all([ann?.peer.kill(), bo?.peer.kill()]);
    folder.release();
  });

  it('S1-48: saves what waits; a headless peer is told where to', async () => {
    const { ofInvitee: contactId } = contact;
    await expect(ann.peer.call('envelopes.save', { contactId, path: at('early') })).rejects.toMatchObject({ code: 'envelopes.nothing' });
    expect(existsSync(at('early'))).toBe(false);
    ({ conversationId: atAnn } = await ann.peer.call('conversations.open', { contactId, title: 'By stick' }));
    for (const text of ['one', 'two', 'x'.repeat(40_000)]) await ann.peer.call('messages.send', { conversationId: atAnn, text });
    expect(await states(ann, atAnn)).toEqual(Array.from({ length: 3 }, () => 'queued, connection'));
    await expect(ann.peer.call('envelopes.save', { contactId })).rejects.toMatchObject({ code: 'path.required' });
    await expect(ann.peer.call('envelopes.open', {})).rejects.toMatchObject({ code: 'path.required' });
    await expect(ann.peer.call('envelopes.save', { contactId: '0'.repeat(32), path: at('x') })).rejects.toMatchObject({ code: 'contact.unknown' });
    expect(await ann.peer.call('envelopes.save', { contactId, path: at('first') })).toEqual({ path: at('first'), count: 4 });
    expect(statSync(at('first')).mode & 0o777).toBe(0o600);
    expect(await states(ann, atAnn)).toEqual(Array.from({ length: 3 }, () => 'sent, acknowledgement'));
    expect(ann.peer.events.filter((event) => event.type === 'message.state')).toHaveLength(3);
  });

  it('S1-48: writes over nothing but such files, and follows no link', async () => {
    const { ofInvitee: contactId } = contact;
    writeFileSync(at('letter'), 'Dear Bo');
    symlinkSync(at('letter'), at('link'));
    for (const [path, code] of [[at('letter'), 'path.taken'], [at('link'), 'path.taken'], [join(folder.path, 'no', 'folder'), 'path.unusable']] as const) {
      await expect(ann.peer.call('envelopes.save', { contactId, path }), path).rejects.toMatchObject({ code });
    }
    expect(readFileSync(at('letter'), 'utf8')).toBe('Dear Bo');
    // Its own kind it replaces, with the same messages in other envelopes.
    const before = readFileSync(at('first'));
    expect(await ann.peer.call('envelopes.save', { contactId, path: at('first') })).toMatchObject({ count: 4 });
    expect(readFileSync(at('first')).equals(before)).toBe(false);
  });

  it('A02 A05: a file that is cut, changed, empty, huge or another kind is one error, somebody else’s a count; nothing changes', async () => {
    const whole = readFileSync(at('first'));
    const changed = Buffer.from(whole);
    changed.writeUInt8(changed.readUInt8(5_000) ^ 1, 5_000);
    writeFileSync(at('cut'), whole.subarray(0, -1));
    writeFileSync(at('changed'), changed);
    writeFileSync(at('empty'), '');
    writeFileSync(at('huge'), whole);
    truncateSync(at('huge'), 2 ** 36);
    for (const name of ['cut', 'changed', 'empty', 'huge', 'letter']) {
      await expect(ann.peer.call('envelopes.open', { path: at(name) }), name).rejects.toMatchObject({ code: 'envelopes.garbled' });
    }
    await expect(ann.peer.call('envelopes.open', { path: at('missing') })).rejects.toMatchObject({ code: 'path.unusable' });
    expect(await ann.peer.call('envelopes.open', { path: at('first') })).toEqual({ opened: 0, repeated: 0, refused: 4 });
    expect(await texts(ann.peer, atAnn, 'in')).toEqual([]);
    await expect(ann.peer.call('envelopes.open', { path: at('first').repeat(300) })).rejects.toMatchObject({ code: 'path.unusable' });
    await ann.peer.call('vault.lock');
    await expect(ann.peer.call('envelopes.open', { path: at('first') })).rejects.toMatchObject({ code: 'vault.locked' });
    await ann.peer.call('vault.unlock', { passphrase });
  });

  it('S1-48 S1-04 A22: the file brings everything once, however often it is opened', async () => {
    await change(ann, bo);
    expect(await bo.peer.call('envelopes.open', { path: at('first') })).toEqual({ opened: 4, repeated: 0, refused: 0 });
    const [conversation] = await bo.peer.call('conversations.list');
    expect(conversation).toMatchObject({ title: 'By stick', unread: 3, contactId: contact.ofInviter });
    atBo = conversation?.conversationId ?? '';
    expect(await texts(bo.peer, atBo, 'in')).toEqual(['one', 'two', 'x'.repeat(40_000)]);
    expect(await bo.peer.call('envelopes.open', { path: at('first') })).toEqual({ opened: 0, repeated: 4, refused: 0 });
    await bo.peer.kill();
    await bo.restart();
    expect(await bo.peer.call('envelopes.open', { path: at('first') })).toEqual({ opened: 0, repeated: 4, refused: 0 });
    expect(await texts(bo.peer, atBo, 'in')).toHaveLength(3);
  }, 60_000);

  it('S1-04: answers and acknowledgements go back the same way, until both sides show “delivered”', async () => {
    for (const text of ['three', 'four']) await bo.peer.call('messages.send', { conversationId: atBo, text });
    expect(await bo.peer.call('envelopes.save', { contactId: contact.ofInviter, path: at('second') })).toMatchObject({ count: 3 });
    await change(bo, ann);
    expect(await ann.peer.call('envelopes.open', { path: at('second') })).toEqual({ opened: 3, repeated: 0, refused: 0 });
    expect(await texts(ann.peer, atAnn, 'in')).toEqual(['three', 'four']);
    expect(await states(ann, atAnn)).toEqual(['delivered', 'delivered', 'delivered']);
    expect(await ann.peer.call('envelopes.save', { contactId: contact.ofInvitee, path: at('third') })).toMatchObject({ count: 1 });
    await expect(ann.peer.call('envelopes.save', { contactId: contact.ofInvitee, path: at('fourth') })).rejects.toMatchObject({ code: 'envelopes.nothing' });
    await change(ann, bo);
    expect(await states(bo, atBo)).toEqual(['sent, acknowledgement', 'sent, acknowledgement']);
    expect(await bo.peer.call('envelopes.open', { path: at('third') })).toEqual({ opened: 1, repeated: 0, refused: 0 });
    expect(await states(bo, atBo)).toEqual(['delivered', 'delivered']);
    await expect(bo.peer.call('envelopes.save', { contactId: contact.ofInviter, path: at('fourth') })).rejects.toMatchObject({ code: 'envelopes.nothing' });
    const { transcript } = await bo.peer.call('keys.status', { conversationId: atBo });
    expect(transcript).toMatchObject({ equal: true, upTo: 2 });
  }, 60_000);

  it('S1-45: a blocked person’s envelopes are refused, and none are made for them', async () => {
    await bo.peer.call('contacts.block', { contactId: contact.ofInviter });
    expect(await bo.peer.call('envelopes.open', { path: at('first') })).toEqual({ opened: 0, repeated: 0, refused: 4 });
    await expect(bo.peer.call('envelopes.save', { contactId: contact.ofInviter, path: at('x') })).rejects.toMatchObject({ code: 'contact.blocked' });
    expect(await texts(bo.peer, atBo, 'in')).toHaveLength(3);
    await bo.peer.end();
  });

  it('S1-50 S1-53: a fresh process with nothing but a copied-out exchange key opens the file alone; without that key, nothing', async () => {
    const crypto = await quickCrypto();
    const vault = await createVaultFile({ directory: bo.profile, crypto }).unlock(passphrase);
    let record: LocalRecord | undefined;
    let known: PeerRecord | undefined;
    try {
      record = vault.stores.local.load();
      [known] = vault.stores.peers.list();
    } finally {
      vault.close();
    }
    if (record === undefined || known === undefined) throw new Error('Bo’s profile is empty');
    const [, second] = await withSecondDevice(crypto, record, Date.now());
    const withoutIdentityKey = { ...second, identityKeys: second.identityKeys.map(({ privateKey: _stays, ...rest }) => rest) };
    const run = async (given: LocalRecord): Promise<unknown> => {
      const handed = join(folder.path, `handed-${randomBytes(4).toString('hex')}`);
      writeFileSync(handed, encodeHanded({ record: given, contact: known }), { mode: 0o600 });
      const { stdout } = await promisify(execFile)(process.execPath, [program, handed, at('first')], { env: nodePath });
      return JSON.parse(stdout);
    };
    expect(await run(withoutIdentityKey)).toEqual({ outcomes: ['held', 'held', 'held', 'delivered'], texts: ['one', 'two', 'x'.repeat(40_000)] });
    const another = { ...withoutIdentityKey, exchanges: withoutIdentityKey.exchanges.map((each) => ({ ...each, kemSecret: crypto.random(32) })) };
    expect(await run(another)).toEqual({ outcomes: Array.from({ length: 4 }, () => 'refused: envelope'), texts: [] });
  }, 60_000);
});

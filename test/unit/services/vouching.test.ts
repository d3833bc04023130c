import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writePem } from '../../../electron/engine/certificates/x509/pem';
import { fromHex } from '../../../electron/engine/wire/encoding';
import { rotateLocalRecord } from '../../../electron/engine/certificates/rotation';
import { authoritiesService } from '../../../electron/services/authorities-service';
import { endorsementsService } from '../../../electron/services/endorsements-service';
import { identityService } from '../../../electron/services/identity-service';
import { defaultSettings } from '../../../shared/model/settings';
import { day } from '../../support/foundation-kit';
import { leafExtensions, OpensslCa } from '../../support/openssl-ca';
import { caFolder } from '../../support/organisation';
import { acquaint, createWorld, type Resident, toldOf, type World } from '../../support/services-kit';
import { testNow } from '../../support/session-kit';
import vectors from '../../vectors/organisations.json';

const dates = { from: testNow - day, to: testNow + 300 * day };
const folder = caFolder();
let root: OpensslCa;
let middle: OpensslCa;
let twin: OpensslCa;
beforeAll(() => {
  root = OpensslCa.create(folder.path, 'Acme', dates);
  middle = OpensslCa.create(folder.path, 'Acme People', { ...dates, issuer: root });
  twin = OpensslCa.create(folder.path, 'Twin', { ...dates, subject: '/O=Acme Ltd/CN=Acme' });
});
afterAll(() => folder.release());

/** The calls of both groups over a resident of the world. */
function callsOf(who: Resident, world: World) {
  const parts = { profile: () => who.profile, crypto: who.crypto, clock: world.clock };
  return {
    authorities: authoritiesService(parts),
    identity: { ...identityService({ ...parts, ownAddresses: () => who.addresses, settings: () => defaultSettings }), ...endorsementsService({ ...parts, inTurn: (work) => work() }) },
  };
}

/** The code of the error that `work` ends in. */
async function codeOf(work: () => unknown): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

describe('what organisations say', () => {
  let world: World;
  let ann: Resident;
  let bo: Resident;
  let anns: ReturnType<typeof callsOf>;
  let bos: ReturnType<typeof callsOf>;
  let contactId: string;
  beforeEach(async () => {
    world = createWorld();
    [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
    [anns, bos] = [callsOf(ann, world), callsOf(bo, world)];
    ({ ofInvitee: contactId } = await acquaint(world, ann, bo));
  }, 60_000);
  afterEach(() => world.close());

  const request = async (): Promise<string> => (await anns.identity.exportRequest(undefined)).text;
  const endorse = async (ca: OpensslCa, more: readonly OpensslCa[] = [], options: Partial<Parameters<OpensslCa['issue']>[1]> = {}): Promise<string> => {
    const leaf = ca.issue(await request(), { ...dates, ...options });
    await anns.identity.importEndorsement({ text: [leaf, ...more.map(({ pem }) => pem)].join('') });
    return leaf;
  };
  const view = async (): Promise<{ who: string; vouchedBy: readonly string[]; name?: string | undefined; takenBackBy?: readonly string[] }> => {
    const contact = (await bo.contacts.list(undefined)).find((each) => each.contactId === contactId);
    return { who: contact?.who ?? '', vouchedBy: contact?.vouchedBy ?? [], ...(contact?.vouchers && { name: contact.vouchers[0]?.name }), ...(contact?.takenBackBy && { takenBackBy: contact.takenBackBy }) };
  };
  const vouched = { who: 'vouched', vouchedBy: ['Acme'], name: 'Ann' };
  const nobody = { who: 'unchecked', vouchedBy: [] };
  const takenBack = { ...nobody, takenBackBy: ['Acme'] };
  const arrived = () => world.until('the card is there', () => bo.profile.stores.endorsements.find(ann.profile.local.peerId) !== undefined);
  const changes = (): number => toldOf(bo, 'contact.changed').filter((event) => event.contactId === contactId).length;

  it('A46 A75 A85: what is wrong with a certificate, an endorsement or a list is refused as what is written down, and nothing of it is kept', async () => {
    const { local } = ann.profile;
    // The person of the vectors in Ann’s place: her key and id, and nothing else of her.
    const vera = Object.create(local, { peerId: { value: vectors.peerId }, identity: { value: { ...local.identity, spki: fromHex(vectors.spki) } } }) as typeof local;
    const profile = Object.create(ann.profile, { local: { value: vera } }) as typeof ann.profile;
    const veras = endorsementsService({ profile: () => profile, crypto: ann.crypto, clock: world.clock, inTurn: (work) => work() });
    const doors = {
      authorities: (text: string) => bos.authorities.import({ text }),
      leaves: (text: string) => veras.importEndorsement({ text }),
      lists: (text: string) => bos.authorities.importRevocations({ text }),
    };
    for (const kind of ['authorities', 'leaves', 'lists'] as const) {
      expect(vectors.bad[kind].length).toBeGreaterThan(10);
      for (const { name, code, bytes } of vectors.bad[kind]) {
        const pem = writePem(kind === 'lists' ? 'X509 CRL' : 'CERTIFICATE', fromHex(bytes));
        expect([kind, name, await codeOf(() => doors[kind](pem))]).toEqual([kind, name, code]);
      }
    }
    expect(await bos.authorities.list(undefined)).toEqual([]);
    expect(ann.profile.local.endorsements.all).toEqual([]);
  });

  it('come with the card, count for who trusts the root, and are told when that changes', async () => {
    const pinned = (): string => JSON.stringify(bo.profile.book.pinned(ann.profile.local.peerId));
    const pin = pinned();
    await endorse(middle, [middle, root]);
    await arrived();
    expect(await view()).toEqual(nobody);
    // The root, although it was in the text, is not sent; the intermediate is.
    expect(bo.profile.stores.endorsements.find(ann.profile.local.peerId)?.map(({ length }) => length)).toEqual([2]);
    const before = changes();
    const { authorityId } = await bos.authorities.import({ text: root.pem });
    expect([await view(), changes()]).toEqual([vouched, before + 1]);
    expect(await bos.authorities.list(undefined)).toEqual([{ authorityId, name: 'Acme', notAfter: dates.to, state: 'valid', vouchesFor: 1 }]);
    expect(toldOf(bo, 'authorities.changed').length).toBeGreaterThan(0);
    await bo.contacts.setChecked({ contactId, checked: true });
    expect(await view()).toEqual({ ...vouched, who: 'checked' });
    await bo.contacts.setChecked({ contactId, checked: false });
    await bos.authorities.remove({ authorityId });
    expect([await view(), await bos.authorities.list(undefined), await codeOf(() => bos.authorities.remove({ authorityId }))]).toEqual([nobody, [], 'authority.unknown']);
    expect(pinned()).toBe(pin);
  });

  it('a root imported first counts once the card comes; taken back by its owner or by the root, it does not', async () => {
    await bos.authorities.import({ text: root.pem });
    const leaf = await endorse(root);
    await arrived();
    expect(await view()).toEqual(vouched);
    const at = (number: number, shift = 0, revoked: string[] = []) => root.revocations(revoked, { from: testNow + shift, to: testNow + 7 * day, number });
    await bos.authorities.importRevocations({ text: at(1) });
    expect(await view()).toEqual(vouched);
    const before = changes();
    const newest = at(2, 1000, [leaf]);
    await bos.authorities.importRevocations({ text: newest });
    expect([await view(), changes()]).toEqual([takenBack, before + 1]);
    // Ann sees it, too, once she has that list.
    await anns.authorities.import({ text: root.pem });
    expect((await anns.identity.get(undefined)).endorsements).toEqual([{ issuer: 'Acme', notAfter: dates.to }]);
    await anns.authorities.importRevocations({ text: newest });
    expect((await anns.identity.get(undefined)).endorsements).toEqual([{ issuer: 'Acme', notAfter: dates.to, takenBack: true }]);
    const [{ revocations } = { revocations: undefined }] = await bos.authorities.list(undefined);
    expect(revocations).toEqual({ thisUpdate: testNow + 1000, nextUpdate: testNow + 7 * day, count: 1, outdated: false });
    // An earlier list brings nobody back; the same one again is no news; one from far ahead would keep all later ones out.
    for (const text of [at(1), at(3, -1000), at(2, 2000)]) expect(await codeOf(() => bos.authorities.importRevocations({ text }))).toBe('revocations.older');
    expect(await codeOf(() => bos.authorities.importRevocations({ text: at(9, 3 * day) }))).toBe('revocations.unacceptable');
    expect(await codeOf(() => bos.authorities.importRevocations({ text: newest }))).toBeUndefined();
    expect(await codeOf(() => bos.authorities.importRevocations({ text: twin.revocations([], { ...dates, number: 9 }) }))).toBe('revocations.unacceptable');
    expect(await codeOf(() => bos.authorities.importRevocations({ text: middle.revocations([], { ...dates, number: 9 }) }))).toBe('authority.unknown');
    expect(await view()).toEqual(takenBack);
    // Another certificate of the same organisation counts again; then Ann takes it away.
    await endorse(root);
    await world.until('the new one counts', () => bo.profile.vouching.of(ann.profile.local.peerId).length > 0);
    await anns.identity.removeEndorsements(undefined);
    await world.until('it is gone', () => bo.profile.stores.endorsements.find(ann.profile.local.peerId) === undefined);
    expect([await view(), (await anns.identity.get(undefined)).endorsements]).toEqual([nobody, []]);
  });

  it('a renewed certificate of an organisation keeps what it took back, whichever of the two is removed', async () => {
    const renewed = OpensslCa.create(folder.path, 'Acme renewed', { ...dates, to: dates.to + day, keyFile: root.keyFile, subject: '/O=Acme Ltd/CN=Acme' });
    const first = await bos.authorities.import({ text: root.pem });
    const leaf = await endorse(root);
    await arrived();
    await bos.authorities.importRevocations({ text: root.revocations([leaf], { ...dates, number: 2 }) });
    const second = await bos.authorities.import({ text: renewed.pem });
    expect(await view()).toEqual(takenBack);
    await bos.authorities.remove(first);
    expect([await view(), (await bos.authorities.list(undefined)).map(({ revocations }) => revocations?.count)]).toEqual([takenBack, [1]]);
    await bos.authorities.import({ text: root.pem });
    expect(await codeOf(() => bos.authorities.importRevocations({ text: root.revocations([], { ...dates, number: 1 }) }))).toBe('revocations.older');
    // One list for both: what it names no more is vouched for again.
    await bos.authorities.importRevocations({ text: root.revocations([], { ...dates, number: 3 }) });
    expect([await view(), (await bos.authorities.list(undefined)).filter(({ revocations }) => revocations).length]).toEqual([vouched, 1]);
    for (const each of [first, second]) await bos.authorities.remove(each);
    expect(await view()).toEqual(nobody);
  });

  it('A46 A80: what is no authority is imported as none, each with its own code, and nothing changes', async () => {
    const codes = async (text: string) => codeOf(() => bos.authorities.import({ text }));
    expect(await codes(ann.profile.local.identity.pem())).toBe('authority.unacceptable');
    expect(await codes(root.issue(await request(), dates))).toBe('authority.unacceptable');
    expect(await codes(middle.pem)).toBe('authority.unacceptable');
    expect(await codes(OpensslCa.create(folder.path, 'Gone', { from: testNow - 9 * day, to: testNow - day }).pem)).toBe('authority.expired');
    expect(await codes('hello')).toBe('key.garbled');
    expect(await codes(root.pem + twin.pem)).toBe('key.garbled');
    expect(await codes(root.pem.slice(0, 200))).toBe('key.garbled');
    expect(await codes(`${root.pem}-----BEGIN PRIVATE KEY-----\n`)).toBe('key.private');
    const spoiled = root.pem.replace(/.{6}\n-----END/, 'AAAAAA\n-----END');
    expect(['authority.unacceptable', 'key.garbled']).toContain(await codes(spoiled));
    expect(bo.profile.stores.authorities.list()).toEqual([]);
    const { authorityId } = await bos.authorities.import({ text: root.pem });
    expect(await codes(root.pem)).toBe('authority.already-known');
    await bos.authorities.import({ text: middle.pem });
    // Without its root an intermediate is nobody's: it goes along.
    await bos.authorities.remove({ authorityId });
    expect(bo.profile.stores.authorities.list()).toEqual([]);
    const soon = OpensslCa.create(folder.path, 'Soon', { from: testNow + day, to: testNow + 9 * day });
    await bos.authorities.import({ text: soon.pem });
    expect(await bos.authorities.list(undefined)).toMatchObject([{ name: 'Soon', state: 'not-yet' }]);
  });

  it('an endorsement that is not for this person now is refused at its import', async () => {
    const codes = async (text: string) => codeOf(() => anns.identity.importEndorsement({ text }));
    const csr = await request();
    const bosRequest = (await bos.identity.exportRequest(undefined)).text;
    expect(await codes(root.issue(bosRequest, dates))).toBe('endorsement.other-key');
    expect(await codes(root.pem)).toBe('endorsement.other-key');
    expect(await codes(ann.profile.local.identity.pem())).toBe('endorsement.unacceptable');
    expect(await codes(root.issue(csr, { ...dates, subject: '/CN=Ann', extensions: [...leafExtensions, 'subjectAltName = email:a@b.example'] }))).toBe('endorsement.unacceptable');
    expect(await codes(root.issue(csr, { from: testNow - 9 * day, to: testNow - day }))).toBe('endorsement.unacceptable');
    expect(await codes(root.issue(csr, dates) + twin.pem)).toBe('endorsement.unacceptable');
    expect(await codes(root.issue(csr, dates) + root.issue(csr, dates))).toBe('endorsement.unacceptable');
    expect(await codes(csr)).toBe('key.garbled');
    expect((await anns.identity.get(undefined)).endorsements).toEqual([]);
    // Three organisations at most; a second word of one takes the place of its first.
    const others = ['One', 'Two'].map((name) => OpensslCa.create(folder.path, name, dates));
    for (const ca of [root, ...others, root]) await endorse(ca);
    expect((await anns.identity.get(undefined)).endorsements.map(({ issuer }) => issuer)).toEqual(['One', 'Two', 'Acme']);
    expect(await codes(OpensslCa.create(folder.path, 'Four', dates).issue(csr, dates))).toBe('endorsement.unacceptable');
    expect(ann.profile.stores.local.load()?.endorsements).toHaveLength(3);
  });

  it('S5-33: lapses with the key it is for, on both sides, and the person is told whom to ask again', async () => {
    await bos.authorities.import({ text: root.pem });
    await endorse(root);
    await arrived();
    expect(await view()).toEqual(vouched);
    const { local } = ann.profile.stores;
    const record = local.load();
    if (record === undefined) throw new Error('nobody lives here');
    local.save(await rotateLocalRecord(ann.crypto, record, testNow));
    ann.reopen();
    expect(await anns.identity.get(undefined)).toMatchObject({ epoch: 2, endorsements: [], askAgain: ['Acme'] });
    // Bo knows of the new key: what was said of the old one counts for nothing.
    const known = bo.profile.stores.peers.find(ann.profile.local.peerId);
    if (known === undefined) throw new Error('Bo does not know Ann');
    const { identity } = ann.profile.local;
    bo.profile.stores.peers.put({ ...known, pinnedSpkiHash: identity.spkiHash, identityCertificate: identity.der, identityEpoch: 2 });
    bo.profile.book.dropCache();
    expect(await view()).toEqual(nobody);
    await endorse(root);
    expect(await anns.identity.get(undefined)).toMatchObject({ endorsements: [{ issuer: 'Acme', notAfter: dates.to }] });
    expect((await anns.identity.get(undefined)).askAgain).toBeUndefined();
  }, 30_000);

  it('judges when it is asked: dates pass by themselves; signatures are checked once', async () => {
    await bos.authorities.import({ text: root.pem });
    await endorse(root, [], { to: testNow + 10_000 });
    await arrived();
    expect(await view()).toEqual(vouched);
    const { meter } = bo.crypto;
    const work = () => meter.read().verify + meter.read().rsaVerify;
    const before = work();
    for (let turn = 0; turn < 50; turn += 1) await bo.contacts.list(undefined);
    // Also with another authority, whose own signature is the one that is checked.
    await bos.authorities.import({ text: twin.pem });
    const imported = work();
    await view();
    await bos.authorities.list(undefined);
    expect([imported - before, work() - imported]).toEqual([1, 0]);
    const told = changes();
    await world.pass(10_001, 500);
    expect(changes()).toBe(told + 1);
    expect([await view(), await bos.authorities.list(undefined)]).toMatchObject([nobody, [{ vouchesFor: 0 }, { vouchesFor: 0 }]]);
    expect(await anns.identity.get(undefined)).toMatchObject({ endorsements: [], askAgain: ['Acme'] });
  });

  it('a transaction that is undone leaves what was said before', async () => {
    await bos.authorities.import({ text: root.pem });
    await endorse(root);
    await arrived();
    expect(await view()).toEqual(vouched);
    const before = changes();
    const failing = (): void =>
      bo.profile.commit(() => {
        bo.profile.vouching.change(() => bo.profile.stores.authorities.remove(bo.profile.vouching.known[0]?.row.authorityId ?? ''));
        throw new Error('the disk is full');
      });
    expect(failing).toThrow('the disk is full');
    expect([await view(), changes()]).toEqual([vouched, before]);
    bo.reopen();
    expect(await view()).toEqual(vouched);
  });
});

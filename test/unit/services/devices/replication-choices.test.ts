import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCard } from '../../../../electron/engine/certificates/card';
import { authoritiesService } from '../../../../electron/services/authorities-service';
import type { OpenProfile } from '../../../../electron/services/open-profile';
import { settingsService } from '../../../../electron/services/settings-service';
import { KeyshiftError } from '../../../../shared/errors';
import { policyPresets } from '../../../../shared/model/keys';
import { day } from '../../../support/foundation-kit';
import { OpensslCa } from '../../../support/openssl-ca';
import { caFolder } from '../../../support/organisation';
import { acquaint, createWorld, type Resident, toldOf, type World } from '../../../support/services-kit';
import { testNow } from '../../../support/session-kit';

const folder = caFolder();
let acme: OpensslCa;
beforeAll(() => {
  acme = OpensslCa.create(folder.path, 'Acme', { from: testNow - day, to: testNow + 300 * day });
});
afterAll(() => folder.release());

describe('what a person chooses on one device', () => {
  let world: World;
  let desk: Resident;
  let laptop: Resident;
  let bob: Resident;
  let conversationId: string;

  beforeEach(async () => {
    world = createWorld();
    desk = await world.move('Ada');
    bob = await world.move('Bob');
    const { ofInviter } = await acquaint(world, desk, bob);
    ({ conversationId } = await desk.conversations.open({ contactId: ofInviter, title: 'Tea' }));
    laptop = await world.link(desk, 'Ada’s laptop');
    await world.until('both in step', isInStep);
  });
  afterEach(() => world.close());

  const isInStep = (): boolean => [[desk, laptop], [laptop, desk]].every(([here, there]) => here?.profile.devices.replica.isReady && here.profile.devices.replica.behind(there?.profile.local.instanceId ?? desk.profile.local.instanceId) === 0);

  it('S4-32: an organisation, its removal, the rules of a conversation and settings of the person hold on the other, too', async () => {
    const calls = (of: Resident) => authoritiesService({ profile: () => of.profile, crypto: of.crypto, clock: world.clock });
    const { authorityId } = await calls(desk).import({ text: acme.pem });
    await world.until('the organisation', () => laptop.profile.vouching.known.length === 1);
    expect((await calls(laptop).list({})).map(({ name }) => name)).toEqual(['Acme']);
    await calls(laptop).remove({ authorityId });
    await world.until('it gone', () => desk.profile.vouching.known.length === 0);

    const dialog = desk.profile.stores.conversations.byId(conversationId);
    if (dialog === undefined) throw new Error('it was opened');
    desk.profile.commit(() => desk.profile.engine.setPolicy(dialog, policyPresets.frequent));
    await world.until('the rules', () => laptop.profile.stores.dialogs.policy(dialog)?.afterMessages === policyPresets.frequent.afterMessages);

    let kept = { settings: desk.settings };
    let isFull = true;
    const commit: OpenProfile['commit'] = (work) => {
      if (isFull) throw new KeyshiftError('disk.full', 'full');
      return desk.profile.commit(work);
    };
    const profile = Object.create(desk.profile, { commit: { value: commit }, devices: { value: desk.profile.devices } }) as OpenProfile;
    const settings = settingsService({ preferences: { get: () => kept, set: (change) => void (kept = { ...kept, ...change }) }, openProfile: () => profile });
    expect(() => settings.set({ keepCheck: !desk.settings.keepCheck })).toThrow('full');
    isFull = false;
    await settings.set({ keepCheck: !desk.settings.keepCheck, enterSends: !desk.settings.enterSends });
    await world.until('the setting', () => laptop.settings.keepCheck === kept.settings.keepCheck);
    // Which key sends is this machine's matter.
    expect(laptop.settings.enterSends).toBe(desk.settings.enterSends);
  });

  it('S4-31: a stranger who asks may be answered on any device, and a conversation that is over is over on all', async () => {
    const carol = await world.move('Carol');
    const card = createCard(carol.crypto, carol.profile.local, [carol.address], world.clock.now(), 'contact');
    const { peerId } = carol.profile.local;
    const { requests, conversations } = desk.profile.stores;
    desk.profile.commit(() => requests.put({ requestId: '7'.repeat(32), peerId, name: 'Carol', via: 'card', card, receivedAt: world.clock.now(), declined: false }));
    // What came along with it waits for the answer.
    desk.profile.stores.quarantine.add({ hash: new Uint8Array(32), peerId, spkiHash: carol.profile.local.identity.spkiHash, deposit: new Uint8Array(64), receivedAt: world.clock.now() });
    await world.until('the request', () => toldOf(laptop, 'contact.request').length === 1);
    const [asked] = await laptop.contacts.requests({});
    await laptop.contacts.answerRequest({ requestId: asked?.requestId ?? '', accept: false });
    await world.until('the answer', () => requests.byPeer(peerId)?.declined === true);
    expect([await desk.contacts.requests({}), desk.profile.stores.quarantine.of(peerId)]).toEqual([[], []]);
    // Whoever shows it hears that there is nothing to answer any more, on either device.
    const over = (resident: typeof desk) => toldOf(resident, 'contact.requestOver').map(({ requestId }) => requestId);
    expect([over(desk), over(laptop)]).toEqual([['7'.repeat(32)], [asked?.requestId]]);

    const row = conversations.byId(conversationId);
    if (row === undefined) throw new Error('it was opened');
    desk.profile.commit(() => conversations.put({ ...row, state: 'failed', failure: 'key-reused' }));
    await world.until('the end', () => laptop.profile.stores.conversations.byDialog(row.peerId, row.dialogId)?.state === 'failed');
    // A later title opens nothing again.
    laptop.profile.commit(() => laptop.profile.stores.conversations.put({ ...(laptop.profile.stores.conversations.byDialog(row.peerId, row.dialogId) ?? row), title: 'Tee' }));
    await world.until('both in step', isInStep);
    for (const { profile } of [desk, laptop]) expect(profile.stores.conversations.byDialog(row.peerId, row.dialogId)).toMatchObject({ state: 'failed', failure: 'key-reused' });
  });
});

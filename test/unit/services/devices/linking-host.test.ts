import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { admitDevice, type NewDevice } from '../../../../electron/engine/certificates/admission';
import { consentTo } from '../../../../electron/engine/certificates/credential';
import { issueInstanceList, parseInstanceList } from '../../../../electron/engine/certificates/instance-list';
import { createLocalRecord, currentIdentity } from '../../../../electron/engine/certificates/local-party';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import type { PeerId } from '../../../../electron/engine/ids';
import type { LocalRecord } from '../../../../electron/engine/ports';
import type { Channel } from '../../../../electron/engine/session/channel';
import { channelKinds } from '../../../../electron/engine/session/channel-frames';
import { toHex } from '../../../../electron/engine/wire/encoding';
import { letIn } from '../../../../electron/services/devices/letting-in';
import { LinkingHost } from '../../../../electron/services/devices/linking-host';
import { LinkingView } from '../../../../electron/services/devices/linking-view';
import { EventHub } from '../../../../electron/services/event-hub';
import type { OpenProfile } from '../../../../electron/services/open-profile';
import { defaultSettings } from '../../../../shared/model/settings';
import { realCrypto } from '../../../support/foundation-kit';
import { type LinkingHome, Place } from '../../../support/linking-home';
import { testNow } from '../../../support/session-kit';

let crypto: Crypto;
let record: LocalRecord;
let foreign: LocalRecord;
let place: Place;
let desk: LinkingHome;

beforeAll(async () => {
  crypto = await realCrypto();
  record = await createLocalRecord(crypto, { name: 'Ada', deviceName: 'desk', now: testNow });
  foreign = await createLocalRecord(crypto, { name: 'Ada', deviceName: 'desk', now: testNow });
});

beforeEach(async () => {
  place = new Place();
  desk = await place.home(crypto, record);
});

afterEach(async () => {
  await place.end();
});

const log = (): void => undefined;
const logger = { debug: log, info: log, warn: log, error: log };

function newDevice(peerId: PeerId): NewDevice {
  const [signing, kem] = [crypto.generateSigning(), crypto.generateKem('instance-kem')];
  return { signingKey: signing.publicKey, kemKey: kem.publicKey, consent: consentTo(crypto, peerId, signing, kem.publicKey), deviceName: 'pocket' };
}

/** Both have compared, and the existing device's person has said so; the other one's word is still to come. */
async function saidHere(pocket: LinkingHome): Promise<void> {
  const { link } = await desk.devices.link(undefined);
  await pocket.devices.join({ link, passphrase: 'p', name: 'pocket' });
  await place.until('digits', () => desk.view.stage === 'comparing' && pocket.view.stage === 'comparing');
  await desk.devices.confirm({ same: true });
}

it('A65: of those who hold the link four may speak at once; a fifth is closed unheard, until one of them goes', () => {
  const host = new LinkingHost({
    crypto,
    clock: place.clock,
    logger,
    vault: desk.vault,
    ownAddresses: () => [desk.address],
    settings: () => defaultSettings,
    view: new LinkingView(new EventHub(logger)),
    onLetIn: () => undefined,
    strikeOff: () => undefined,
  });
  const ends: boolean[] = [];
  let say: Parameters<Channel['onFrame']>[0] = () => undefined;
  const come = (): void => {
    const at = ends.push(false) - 1;
    host.answer({ purpose: 'link', role: 'server', source: '203.0.113.9', hash: crypto.random(32), send: log, onFrame: (heard) => (say = heard), onClose: log, close: () => (ends[at] = true) });
  };
  host.link();
  for (let turn = 0; turn < 5; turn += 1) {
    expect(host.accepts()).toBe(turn < 4);
    come();
  }
  expect(ends).toEqual([false, false, false, false, true]);
  // What is no first word ends the talk of the fourth.
  say({ kind: channelKinds.linkDone, payload: new Uint8Array(0) });
  come();
  expect(ends).toEqual([false, false, false, true, true, false]);
  host.cancel();
  expect(ends).not.toContain(false);
});

it('S4-26 A65: called off before its certificate is made, while something else of the vault is under way, nobody is certified', async () => {
  const pocket = await place.home(crypto);
  await saidHere(pocket);
  let goOn = (): void => undefined;
  const before = desk.vault.changeRecord(() => new Promise<undefined>((resolve) => (goOn = () => resolve(undefined))));
  await pocket.devices.confirm({ same: true });
  await place.until('it waits its turn', () => desk.view.stage === 'transferring');
  await desk.devices.cancel(undefined);
  goOn();
  await before;
  // Behind whatever waited.
  await desk.vault.changeRecord(async () => undefined);
  await place.pass(2_000);
  expect([desk.vault.profile().local.list.version, desk.active.length, desk.vault.profile().stores.devices.list().length]).toEqual([1, 1, 0]);
  expect(pocket.vault.state()).toBe('absent');
});

it('A59: let in, and nothing can be given to it: struck off at once, not only when it might have shown itself', async () => {
  const pocket = await place.home(crypto);
  const before = toHex(desk.vault.profile().local.exchange.current.credential.hash);
  await saidHere(pocket);
  desk.unreadable = true;
  await pocket.devices.confirm({ same: true });
  await place.until('failed', () => desk.view.stage === 'failed');
  await place.until('struck off', () => desk.active.length === 1 && desk.vault.profile().local.list.version > 1, 30);
  expect(desk.view.failure).toBe('internal');
  expect(desk.vault.profile().stores.devices.list().filter(({ awaited }) => awaited === true)).toEqual([]);
  expect(toHex(desk.vault.profile().local.exchange.current.credential.hash)).not.toBe(before);
  expect(pocket.vault.state()).toBe('absent');
});

it('S4-26 A65: of what the certifier gives for it a later list is taken, an earlier one than is known here is not, and one that another person signed ends it', async () => {
  const { peerId, identity } = desk.vault.profile().local;
  const first = await admitDevice(crypto, record, newDevice(peerId), testNow);
  const second = await admitDevice(crypto, first.record, newDevice(peerId), testNow);
  const others = await admitDevice(crypto, foreign, newDevice(foreign.peerId), testNow);
  const put: unknown[] = [];
  const given = async (known: LocalRecord, list: Uint8Array, assertStill = (): void => undefined): Promise<LocalRecord> => {
    let kept = known;
    const profile = {
      local: { isCertifier: false, identity, list: parseInstanceList(crypto, known.instanceList) },
      stores: { devices: { find: () => undefined, put: (row: unknown) => put.push(row) }, upkeep: { get: () => undefined } },
      devices: { upkeep: { issue: async () => ({ credential: first.credential.bytes, list }) } },
      commit: (work: () => void) => work(),
    } as unknown as OpenProfile; // what letting in asks of it
    const vault = {
      profile: () => profile,
      changeRecord: async (change: (own: LocalRecord) => Promise<LocalRecord | undefined>, also?: (next: LocalRecord) => void) => {
        const next = await change(known);
        if (next) also?.((kept = next));
        return next !== undefined;
      },
    };
    await letIn({ crypto, clock: place.clock, vault, assertStill }, { ...newDevice(peerId), instanceId: first.credential.instanceId });
    return kept;
  };
  expect((await given(first.record, second.record.instanceList)).instanceList).toEqual(second.record.instanceList);
  expect(put).toHaveLength(1);
  // Later ones came by themselves meanwhile: the device is awaited, and no list goes back.
  expect((await given(second.record, first.record.instanceList)).instanceList).toEqual(second.record.instanceList);
  expect(put).toHaveLength(2);
  await expect(given(record, others.record.instanceList)).rejects.toMatchObject({ code: 'key.unacceptable' });
  expect(put).toHaveLength(2);
  // A73: nor one that leaves no number to what the recovery key names.
  const { instances } = parseInstanceList(crypto, second.record.instanceList);
  const last = await issueInstanceList(crypto, { ...currentIdentity(crypto, record), version: 2 ** 32 - 1, issuedAt: testNow, instances });
  await expect(given(first.record, last.bytes)).rejects.toMatchObject({ code: 'key.unacceptable' });
  expect(put).toHaveLength(2);
  // Called off once it was signed: nobody is given anything, and what stands on the list is awaited in vain and struck off.
  const calledOff = new Error('called off');
  await expect(given(record, first.record.instanceList, () => { throw calledOff; })).rejects.toBe(calledOff);
  expect(put).toHaveLength(3);
});

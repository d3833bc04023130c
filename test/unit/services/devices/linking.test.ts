import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLocalRecord } from '../../../../electron/engine/certificates/local-party';
import { rotateLocalRecord } from '../../../../electron/engine/certificates/rotation';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import type { LocalRecord } from '../../../../electron/engine/ports';
import { toHex } from '../../../../electron/engine/wire/encoding';
import { defaultSettings } from '../../../../shared/model/settings';
import { realCrypto } from '../../../support/foundation-kit';
import { type CrashPoint, type LinkingHome, Place } from '../../../support/linking-home';
import { withFixedKeys } from '../../../support/rsa-keys';
import { testNow } from '../../../support/session-kit';

let crypto: Crypto;
let record: LocalRecord;
let place: Place;

beforeAll(async () => {
  crypto = await realCrypto();
  record = await createLocalRecord(crypto, { name: 'Ada', deviceName: 'desk', now: testNow });
});

afterEach(async () => {
  await place.end();
});

const minute = 60_000;
/** Past the time a device that was let in may take to show itself. */
const past = 12 * minute;
const exchangeOf = (home: LinkingHome): string => toHex(home.vault.profile().local.exchange.current.credential.hash);

async function twoHomes(): Promise<{ desk: LinkingHome; pocket: LinkingHome }> {
  place = new Place();
  return { desk: await place.home(crypto, record), pocket: await place.home(crypto) };
}

async function compared(desk: LinkingHome, pocket: LinkingHome): Promise<void> {
  const { link } = await desk.devices.link(undefined);
  await pocket.devices.join({ link, passphrase: 'p', name: 'pocket' });
  await place.until('digits', () => desk.view.stage === 'comparing' && pocket.view.stage === 'comparing');
}

/** Both people say "same"; a device that died meanwhile hears nothing. */
async function same(...homes: readonly LinkingHome[]): Promise<void> {
  for (const home of homes) await home.devices.confirm({ same: true });
}

const isAwaiting = (home: LinkingHome): boolean => home.vault.profile().stores.devices.list().some(({ awaited }) => awaited === true);

const isOver = (home: LinkingHome): boolean => home.isDead || ['done', 'failed', 'idle'].includes(home.view.stage);

/** Two devices that count and talk, or one that counts and the other is none; never anything else. */
function settled(desk: LinkingHome, pocket: LinkingHome, exchangeBefore: string): 'linked' | 'apart' {
  expect(desk.active.length).toBeLessThanOrEqual(2);
  expect(isAwaiting(desk)).toBe(false);
  if (pocket.vault.state() === 'absent') {
    expect(desk.active).toEqual([desk.vault.profile().local.instanceId]);
    // Whatever was let in for a moment may have learned the exchange key.
    if (desk.vault.profile().local.list.version > 1) expect(exchangeOf(desk)).not.toBe(exchangeBefore);
    return 'apart';
  }
  expect([...desk.active].sort()).toEqual([...pocket.active].sort());
  expect([desk.sessions, pocket.sessions]).toEqual([1, 1]);
  return 'linked';
}

describe('letting a new device in', () => {
  it('S4-26: both show the same digits; with a word from each they are two devices of one person and stay connected', async () => {
    const { desk, pocket } = await twoHomes();
    desk.settings = { ...defaultSettings, keepCheck: !defaultSettings.keepCheck };
    await compared(desk, pocket);
    expect(pocket.view).toMatchObject({ side: 'new', digits: desk.view.digits, deviceName: 'desk' });
    expect(desk.view).toMatchObject({ side: 'existing', deviceName: 'pocket' });
    await same(desk);
    await place.pass(2_000);
    expect([desk.active.length, pocket.vault.state()]).toEqual([1, 'absent']);
    await same(pocket);
    await place.until('done', () => desk.view.stage === 'done' && pocket.view.stage === 'done');
    await place.until('connected', () => desk.sessions === 1 && pocket.sessions === 1);
    const before = exchangeOf(desk);
    await place.pass(past);
    expect(settled(desk, pocket, before)).toBe('linked');
    expect(exchangeOf(desk)).toBe(before); // nobody was struck off
    expect(pocket.settings.keepCheck).toBe(desk.settings.keepCheck); // person-wide
    // Progress is told without the digits, and the secret of the link stands in no event.
    expect(JSON.stringify([...desk.told, ...pocket.told])).not.toContain('keyshift:link');
    expect(await Promise.resolve(desk.devices.list(undefined))).toMatchObject([{ current: true }, { name: 'pocket', connected: true, roles: ['exchange'] }]);
  });

  it('S4-26 A38: what its person does not want told it knows before it exists; a disk that does not take that leaves nothing, and it is let in the next time', async () => {
    const { desk, pocket } = await twoHomes();
    desk.settings = { ...defaultSettings, readReceipts: !defaultSettings.readReceipts };
    pocket.full = true;
    await compared(desk, pocket);
    await same(desk, pocket);
    await place.until('over', () => isOver(pocket));
    expect([pocket.view.failure, pocket.vault.state()]).toEqual(['disk.full', 'absent']);
    await place.until('it was struck off', () => desk.active.length === 1 && isOver(desk), past / 1_000);
    pocket.full = false;
    await compared(desk, pocket);
    pocket.crashAt = 'after-save';
    await same(desk, pocket);
    await place.until('the crash', () => pocket.isDead);
    expect(pocket.settings.readReceipts).toBe(desk.settings.readReceipts);
  });

  it('S4-26: "not the same" on one side ends it on both, and the link is spent', async () => {
    const { desk, pocket } = await twoHomes();
    const { link } = await desk.devices.link(undefined);
    await pocket.devices.join({ link, passphrase: 'p' });
    await place.until('digits', () => desk.view.stage === 'comparing' && pocket.view.stage === 'comparing');
    await same(desk);
    await pocket.devices.confirm({ same: false });
    await place.until('over', () => isOver(desk) && isOver(pocket));
    expect([desk.view.failure, pocket.view.failure]).toEqual(['device.digits-differ', 'device.digits-differ']);
    expect([desk.active.length, pocket.vault.state()]).toEqual([1, 'absent']);
    await pocket.devices.join({ link, passphrase: 'p' });
    await place.until('refused', () => pocket.view.stage === 'failed');
    expect(pocket.view.failure).toBe('device.link-refused');
    expect(desk.vault.profile().local.list.version).toBe(1);
  });

  it('S4-30: a device without the identity key lets another one in by the one that holds it, and names reach every device', async () => {
    const { desk, pocket } = await twoHomes();
    await compared(desk, pocket);
    await same(desk, pocket);
    await place.until('connected', () => desk.sessions === 1 && pocket.sessions === 1 && pocket.view.stage === 'done');
    const third = await place.home(crypto);
    await compared(pocket, third);
    await same(pocket, third);
    const requests = () => desk.vault.profile().devices.upkeep.asked.list();
    await place.until('it is asked at the desk', () => requests().length === 1);
    expect(pocket.view).toMatchObject({ stage: 'transferring', asks: 'desk' });
    await place.pass(200_000, 1_000);
    expect([desk.active.length, third.vault.state()]).toEqual([2, 'absent']);
    await desk.devices.answer({ requestId: requests()[0]?.requestId ?? '', accept: true });
    await place.until('three', () => [desk, pocket, third].every((home) => home.sessions === 2 && home.active.length === 3), 200);
    await place.pass(past);
    for (const home of [desk, pocket, third]) expect([home.active.length, isAwaiting(home)]).toEqual([3, false]);
    expect(third.vault.profile().local.isCertifier).toBe(false);
    const instanceId = third.vault.profile().local.instanceId;
    await desk.devices.rename({ instanceId, name: 'kitchen' });
    const namesIt = async (home: LinkingHome): Promise<boolean> => (await Promise.resolve(home.devices.list(undefined))).some((device) => device.instanceId === instanceId && device.name === 'kitchen');
    for (const home of [desk, pocket, third]) {
      let told = false;
      for (let turn = 0; turn < 100 && !told; turn += 1) {
        await place.pass(500, 50);
        told = await namesIt(home);
      }
      expect(told).toBe(true);
    }
    await place.until('all connected', () => [desk, pocket, third].every((home) => home.sessions === 2), 200);
    // Longer than a list of devices holds in bytes, and no more characters than a name may have: cut between characters.
    await desk.devices.rename({ instanceId, name: '鍵'.repeat(64) });
    const cut = (await Promise.resolve(desk.devices.list(undefined))).find((device) => device.instanceId === instanceId)?.name;
    expect(cut).toBe('鍵'.repeat(42));
    await expect(Promise.resolve().then(() => pocket.devices.rename({ instanceId, name: 'mine' }))).rejects.toMatchObject({ code: 'device.not-certifier' });
    await expect(Promise.resolve().then(() => desk.devices.rename({ instanceId: '0'.repeat(32), name: 'mine' }))).rejects.toMatchObject({ code: 'device.unknown' });
  }, 30_000);

  it('A65: a second joiner with the same link gets nowhere, and the first is let in', async () => {
    const { desk, pocket } = await twoHomes();
    const third = await place.home(crypto);
    const { link } = await desk.devices.link(undefined);
    await pocket.devices.join({ link, passphrase: 'p' });
    await place.until('digits', () => desk.view.stage === 'comparing');
    await third.devices.join({ link, passphrase: 'p' });
    await place.pass(5_000, 100);
    expect(third.view.digits).toBeUndefined();
    await third.devices.cancel(undefined);
    await same(desk, pocket);
    await place.until('done', () => desk.view.stage === 'done' && pocket.view.stage === 'done');
    expect([desk.active.length, third.vault.state()]).toEqual([2, 'absent']);
  });

  // Used after that, it comes as far as the digits at the most: what is asked when the device is let in holds this as well.
  it('A65: a link whose identity key was renewed while the digits are compared lets nobody in', async () => {
    const { desk, pocket } = await twoHomes();
    await compared(desk, pocket);
    await desk.vault.changeRecord((own) => rotateLocalRecord(withFixedKeys(crypto, 40), own, testNow + 1));
    for (const home of [desk, pocket]) {
      try {
        await home.devices.confirm({ same: true });
      } catch {
        // Nothing is compared there any more.
      }
    }
    await place.until('over', () => isOver(pocket), 180);
    await place.pass(2_000);
    expect([pocket.view.stage, pocket.vault.state(), desk.active.length, isAwaiting(desk)]).toEqual(['failed', 'absent', 1, false]);
  });

  it('A65: a link that ran out, one that a later one replaced and one called off let nobody in', async () => {
    const { desk, pocket } = await twoHomes();
    const { link: first } = await desk.devices.link(undefined);
    await desk.devices.link(undefined);
    await pocket.devices.join({ link: first, passphrase: 'p' });
    await place.until('refused', () => pocket.view.stage === 'failed');
    expect(pocket.view.failure).toBe('device.link-refused');
    const { link: second } = await desk.devices.link(undefined);
    await desk.devices.cancel(undefined);
    expect(desk.view.stage).toBe('idle');
    await pocket.devices.join({ link: second, passphrase: 'p' });
    await place.until('refused', () => pocket.view.stage === 'failed');
    expect(pocket.view.failure).toBe('device.link-refused');
    const { link: silent } = await desk.devices.link(undefined);
    place.network.setSilent(desk.address);
    await pocket.devices.join({ link: silent, passphrase: 'p' });
    await place.until('run out', () => pocket.view.stage === 'failed', 700);
    expect(pocket.view.failure).toBe('device.link-expired');
    place.network.setSilent(desk.address, false);
    const { link: third } = await desk.devices.link(undefined);
    await place.pass(10 * minute + 1_000);
    expect(desk.view).toMatchObject({ stage: 'failed', failure: 'device.link-expired' });
    expect(() => pocket.devices.join({ link: third, passphrase: 'p' })).toThrow(expect.objectContaining({ code: 'device.link-expired' }));
    // A computer that slept counted nothing of that time: the page says so soon after, and not minutes later.
    await desk.devices.link(undefined);
    place.clock.wall += 11 * minute;
    await place.pass(11_000);
    expect(desk.view).toMatchObject({ stage: 'failed', failure: 'device.link-expired' });
    expect([desk.active.length, desk.vault.profile().local.list.version, pocket.vault.state()]).toEqual([1, 1, 'absent']);
  });

  it('S4-26: what is no link, a vault that is there, words out of turn and locking leave everything as it was', async () => {
    const { desk, pocket } = await twoHomes();
    const { link } = await desk.devices.link(undefined);
    expect(() => desk.devices.join({ link, passphrase: 'p' })).toThrow(expect.objectContaining({ code: 'vault.exists' }));
    for (const wrong of ['', 'keyshift:link/', link.slice(0, -3), link.replace('link/', 'invite/'), `${link}A`]) expect(() => pocket.devices.join({ link: wrong, passphrase: 'p' })).toThrow(expect.objectContaining({ code: 'device.link-garbled' }));
    expect(() => pocket.devices.join({ link: `${link}\nKEYSHIFTKEY -----BEGIN PRIVATE KEY-----`, passphrase: 'p' })).toThrow(expect.objectContaining({ code: 'key.private' }));
    for (const home of [desk, pocket]) expect(() => home.devices.confirm({ same: true })).toThrow(expect.objectContaining({ code: 'device.not-linking' }));
    expect(() => pocket.devices.link(undefined)).toThrow(expect.objectContaining({ code: 'vault.absent' }));
    await pocket.devices.join({ link, passphrase: 'p' });
    expect(() => pocket.devices.join({ link, passphrase: 'p' })).toThrow(expect.objectContaining({ code: 'device.busy' }));
    await place.until('digits', () => desk.view.stage === 'comparing' && pocket.view.stage === 'comparing');
    await expect(Promise.resolve().then(() => desk.devices.link(undefined))).rejects.toMatchObject({ code: 'device.busy' });
    await desk.vault.handlers.lock(undefined);
    expect(desk.view.stage).toBe('idle');
    await place.until('lost', () => pocket.view.stage === 'failed');
    expect([pocket.view.failure, pocket.vault.state()]).toEqual(['device.link-lost', 'absent']);
  });
});

describe('what may go wrong in between', () => {
  it('A59: the connection breaks at any frame: the device is in and connected, or it is none and nothing it may know is of use', async () => {
    const outcomes: string[] = [];
    // Until it breaks too late to matter: early on it is only dialled again.
    for (let at = 0; (outcomes.filter((each) => each === 'linked').length < 3 || !outcomes.includes('apart')) && at < 24; at += 1) {
      const { desk, pocket } = await twoHomes();
      const before = exchangeOf(desk);
      let sent = 0;
      let cut = false;
      place.network.setWire((bytes) => {
        if (cut || sent++ < at) return [bytes];
        cut = true;
        place.network.cut();
        return undefined;
      });
      const { link } = await desk.devices.link(undefined);
      await pocket.devices.join({ link, passphrase: 'p' });
      const said = new Set<LinkingHome>();
      for (let turn = 0; turn < 400 && !(isOver(desk) && isOver(pocket)); turn += 1) {
        for (const home of [desk, pocket]) {
          if (home.view.stage !== 'comparing' || said.has(home)) continue;
          said.add(home);
          await same(home);
        }
        await place.pass(50, 50);
      }
      await place.pass(past);
      await place.until('settled', () => !isAwaiting(desk) && (pocket.vault.state() === 'absent' || (desk.sessions === 1 && pocket.sessions === 1)), 900);
      outcomes.push(settled(desk, pocket, before));
      await place.end();
    }
    expect(new Set(outcomes)).toEqual(new Set(['apart', 'linked']));
  }, 60_000);

  const crashes: readonly (readonly ['desk' | 'pocket', CrashPoint])[] = [
    ['desk', 'before-save'],
    ['desk', 'after-save'],
    ['pocket', 'before-save'],
    ['pocket', 'after-save'],
  ];
  for (const [who, at] of crashes) {
    it(`A59: ${who === 'desk' ? 'the existing' : 'the new'} device dies ${at === 'before-save' ? 'before' : 'after'} it stored what linking made`, async () => {
      const { desk, pocket } = await twoHomes();
      const before = exchangeOf(desk);
      await compared(desk, pocket);
      const dying = who === 'desk' ? desk : pocket;
      dying.crashAt = at;
      await same(desk, pocket);
      await place.until('dead', () => dying.isDead);
      await place.until('noticed', () => isOver(desk) && isOver(pocket) || desk.view.stage === 'transferring', 200);
      await dying.restart();
      await place.pass(past);
      await place.until('nobody awaited', () => !isAwaiting(desk));
      expect(settled(desk, pocket, before)).toBe(who === 'pocket' && at === 'after-save' ? 'linked' : 'apart');
      // Whatever happened, the next try is as good as the first.
      if (pocket.vault.state() !== 'absent') return;
      await compared(desk, pocket);
      await same(desk, pocket);
      await place.until('done', () => desk.view.stage === 'done' && pocket.view.stage === 'done');
      await place.pass(past);
      expect(settled(desk, pocket, before)).toBe('linked');
    });
  }

  it('A59: a new device that comes back after it was struck off counts for nobody', async () => {
    const { desk, pocket } = await twoHomes();
    const before = exchangeOf(desk);
    await compared(desk, pocket);
    pocket.crashAt = 'after-save';
    await same(desk, pocket);
    await place.until('dead', () => pocket.isDead);
    await place.pass(past);
    await place.until('struck off', () => desk.active.length === 1);
    expect(desk.view).toMatchObject({ stage: 'failed', failure: 'device.link-lost' });
    expect(exchangeOf(desk)).not.toBe(before);
    await pocket.restart();
    await place.pass(2 * minute);
    expect([desk.sessions, pocket.sessions, desk.active.length]).toEqual([0, 0, 1]);
  });

  it('A59: called off on the existing device after it let the new one in: struck off at once', async () => {
    const { desk, pocket } = await twoHomes();
    await compared(desk, pocket);
    pocket.crashAt = 'before-save';
    await same(desk, pocket);
    await place.until('dead', () => pocket.isDead);
    await place.until('let in', () => desk.active.length === 2);
    await desk.devices.cancel(undefined);
    await place.until('struck off', () => desk.active.length === 1);
    expect(desk.view.stage).toBe('idle');
  });
});

import { existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { PatientApp } from '../../../electron/main/patient-app';
import { finishRemovals, type HostedProfile, ProfileHost } from '../../../electron/main/profile-host';
import { systemRandom } from '../../../electron/platform/random';
import type { App } from '../../../electron/services/app';
import { ProfileList } from '../../../electron/storage/profile-list';
import { lockProfile } from '../../../electron/storage/profile-lock';
import { KeyshiftError } from '../../../shared/errors';
import { defaultSettings } from '../../../shared/model/settings';
import { recordingHandlers } from '../../support/fake-handlers';

let root: string;
let steps: string[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'keyshift-profiles-'));
  steps = [];
});

const nameOf = (directory: string): string => (directory === root ? 'main' : directory.slice(-4));

/** Services that hold the profile's lock while they run, as the real ones do, and write what a profile holds. */
function host(directory: string): HostedProfile {
  const start = async (): Promise<App> => {
    const lock = lockProfile(directory);
    steps.push(`start ${nameOf(directory)}`);
    for (const file of ['vault', 'keyshift.db', 'keyshift.db-wal', 'preferences.json']) if (!existsSync(join(directory, file))) writeFileSync(join(directory, file), `${nameOf(directory)} ${file}`);
    const { handlers } = recordingHandlers({ 'vault.status': () => ({ state: 'locked' }), 'identity.get': () => Promise.reject(new Error(nameOf(directory))) });
    return {
      handlers,
      listening: [],
      onEvent: () => () => undefined,
      unlockWithKeyring: async () => false,
      networkChanged: () => undefined,
      openFile: () => Promise.reject(new Error('no files here')),
      stop: async () => {
        steps.push(`stop ${nameOf(directory)}`);
        lock.release();
      },
    };
  };
  return { app: new PatientApp({ start, open: async () => undefined, failed: () => steps.push(`failed ${nameOf(directory)}`) }), preferences: { get: () => ({ settings: defaultSettings }), putAside: undefined, windowPlace: () => undefined, setWindowPlace: () => undefined } };
}

async function open(nameOfFirst?: () => string): Promise<ProfileHost> {
  const parts = { list: new ProfileList(root, nameOfFirst), random: systemRandom, host, failed: (event: string) => steps.push(event) };
  await finishRemovals(parts);
  const made = new ProfileHost(parts);
  made.onSwitched(() => steps.push('switched'));
  made.onLeft(() => steps.push('left'));
  made.onRemoval((profileId) => steps.push(`removed ${profileId.slice(-4)}`));
  await made.attempt();
  return made;
}

const list = async ({ handlers }: ProfileHost) => (await handlers.profiles.list(undefined)).map(({ name, current }) => `${name}${current ? '*' : ''}`);

describe('several profiles in one installation', () => {
  test('one is open at a time; which one is remembered, and nothing of a profile stands in the list but its name', async () => {
    const first = await open();
    expect(await list(first)).toEqual(['Main*']);
    expect(existsSync(join(root, 'profiles.json'))).toBe(false);
    const { profileId } = await first.handlers.profiles.create({ name: 'Work' });
    await first.handlers.profiles.open({ profileId });
    const id = profileId.slice(-4);
    expect(steps).toEqual(['start main', 'left', 'stop main', `start ${id}`, 'switched']);
    expect(await list(first)).toEqual(['Main', 'Work*']);
    // Calls reach the one that is open.
    await expect(first.handlers.identity.get(undefined)).rejects.toThrow(id);
    await first.handlers.profiles.rename({ profileId, name: 'Office' });
    await first.stop();
    const again = await open();
    expect(await list(again)).toEqual(['Main', 'Office*']);
    expect(Object.keys(JSON.parse(readFileSync(join(root, 'profiles.json'), 'utf8')) as object).sort()).toEqual(['last', 'profiles', 'removing']);
    await again.stop();
  });

  test('one in use elsewhere is neither opened nor deleted, and the open one stays open', async () => {
    const app = await open();
    const { profileId } = await app.handlers.profiles.create({ name: 'Work' });
    const other = lockProfile(join(root, 'profiles', profileId));
    writeFileSync(join(root, 'profiles', profileId, 'vault'), 'kept');
    await expect(app.handlers.profiles.open({ profileId })).rejects.toMatchObject({ code: 'profile.in-use' });
    await expect(app.handlers.profiles.remove({ profileId, name: 'Work' })).rejects.toMatchObject({ code: 'profile.in-use' });
    expect(readFileSync(join(root, 'profiles', profileId, 'vault'), 'utf8')).toBe('kept');
    expect(steps).toEqual(['start main']);
    other.release();
    // And no later start finishes what had not begun.
    await app.stop();
    const again = await open();
    expect(await list(again)).toEqual(['Main*', 'Work']);
    await again.stop();
  });

  test('deleted only by its name, with everything; the open one gives way to another', async () => {
    const app = await open();
    const { profileId } = await app.handlers.profiles.create({ name: 'Work' });
    await app.handlers.profiles.open({ profileId });
    const folder = join(root, 'profiles', profileId);
    await expect(app.handlers.profiles.remove({ profileId, name: 'work' })).rejects.toMatchObject({ code: 'profile.name-differs' });
    await expect(app.handlers.profiles.remove({ profileId: '00'.repeat(8), name: 'x' })).rejects.toMatchObject({ code: 'profile.unknown' });
    expect(existsSync(join(folder, 'vault'))).toBe(true);
    mkdirSync(join(folder, 'files'));
    await app.handlers.profiles.remove({ profileId, name: 'Work' });
    expect(existsSync(folder)).toBe(false);
    expect(await list(app)).toEqual(['Main*']);
    // The page that asked begins anew: it is told then, until it has said so, and nothing of it is written down.
    expect(readFileSync(join(root, 'profiles.json'), 'utf8')).not.toContain('Work');
    const { removed, create, remove } = app.handlers.profiles;
    expect(await removed(undefined)).toEqual({ removed: { name: 'Work', complete: true } });
    expect(await removed({ forget: true })).toEqual({ removed: { name: 'Work', complete: true } });
    expect(await removed(undefined)).toEqual({});
    // Of another one the page that asked says so itself.
    const other = await create({ name: 'Other' });
    await remove({ profileId: other.profileId, name: 'Other' });
    expect(await removed(undefined)).toEqual({});
    expect(readFileSync(join(root, 'vault'), 'utf8')).toBe('main vault');
    await app.stop();
  });

  test('a disk that does not take which one is opened next: the page is told, and the open one goes on', async () => {
    const app = await open();
    const { profileId } = await app.handlers.profiles.create({ name: 'Work' });
    vi.spyOn(ProfileList.prototype, 'setLast').mockImplementationOnce(() => {
      throw new KeyshiftError('disk.full', 'The disk is full.');
    });
    await expect(app.handlers.profiles.open({ profileId })).rejects.toMatchObject({ code: 'disk.full' });
    expect(steps).toEqual(['start main']);
    expect(await list(app)).toEqual(['Main*', 'Work']);
    await app.stop();
  });

  test('what a deleted one’s key is made of is written over before it goes: whoever holds on to the files has noise', async () => {
    const app = await open();
    const { profileId } = await app.handlers.profiles.create({ name: 'Work' });
    await app.handlers.profiles.open({ profileId });
    const [folder, held] = [join(root, 'profiles', profileId), mkdtempSync(join(tmpdir(), 'keyshift-held-'))];
    writeFileSync(join(folder, 'vault.next'), 'a key that was being written');
    // Another name of the same bytes, as a file system keeps them after a name is gone.
    const sealed = ['vault', 'vault.next', 'preferences.json'];
    const before = new Map([...sealed, 'keyshift.db'].map((name) => [name, readFileSync(join(folder, name))]));
    for (const name of before.keys()) linkSync(join(folder, name), join(held, name));
    await app.handlers.profiles.remove({ profileId, name: 'Work' });
    expect(existsSync(folder)).toBe(false);
    const after = new Map([...before.keys()].map((name) => [name, readFileSync(join(held, name))]));
    for (const name of sealed) {
      expect([name, after.get(name)?.length]).toEqual([name, before.get(name)?.length]);
      expect([name, after.get(name)?.equals(before.get(name) ?? Buffer.alloc(0))]).toEqual([name, false]);
    }
    // Without those it is noise already.
    expect(after.get('keyshift.db')).toEqual(before.get('keyshift.db'));
    await app.stop();
  });

  test('the first one lies beside Chromium’s own things, which stay; without another it begins empty, and what waited for the former one is told to go before that', async () => {
    const app = await open();
    mkdirSync(join(root, 'files'));
    for (const foreign of ['Preferences', 'Local State', 'lockfile']) writeFileSync(join(root, foreign), 'Chromium');
    await app.handlers.profiles.remove({ profileId: 'main', name: 'Main' });
    expect(steps).toEqual(['start main', 'left', 'stop main', 'removed main', 'start main', 'switched']);
    expect(await list(app)).toEqual(['Main*']);
    expect(readdirSync(root).sort()).toEqual(['Local State', 'Preferences', 'keyshift.db', 'keyshift.db-wal', 'lock', 'lockfile', 'preferences.json', 'profiles.json', 'vault'].sort());
    await app.stop();
  });

  test('a disk that does not even take that the open one is to be deleted: the page is told, it stays open, and nobody says that a part of it is gone', async () => {
    const app = await open();
    vi.spyOn(ProfileList.prototype, 'beginRemoval').mockImplementationOnce(() => {
      throw new KeyshiftError('disk.full', 'The disk is full.');
    });
    await expect(app.handlers.profiles.remove({ profileId: 'main', name: 'Main' })).rejects.toMatchObject({ code: 'disk.full' });
    expect(steps).toEqual(['start main']);
    expect(await app.handlers.profiles.removed(undefined)).toEqual({});
    await app.stop();
    const again = await open();
    expect(readFileSync(join(root, 'vault'), 'utf8')).toBe('main vault');
    await again.stop();
  });

  test.each(['vault.create', 'backup.restore', 'devices.join'])('what begins by %s in the last one, whose deletion did not come to its end, is not deleted by the next start', async (call) => {
    const app = await open();
    vi.spyOn(ProfileList.prototype, 'drop').mockImplementationOnce(() => {
      throw new KeyshiftError('disk.full', 'The disk is full.');
    });
    await expect(app.handlers.profiles.remove({ profileId: 'main', name: 'Main' })).rejects.toMatchObject({ code: 'disk.full' });
    expect(await app.handlers.profiles.removed(undefined)).toEqual({ removed: { name: 'Main', complete: false } });
    const [group = '', member = ''] = call.split('.');
    await (app.handlers as unknown as Record<string, Record<string, () => unknown>>)[group]?.[member]?.();
    writeFileSync(join(root, 'vault'), 'somebody new');
    await app.stop();
    const again = await open();
    expect(readFileSync(join(root, 'vault'), 'utf8')).toBe('somebody new');
    await again.stop();
  });

  test('a deletion that was cut off is finished by the next start', async () => {
    const app = await open();
    const { profileId } = await app.handlers.profiles.create({ name: 'Work' });
    await app.handlers.profiles.open({ profileId });
    await app.stop();
    new ProfileList(root).beginRemoval(profileId);
    const again = await open();
    expect(await list(again)).toEqual(['Main*']);
    expect(existsSync(join(root, 'profiles', profileId))).toBe(false);
    await again.stop();
  });

  test('two never have one name, however it is written', async () => {
    const app = await open();
    const { profileId } = await app.handlers.profiles.create({ name: 'Work' });
    for (const name of ['work', 'Ｗork', 'MAIN']) await expect((async () => app.handlers.profiles.create({ name }))()).rejects.toMatchObject({ code: 'profile.name-taken' });
    await expect((async () => app.handlers.profiles.rename({ profileId, name: 'Main' }))()).rejects.toMatchObject({ code: 'profile.name-taken' });
    await app.handlers.profiles.rename({ profileId, name: 'WORK' });
    expect(await list(app)).toEqual(['Main*', 'WORK']);
    await app.stop();
  });

  test('the first one is called in the language that is spoken, until somebody names it', async () => {
    let word = 'Hauptprofil';
    const app = await open(() => word);
    await app.handlers.profiles.create({ name: 'Work' });
    expect(await list(app)).toEqual(['Hauptprofil*', 'Work']);
    await expect((async () => app.handlers.profiles.create({ name: 'hauptprofil' }))()).rejects.toMatchObject({ code: 'profile.name-taken' });
    word = 'Main';
    expect(await list(app)).toEqual(['Main*', 'Work']);
    // Whoever names it after the river means it.
    await app.handlers.profiles.rename({ profileId: 'main', name: 'Main' });
    await app.stop();
    const again = await open(() => 'Hauptprofil');
    expect(await list(again)).toEqual(['Main*', 'Work']);
    await again.handlers.profiles.remove({ profileId: 'main', name: 'Main' });
    expect(await list(again)).toEqual(['Work*']);
    await again.stop();
  });

  test('symbolic links in and to a profile lead nowhere: what they point at stays as it was', async () => {
    const app = await open();
    const outside = mkdtempSync(join(tmpdir(), 'keyshift-outside-'));
    mkdirSync(join(outside, 'moved', 'photos'), { recursive: true });
    for (const name of ['mine', 'moved/vault', 'moved/keyshift.db', 'moved/photos/a.jpg']) writeFileSync(join(outside, name), 'somebody’s');
    const { profileId } = await app.handlers.profiles.create({ name: 'Moved' });
    mkdirSync(join(root, 'profiles'));
    symlinkSync(join(outside, 'moved'), join(root, 'profiles', profileId));
    symlinkSync(join(outside, 'mine'), join(outside, 'moved', 'preferences.json'));
    await app.handlers.profiles.remove({ profileId, name: 'Moved' });
    expect(readdirSync(join(root, 'profiles'))).toEqual([]);
    expect(readdirSync(join(outside, 'moved'))).toEqual(['photos']);
    expect(readFileSync(join(outside, 'moved/photos/a.jpg'), 'utf8') + readFileSync(join(outside, 'mine'), 'utf8')).toBe('somebody’ssomebody’s');
    expect(await list(app)).toEqual(['Main*']);
    await app.stop();
  });

  test('one whose deletion was cut off is not opened again before the rest of it is gone', async () => {
    const app = await open();
    const { profileId } = await app.handlers.profiles.create({ name: 'Work' });
    await app.handlers.profiles.open({ profileId });
    await app.stop();
    const others = new ProfileList(root);
    const again = new ProfileHost({ list: others, random: systemRandom, host, failed: (event) => steps.push(event) });
    await again.handlers.profiles.open({ profileId: 'main' });
    // The disk failed in the middle of it.
    others.setLast(profileId);
    others.beginRemoval(profileId);
    expect(others.last().profileId).toBe('main');
    await again.attempt();
    await expect(again.handlers.profiles.open({ profileId })).rejects.toMatchObject({ code: 'profile.unknown' });
    await again.handlers.profiles.remove({ profileId, name: 'Work' });
    expect(others.removing()).toEqual([]);
    await again.stop();
  });

  test('a list that cannot be read loses names only', async () => {
    const app = await open();
    const { profileId } = await app.handlers.profiles.create({ name: 'Work' });
    await app.handlers.profiles.open({ profileId });
    await app.stop();
    writeFileSync(join(root, 'profiles.json'), '{"last":"../../etc"');
    const again = await open();
    expect(await list(again)).toEqual(['Main*', `Profile ${profileId.slice(0, 4)}`]);
    await again.stop();
  });
});

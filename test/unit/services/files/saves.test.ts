import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { KeyshiftError } from '../../../../shared/errors';
import type { PartNote } from '../../../../electron/services/ports/transfers';
import { chosenFiles } from '../../../../electron/storage/chosen-files';
import { acquaint, createWorld, type Resident, type World } from '../../../support/services-kit';

const content = randomBytes(6 * 65_536 + 7);

describe('files that are saved', () => {
  let world: World;
  let ada: Resident;
  let transferId: string;
  const folder = mkdtempSync(join(tmpdir(), 'keyshift-saves-'));

  beforeAll(async () => {
    world = createWorld();
    ada = await world.move('Ada');
    const { ofInviter } = await acquaint(world, ada, await world.move('Bo'));
    const { conversationId } = await ada.conversations.open({ contactId: ofInviter });
    ada.disk.files.set('/a.bin', content);
    ({ transferId } = await ada.files.send({ conversationId, path: '/a.bin' }));
  });
  const memory = { begin: undefined as unknown };
  beforeAll(() => void (memory.begin = ada.disk.chosen.begin));
  afterEach(() => void Object.assign(ada.disk.chosen, memory));
  afterAll(() => {
    world.close();
    rmSync(folder, { recursive: true });
  });
  const save = (path: string): Promise<string> => Promise.resolve(ada.files.save({ transferId, path })).then(() => 'saved', (error: unknown) => (error instanceof KeyshiftError ? error.code : String(error)));
  const noted = (): number => ada.profile.stores.transfers.unfinishedSaves().length;
  /** On a real disk, `during` every piece. */
  const onDisk = (during: () => void): void =>
    void Object.assign(ada.disk.chosen, {
      begin: async (path: string, replaces: boolean, note: PartNote) => {
        const target = await chosenFiles.begin(path, replaces, note);
        return { part: target.part, finish: () => target.finish(), discard: () => target.discard(), write: async (bytes: Uint8Array) => (during(), target.write(bytes)) };
      },
    });

  it('A88: it is noted before anything of it stands in clear, and what a crash leaves goes at the next start', async () => {
    const during: number[] = [];
    onDisk(() => void during.push(noted()));
    expect(await save(join(folder, 'a.bin'))).toBe('saved');
    expect([new Set(during), noted(), readdirSync(folder)]).toEqual([new Set([1]), 0, ['a.bin']]);
    rmSync(join(folder, 'a.bin'));
    ada.disk.files.set('/left.part', content);
    ada.profile.commit(() => ada.profile.stores.transfers.beginSave({ path: '/left.part', id: 'memory' }));
    ada.reopen();
    await world.until('gone', () => !ada.disk.files.has('/left.part'));
    expect(noted()).toBe(0);
  });

  it('A88: what was opened of it is overwritten also where the disk takes nothing of it', async () => {
    const given: Uint8Array[] = [];
    Object.assign(ada.disk.chosen, {
      begin: async () => ({ part: { path: '/a', id: '1' }, finish: async () => '/a', discard: async () => undefined, write: async (bytes: Uint8Array) => {
        given.push(bytes);
        throw new KeyshiftError('disk.full', 'The disk is full.');
      } }),
    });
    expect(await save('/a')).toBe('disk.full');
    expect(given.map((bytes) => [bytes.length > 0, bytes.every((byte) => byte === 0)])).toEqual([[true, true]]);
  });

  it('a folder that is not there, takes nothing, or vanishes, and a disk that gets full in the middle: said in words, nothing is left, and it can be saved elsewhere', async () => {
    onDisk(() => undefined);
    expect(await save(join(folder, 'none', 'a.bin'))).toBe('path.unusable');
    mkdirSync(join(folder, 'gone'));
    let pieces = 0;
    onDisk(() => {
      pieces += 1;
      if (pieces === 2) rmSync(join(folder, 'gone'), { recursive: true });
    });
    expect(await save(join(folder, 'gone', 'a.bin'))).toBe('path.unusable');
    writeFileSync(join(folder, 'file'), '');
    expect(await save(join(folder, 'file', 'a.bin'))).toBe('path.unusable');
    rmSync(join(folder, 'file'));
    onDisk(() => {
      throw new KeyshiftError('disk.full', 'The disk is full.');
    });
    expect(await save(join(folder, 'a.bin'))).toBe('disk.full');
    expect([readdirSync(folder), noted()]).toEqual([[], 0]);
    if (process.getuid?.() !== 0) {
      mkdirSync(join(folder, 'closed'), { mode: 0o500 });
      expect(await save(join(folder, 'closed', 'a.bin'))).toBe('path.unusable');
      chmodSync(join(folder, 'closed'), 0o700);
      rmSync(join(folder, 'closed'), { recursive: true });
    }
    onDisk(() => undefined);
    expect(await save(join(folder, 'a.bin'))).toBe('saved');
  });
});

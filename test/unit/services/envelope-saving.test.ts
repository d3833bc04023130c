import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { envelopesService } from '../../../electron/services/envelopes-service';
import { acquaint, createWorld, type Resident, type World } from '../../support/services-kit';

/** Files in memory; `fail` makes the next write fail when the file is there already, as a disk may at the very end. */
function memoryFiles() {
  const files = new Map<string, Uint8Array>();
  const disk = { fail: false };
  const of = ({ profile: open, crypto }: { profile: () => Resident['profile']; crypto: Resident['crypto'] }, clock: World['clock']) =>
    envelopesService({
      profile: open,
      crypto,
      clock,
      chooser: undefined,
      files: {
        place: (path) => path, list: (path) => [path], check: () => undefined,
        read: (path) => files.get(path) ?? new Uint8Array(),
        write: (path, content) => {
          files.set(path, content.slice());
          if (disk.fail) {
            disk.fail = false;
            throw new Error('the disk failed at the end');
          }
          return path;
        },
      },
    });
  return { of, disk };
}

describe('a file of envelopes that was written when saving failed after all', () => {
  let world: World;
  beforeAll(() => {
    world = createWorld();
  });
  afterAll(() => world.close());

  it('S1-33 A36 A38: carried all the same, it says nothing that is said again differently; the conversation goes on', async () => {
    const [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
    const { ofInviter: boAtAnn, ofInvitee: annAtBo } = await acquaint(world, ann, bo);
    const { conversationId } = await ann.conversations.open({ contactId: boAtAnn, title: 'By stick' });
    await ann.messages.send({ conversationId, text: 'one' });
    await world.until('one is there', () => bo.profile.stores.conversations.list().length === 1);
    const [atBo] = bo.profile.stores.conversations.list();
    if (!atBo) throw new Error('nothing arrived');
    await world.pass(1_000);
    for (const each of [ann, bo]) {
      each.mute = true;
      each.reopen();
    }
    const { of, disk } = memoryFiles();
    const [annFiles, boFiles] = [ann, bo].map((each) => of({ profile: () => each.profile, crypto: each.crypto }, world.clock));
    if (!annFiles || !boFiles) throw new Error('two people');
    await ann.messages.send({ conversationId, text: 'two' });
    await annFiles.save({ contactId: boAtAnn, path: 'first' });
    expect(await boFiles.open({ path: 'first' })).toMatchObject({ refused: 0 });

    disk.fail = true;
    await expect(boFiles.save({ contactId: annAtBo, path: 'answer' })).rejects.toThrow('the disk failed');
    expect(await annFiles.open({ path: 'answer' })).toEqual({ opened: 1, repeated: 0, refused: 0 });
    bo.reopen();
    await bo.messages.send({ conversationId: atBo.conversationId, text: 'three' });
    // What failed to be said is due again, with everything else.
    expect(await boFiles.save({ contactId: annAtBo, path: 'answer' })).toMatchObject({ count: 2 });
    expect(await annFiles.open({ path: 'answer' })).toEqual({ opened: 2, repeated: 0, refused: 0 });
    expect(ann.profile.stores.conversations.byId(conversationId)?.state).toBe('open');
    expect((await ann.messages.list({ conversationId })).map(({ text }) => text)).toEqual(['one', 'two', 'three']);
  });
});

describe.skipIf(process.platform === 'win32')('a folder of envelope files', () => {
  it('S1-48: what in it is no file, leads nowhere or went away meanwhile counts as refused, and keeps nobody from what the others bring', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyshift-envelopes-'));
    const world = createWorld();
    try {
      const [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
      const { ofInviter: boAtAnn } = await acquaint(world, ann, bo);
      const { conversationId } = await ann.conversations.open({ contactId: boAtAnn, title: '' });
      await world.until('the conversation', () => bo.profile.stores.conversations.list().length === 1);
      await world.pass(1_000);
      for (const each of [ann, bo]) {
        each.mute = true;
        each.reopen();
      }
      const at = (name: string): string => join(folder, `${name}.keyshift-envelopes`);
      await ann.messages.send({ conversationId, text: 'by stick' });
      await ann.envelopes.save({ contactId: boAtAnn, path: at('m') });
      mkdirSync(at('a folder'));
      mkdirSync(at('z folder'));
      expect(spawnSync('mkfifo', [at('b pipe')]).status).toBe(0);
      symlinkSync(at('nowhere'), at('c link'));
      symlinkSync('circle.keyshift-envelopes', at('circle'));
      expect(await bo.envelopes.open({ path: folder })).toMatchObject({ opened: 1, refused: 5 });
      const [atBo] = bo.profile.stores.conversations.list();
      expect((await bo.messages.list({ conversationId: atBo?.conversationId ?? '' })).map(({ text }) => text)).toEqual(['by stick']);
      // By itself each of them says what is wrong.
      await expect(bo.envelopes.open({ path: at('b pipe') })).rejects.toMatchObject({ code: 'path.unusable' });
    } finally {
      world.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

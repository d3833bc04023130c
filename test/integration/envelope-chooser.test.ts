import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp } from '../../electron/compose';
import { FilePreferences } from '../../electron/platform/file-preferences';
import type { App } from '../../electron/services/app';
import { quietPorts } from '../support/quiet-app';
import { temporaryFolder } from '../support/two-peers';

/** The services as the window has them, with a person who answers dialogs as they are told. */
describe('where a person chooses files', () => {
  const folder = temporaryFolder();
  const asked: string[] = [];
  const answers: { save?: string; open?: string; folder?: string } = {};
  const apps: App[] = [];
  let ann: App;

  async function start(name: string): Promise<App> {
    const profileDirectory = join(folder.path, name);
    const app = await startApp({
      ...quietPorts(profileDirectory),
      preferences: new FilePreferences(profileDirectory, () => undefined),
      chooser: {
        save: async (what, personName) => (asked.push(`save ${what} for ${personName}`), answers.save),
        open: async () => (asked.push('open'), answers.open),
        folder: async (what) => (asked.push(`folder of ${what}`), answers.folder),
      },
    });
    apps.push(app);
    await app.handlers.vault.create({ passphrase: 'a passphrase', name });
    return app;
  }

  beforeAll(async () => {
    ann = await start('Ann');
  }, 60_000);
  afterAll(async () => {
    for (const app of apps) await app.stop();
    folder.release();
  });

  it('a page cannot name a path, and giving the dialog up changes nothing', async () => {
    const path = join(folder.path, 'x.keyshift-envelopes');
    await expect(ann.handlers.envelopes.open({ path })).rejects.toMatchObject({ code: 'path.unusable' });
    expect(asked).toEqual([]);
    await expect(ann.handlers.envelopes.open({})).rejects.toMatchObject({ code: 'path.required' });
    expect(asked).toEqual(['open']);
    answers.open = path;
    await expect(ann.handlers.envelopes.open({})).rejects.toMatchObject({ code: 'path.unusable' }); // not there
  });

  it('nobody is asked where to put what cannot be made; then the file chosen is the one written', async () => {
    asked.length = 0;
    const bo = await start('Bo');
    const { link } = await ann.handlers.contacts.createInvitation(undefined);
    const agreed = new Promise<void>((resolve) => {
      const stop = bo.onEvent((event) => {
        if (event.type !== 'session.changed' || !event.connected) return;
        stop();
        resolve();
      });
    });
    const { contactId } = await bo.handlers.contacts.acceptInvitation({ link });
    await expect(bo.handlers.envelopes.save({ contactId })).rejects.toMatchObject({ code: 'contact.pending' });
    await agreed;
    await ann.stop();
    apps.splice(apps.indexOf(ann), 1);
    await expect(bo.handlers.envelopes.save({ contactId })).rejects.toMatchObject({ code: 'envelopes.nothing' });
    expect(asked).toEqual([]);
    const { conversationId } = await bo.handlers.conversations.open({ contactId });
    await bo.handlers.messages.send({ conversationId, text: 'by stick' });
    await expect(bo.handlers.envelopes.save({ contactId })).rejects.toMatchObject({ code: 'path.required' });
    expect(asked).toEqual(['save envelopes for Ann']);
    answers.save = join(folder.path, 'chosen.keyshift-envelopes');
    expect(await bo.handlers.envelopes.save({ contactId })).toEqual({ path: answers.save, count: 2 });
    // A folder gets one file more each time, and is opened as a whole.
    answers.folder = join(folder.path, 'stick');
    mkdirSync(answers.folder);
    const [first, second] = [await bo.handlers.envelopes.save({ contactId, folder: true }), await bo.handlers.envelopes.save({ contactId, folder: true })];
    expect(readdirSync(answers.folder).sort()).toEqual([basename(first.path), basename(second.path)].sort());
    expect(readdirSync(answers.folder).join()).not.toContain('Ann');
    writeFileSync(join(answers.folder, 'broken.keyshift-envelopes'), 'nothing of the kind');
    // For somebody else, each of them, and one that is none.
    expect(await bo.handlers.envelopes.open({ folder: true })).toEqual({ opened: 0, repeated: 0, refused: 5 });
    expect(asked.splice(2)).toEqual(['folder of envelopes', 'folder of envelopes', 'folder of envelopes']);
    await bo.handlers.vault.lock(undefined);
    await expect(bo.handlers.envelopes.open({})).rejects.toMatchObject({ code: 'vault.locked' });
    await expect(bo.handlers.envelopes.save({ contactId })).rejects.toMatchObject({ code: 'vault.locked' });
    expect(asked).toEqual(['save envelopes for Ann', 'save envelopes for Ann']);
  }, 60_000);
});

import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { openWindow, type OpenApp } from './support/app';
import { lock, onboard, unlock } from './support/people';

const passphrase = 'a passphrase for a folder';

/** Deletes the folder as somebody does by hand who tries again where Chromium has just written a file into it. */
function deleted(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}

/** Ends it as a person does, by closing the window. */
async function end(own: OpenApp): Promise<void> {
  const child = own.app.process();
  const ended = new Promise<number | null>((done) => child.once('exit', done));
  await own.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close()).catch(() => undefined);
  expect(await ended).toBe(0);
}

test('the profile folder is moved or deleted by hand while the app runs: nothing new is called kept, and it says so; put back it goes on, and without it the next start is a first one', async () => {
  let own = await openWindow('folder-gone', { quickSecrets: true });
  const { profile } = own;
  const aside = `${profile}-aside`;
  const words = 'The profile folder was deleted or moved while Keyshift was running.';
  const invite = async (): Promise<void> => {
    await own.window.getByRole('button', { name: 'Invite someone' }).first().click();
    await own.window.getByRole('button', { name: 'Create link' }).click();
  };
  try {
    await onboard(own, 'Ada', passphrase);
    renameSync(profile, aside);
    await invite();
    await expect(own.window.getByRole('alert').getByText(words)).toBeVisible();
    await own.picture('folder-gone');
    await own.window.keyboard.press('Escape');
    deleted(profile);
    renameSync(aside, profile);
    await invite();
    await expect(own.window.getByRole('textbox', { name: 'Invitation link' })).toHaveValue(/^keyshift:/);
    await own.window.keyboard.press('Escape');
    await lock(own);
    await unlock(own, passphrase);
    await expect(own.window.getByRole('button', { name: 'Invite someone' }).first()).toBeVisible({ timeout: 30_000 });

    deleted(profile);
    await invite();
    await expect(own.window.getByRole('alert').getByText(words)).toBeVisible();
    await end(own);
    own = await openWindow('folder-gone', { quickSecrets: true });
    await expect(own.window.getByLabel('Your name')).toBeVisible();
    await onboard(own, 'Ada again', passphrase);
    await end(own);
    // The file with the keys alone: what is left is of no use to anybody, and is not written over.
    rmSync(join(profile, 'vault'));
    own = await openWindow('folder-gone', { quickSecrets: true });
    await expect(own.window.getByRole('button', { name: 'Unlock' })).toBeVisible();
    expect(existsSync(join(profile, 'keyshift.db'))).toBe(true);
  } finally {
    await own.close();
  }
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { openWindow, profileOf, type OpenApp } from './support/app';
import { KeyringSession, missingKeyring } from './support/keyring-session';
import { lock, onboard, unlock } from './support/people';
import { skipLoudly } from './support/surroundings';

const passphrase = 'a passphrase beside the keyring';
const silent = 'Your system keyring did not answer. Your data is safe. Enter your passphrase to continue.';

/** A start of the same profile, in the session of a keyring or, without one, with no bus at all. */
const start = (session?: KeyringSession): Promise<OpenApp> =>
  openWindow('keyring', {
    quickSecrets: true,
    args: ['--password-store=gnome-libsecret'],
    env: session?.environment ?? { DBUS_SESSION_BUS_ADDRESS: 'disabled:' },
  });

async function switchKeyringOn({ window }: OpenApp): Promise<void> {
  await window.keyboard.press('Control+,');
  await window.getByRole('tab', { name: 'Security' }).click();
  const keyring = window.getByRole('switch', { name: 'Remember in the system keyring' });
  await expect(keyring).toBeEnabled();
  await keyring.press('Space');
  await expect(keyring).toBeChecked();
  await window.keyboard.press('Escape');
}

async function expectOpen({ window }: OpenApp): Promise<void> {
  await expect(window.getByRole('button', { name: 'Invite someone' }).first()).toBeVisible({ timeout: 30_000 });
}

/** The passphrase screen with its reason, at once and answering, and it opens. */
async function expectPassphraseWorks(person: OpenApp): Promise<void> {
  await expect(person.window.getByText(silent)).toBeVisible();
  // The main process is not held up: it answers the page and the debugger.
  expect(await person.window.evaluate(() => window.keyshift.vault.status())).toMatchObject({ ok: true, value: { state: 'locked', keyring: 'silent' } });
  await unlock(person, passphrase);
  await expectOpen(person);
}

const session = new KeyringSession();
test.describe.configure({ mode: 'serial' });
test.beforeEach(() => {
  const missing = missingKeyring();
  if (missing !== undefined) skipLoudly(missing);
});
test.afterAll(() => session.release());

/** Runs `look` in one start of the app. */
async function during(keyring: KeyringSession | undefined, look: (person: OpenApp) => Promise<void>): Promise<void> {
  const person = await start(keyring);
  try {
    await look(person);
    expect(person.violations).toEqual([]);
  } finally {
    await person.close();
  }
}

test('row 16: switched on, a real keyring opens the next start without the passphrase, and locking still locks', async () => {
  await session.start('open');
  await during(session, async (person) => {
    await onboard(person, 'Ada', passphrase);
    expect(await person.window.evaluate(() => window.keyshift.vault.status())).toMatchObject({ value: { keyring: 'off' } });
    await switchKeyringOn(person);
  });
  const preferences = readFileSync(join(profileOf('keyring'), 'preferences.json'), 'utf8');
  expect(preferences).toContain('keyringWrap');
  expect(preferences).not.toContain(passphrase);
  await during(session, async (person) => {
    await expectOpen(person);
    await lock(person);
    await expect(person.window.getByText(silent)).toBeHidden();
    await unlock(person, passphrase);
    await expectOpen(person);
  });
});

test('row 16: a locked keyring counts as none, holds nobody up, and the passphrase opens', async () => {
  await session.stop();
  await session.start('locked');
  await during(session, async (person) => {
    await person.picture('keyring-silent');
    await expectPassphraseWorks(person);
  });
});

test('row 16: no keyring at all, where one was used: the passphrase opens', async () => {
  await session.stop();
  await during(undefined, expectPassphraseWorks);
});

test('row 16: a wiped keyring gives nothing back: the passphrase opens, and it can be switched on again', async () => {
  await session.stop();
  session.wipe();
  await session.start('open');
  await during(session, async (person) => {
    await expectPassphraseWorks(person);
    await person.window.keyboard.press('Control+,');
    await person.window.getByRole('tab', { name: 'Security' }).click();
    const keyring = person.window.getByRole('switch', { name: 'Remember in the system keyring' });
    await expect(keyring).toBeChecked();
    await keyring.press('Space');
    await expect(keyring).not.toBeChecked();
    await person.window.keyboard.press('Escape');
    await switchKeyringOn(person);
  });
  await during(session, expectOpen);
});

import { expect, test } from '@playwright/test';
import { AccessibleTree, type Accessible, missingAccessibility } from './support/accessible-tree';
import { openWindow } from './support/app';
import { expectMessages, meet, onboard, say } from './support/people';
import { skipLoudly } from './support/surroundings';

const passphrase = 'a passphrase to be spoken of';

/** Everything of this role, in the order it is met. */
function named(tree: readonly Accessible[], role: string): string[] {
  return tree.flatMap((one) => [...(one.role === role ? [one.name] : []), ...named(one.children, role)]);
}

/** What can be pressed or written in and has no name: a screen reader says nothing but its role. */
function nameless(tree: readonly Accessible[]): string[] {
  const acts = ['push button', 'toggle button', 'entry', 'combo box', 'radio button', 'check box', 'page tab', 'link', 'image', 'menu item', 'article', 'dialog'];
  return tree.flatMap((one) => [...(acts.includes(one.role) && one.name.trim() === '' ? [one.role] : []), ...nameless(one.children)]);
}

test('what a screen reader is given by the system: every part has its name, messages say who, when and what, a dialog stands alone', async () => {
  const missing = missingAccessibility();
  if (missing !== undefined) return skipLoudly(missing);
  const tree = await AccessibleTree.start();
  const [ann, bo] = await Promise.all([
    // The first asks Chromium to tell, as the desktop does for whoever uses a screen reader; the second has it tell from the start.
    openWindow('spoken-ann', { quickSecrets: true, env: { DBUS_SESSION_BUS_ADDRESS: tree.address, ACCESSIBILITY_ENABLED: '1' }, args: ['--force-renderer-accessibility'] }),
    openWindow('spoken-bo', { quickSecrets: true }),
  ]);
  try {
    await Promise.all([onboard(ann, 'Ann', passphrase), onboard(bo, 'Bo', passphrase)]);
    await meet(ann, bo, 'Ann', 'Bo');
    await say(bo, 'Did the rail arrive?');
    await expectMessages(ann, 1);
    await say(ann, 'Yes, this morning');
    await expectMessages(bo, 2);
    await expect(ann.window.getByText('Read', { exact: true })).toBeVisible();
    // What is on the screen is told a moment later, and a part that goes meanwhile leaves a hole in what was read: read until it is as it stays.
    await expect(async () => {
      const main = await tree.windows();
      expect(named(main, 'article')).toEqual([expect.stringMatching(/^Bo, .+: Did the rail arrive\? Opened with key 1\.$/), expect.stringMatching(/^You, .+: Yes, this morning\. Locked with key 1\.$/)]);
      expect(named(main, 'frame')).toEqual([expect.stringContaining('Keyshift')]);
      expect(named(main, 'landmark')).toEqual(expect.arrayContaining(['Conversations', 'Conversation with Bo']));
      expect(named(main, 'panel')).toContain('Messages');
      expect(named(main, 'push button')).toEqual(expect.arrayContaining(['Who: Not checked', expect.stringMatching(/^Reach: (Direct|On your network)$/), 'Attach files', 'Send']));
      expect(named(main, 'entry')).toContain('Message');
      expect(nameless(main)).toEqual([]);
    }).toPass({ timeout: 40_000 });

    await ann.window.keyboard.press('Control+,');
    await expect(async () => {
      const open = await tree.windows();
      expect(named(open, 'dialog')).toEqual(['Settings']);
      expect(nameless(open)).toEqual([]);
      expect(named(open, 'page tab')).toContain('Appearance');
      // What lies behind it is not told.
      expect(named(open, 'article')).toEqual([]);
    }).toPass({ timeout: 40_000 });
  } finally {
    await Promise.all([ann.close(), bo.close()]);
    await tree.stop();
  }
});

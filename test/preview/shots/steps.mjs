// What a person does to come to a screen; each `page` is a page of Playwright.
export const button = (page, name) => page.getByRole('button', { name, exact: true });
export const chooseBo = (page) => page.getByRole('navigation').getByRole('button', { name: /^Bo Lind/ }).click();
export const openRules = async (page) => {
  await chooseBo(page);
  await page.getByTestId('key-badge').click();
  await page.locator('[aria-labelledby="rules-heading"]').getByRole('button').click();
  await page.getByRole('dialog').waitFor();
};
export const openReach = async (page, name) => {
  await page.getByRole('navigation').getByRole('button', { name }).click();
  await page.locator('.facts-row .fact').last().click();
  await page.getByTestId('reach-sentence').waitFor();
};
/** Another page of the settings: from the list beside it or, where the window has no room for that, from the field above it. By its name in English, or by its id in any language. */
export const turnTo = async (page, tab) => {
  const named = (role) => (/^[a-z]/.test(tab) ? page.locator(`[role=${role}][data-key=${tab}]`) : page.getByRole(role, { name: tab, exact: true }));
  await page.locator('.settings').waitFor();
  if (await page.locator('.settings-pages').isHidden()) return named('tab').click();
  await page.locator('.settings-pages button').click();
  await named('option').click();
};
export const openNetwork = async (page) => {
  await page.keyboard.press('Control+,');
  await turnTo(page, 'Network');
};
export const openNear = async (page) => {
  await page.keyboard.press('Control+Shift+P');
  await page.getByRole('dialog').waitFor();
};
export const endMeeting = async (page, reason) => {
  await page.evaluate((why) => window.fake.tellNearby({ meeting: { name: 'quiet-heron-07', askedBy: 'them', step: 'ended', reason: why } }), reason);
  await page.locator('.nearby-heading').waitFor();
};
export const openSettings = async (page, tab = 'look') => {
  await page.keyboard.press('Control+,');
  await turnTo(page, tab);
  if (/^[A-Z]/.test(tab)) await page.getByRole('tabpanel', { name: tab, exact: true }).waitFor();
};
export const openIdentity = async (page, name) => {
  await openSettings(page, 'Identity');
  await page.getByText('Key number 1', { exact: true }).or(page.getByText('All 6 keys')).first().waitFor();
  if (name !== undefined) await button(page, name).click();
};
export const openOrganisations = async (page, name) => {
  await openSettings(page, 'Organisations');
  if (name !== undefined) await button(page, name).click();
};
export const fileWords = 'five words lock this file';
export const startBackup = async (page, words = fileWords) => {
  await openSettings(page, 'Backup');
  await page.getByLabel('Passphrase of the backup', { exact: true }).fill(words);
  await page.getByLabel('Repeat the passphrase of the backup', { exact: true }).fill(words);
  await button(page, 'Create backup…').click();
};
export const openRestore = async (page, words) => {
  await button(page, 'Restore from a backup').click();
  if (words === undefined) return;
  await page.getByLabel('Passphrase of the backup', { exact: true }).fill(words);
  await button(page, 'Choose backup file…').click();
};
export const openDevices = async (page, name) => {
  await openSettings(page, 'Devices');
  await page.getByTestId('own-device').first().waitFor();
  if (name !== undefined) await button(page, name).first().click();
};
export const openJoin = async (page) => {
  await button(page, 'I already use Keyshift on another device').click();
};
export const showLinking = async (page) => {
  await button(page, 'Show').click();
  await page.getByRole('dialog').waitFor();
};
export const endLinking = async (page, linking) => {
  await page.evaluate((one) => window.fake.tellLinking(one), linking);
  await page.locator('.nearby-heading').waitFor();
};
export const openVerify = async (page) => {
  await chooseBo(page);
  await page.keyboard.press('Control+Shift+V');
  await page.locator('[aria-labelledby="safety-heading"]').getByRole('button').first().click();
  await page.getByTestId('verify').locator('.qr').waitFor();
};
export const compareNumber = async (page, number) => {
  await page.getByRole('dialog').getByRole('textbox').fill(number);
  await button(page, 'Compare').click();
};
export const toVerdict = async (page, verdict) => {
  await page.evaluate((one) => { window.fake.world.people.verdict = one; }, verdict);
  await openVerify(page);
  await compareNumber(page, '1');
  await page.getByTestId('outcome').waitFor();
};
export const search = async (page, keys, words) => {
  await chooseBo(page);
  await page.keyboard.press(keys);
  await page.getByRole('dialog').getByRole('textbox').first().fill(words);
  await page.waitForTimeout(400);
};
export const openExport = async (page, kind) => {
  await chooseBo(page);
  await page.locator('.conversation-head button[aria-haspopup="menu"]').click();
  await page.getByRole('menuitem', { name: 'Export…', exact: true }).click();
  if (kind !== undefined) await page.getByRole('radio', { name: kind }).click({ force: true });
};

/** The nth message from the end, with the focus; 0: the newest. */
export const toMessage = async (page, back) => {
  await chooseBo(page);
  await page.getByRole('article').last().focus();
  for (let step = 0; step < back; step += 1) await page.keyboard.press('ArrowUp');
};
export const messageMenu = async (page, back, item) => {
  await toMessage(page, back);
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menu').waitFor();
  if (item !== undefined) await page.getByRole('menuitem', { name: item, exact: true }).click();
};
export const talkMenu = async (page, item) => {
  await chooseBo(page);
  await page.locator('.conversation-head button[aria-haspopup="menu"]').click();
  await page.getByRole('menu').waitFor();
  if (item !== undefined) await page.getByRole('menuitem', { name: item, exact: true }).click();
};
export const openPerson = async (page, name) => {
  await chooseBo(page);
  await page.keyboard.press('Control+i');
  await page.getByTestId('safety-number').waitFor();
  if (name !== undefined) await button(page, name).click();
};
export const openFiles = async (page) => {
  await chooseBo(page);
  await page.keyboard.press('Control+i');
  await page.getByRole('tab', { name: 'Files', exact: true }).click();
  await page.getByTestId('file-entry').first().waitFor();
};
export const attach = async (page) => {
  await chooseBo(page);
  await button(page, 'Attach files').click();
  await page.locator('.staged-file').first().waitFor();
};
export const checkArchive = async (page) => {
  await openSettings(page, 'Backup');
  await button(page, 'Choose an archive…').click();
  await button(page, 'Choose an archive…').click();
  await page.locator('.dialog .banner').waitFor();
};
/** In the help: to a document, out of the contents beside the text or, where the window has no room for them, behind the line above it. */
export const turnHelpTo = async (page, title) => {
  if (await page.locator('.help-beside').isHidden()) await page.locator('.help-folded .disclosure-button').click();
  await page.locator('.help-contents').getByRole('button', { name: title }).filter({ visible: true }).click();
};
/** Two notices at once; they wait while the pointer is on one of them. */
export const tellNotices = async (page) => {
  await page.evaluate(() => {
    const tell = () => {
      for (const name of ['Carla Reyes', 'Maximiliane Wolkenstein von Trostburg']) window.fake.emit({ type: 'contact.request', requestId: name.length.toString(16).padStart(32, '0'), peerId: 'a'.repeat(52), name, via: 'card' });
    };
    let told = window.fake.world.settings.language;
    window.tellAgain = async (language) => {
      if (language === told) return;
      told = language;
      const gone = () => new Promise((done) => setTimeout(done, 50));
      for (let looks = 0; document.querySelector('.toast') !== null; looks += 1) {
        if (looks === 200) throw new Error('the notices did not go');
        document.querySelector('.toast button')?.click();
        await gone();
      }
      tell();
      for (let looks = 0; document.querySelectorAll('.toast').length < 2; looks += 1) {
        if (looks === 200) throw new Error('the notices did not come again');
        await gone();
      }
    };
    tell();
  });
  await page.locator('.toast').nth(1).waitFor();
};

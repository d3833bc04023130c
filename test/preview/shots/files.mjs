import { tiny, wide } from './sizes.mjs';
import { attach, button, chooseBo, openFiles, turnTo } from './steps.mjs';

const shown = async (page) => {
  await chooseBo(page);
  await page.getByTestId('message-file').last().waitFor();
  await page.waitForTimeout(200);
};

const dropMany = async (page) => {
  await chooseBo(page);
  await page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    for (let n = 1; n <= 12; n += 1) dataTransfer.items.add(new File(['x'.repeat(n * 900)], `Page ${n} of the cutting list.txt`));
    document.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
  });
  await page.getByRole('button', { name: 'Send none of them' }).waitFor();
};

/** @type {import('./all.mjs').Shots} */
export const files = [
  ['files', 'files', { ...wide, height: 1300 }, ['light', 'dark', 'contrast'], shown],
  ['files-tiny', 'files', { ...tiny, height: 1300 }, ['light'], shown],
  ['files-big-text', 'files', { ...wide, height: 1600, text: 32 }, ['light'], shown],
  ['files-moving', 'files-moving', { ...wide, height: 1100 }, ['light', 'dark', 'contrast'], shown],
  ['files-moving-tiny', 'files-moving', { ...tiny, height: 1300 }, ['light', 'dark'], shown],
  ['files-moving-forced', 'files-moving', { ...wide, height: 1100, forced: true }, ['light'], shown],
  // Moved for its five seconds already, or for none: it stands still.
  ['picture-moves', 'picture-moves', { ...wide, height: 1300 }, ['light', 'dark', 'contrast'], async (page) => { await shown(page); await page.getByRole('button', { name: /^Let picture Sheet/ }).waitFor(); }],
  ['files-preparing', 'files-preparing', wide, ['light'], shown],
  ['files-tab', 'files-all', { ...wide, height: 1000 }, ['light', 'dark'], openFiles],
  ['files-tab-tiny', 'files-all', { ...tiny, height: 1400 }, ['light'], openFiles],
  ['files-tab-none', 'busy', wide, ['light'], async (page) => { await chooseBo(page); await page.keyboard.press('Control+i'); await page.getByRole('tab', { name: 'Files', exact: true }).click(); }],
  ['files-forget', 'files-all', wide, ['light'], async (page) => { await openFiles(page); await page.getByRole('button', { name: /^Remove .* from this computer$/ }).last().click(); }],
  ['files-answered', 'files-answered', wide, ['light'], shown],
  ['files-answered-tiny', 'files-answered', tiny, ['light'], shown],
  ['files-answered-list-tiny', 'files-answered', tiny, ['light'], async () => {}],
  ['files-staged', 'files', wide, ['light', 'dark'], attach],
  ['files-staged-tiny', 'files', tiny, ['light'], attach],
  ['files-staged-many', 'files', wide, ['light', 'dark'], dropMany],
  ['files-staged-many-tiny', 'files', tiny, ['light'], dropMany],
  ['lightbox', 'files', wide, ['light', 'dark', 'contrast'], async (page) => { await shown(page); await page.getByRole('button', { name: /^Show picture Sheet/ }).click(); await page.getByRole('dialog').waitFor(); await page.waitForTimeout(200); }],
  ['lightbox-tiny', 'files', tiny, ['light'], async (page) => { await shown(page); await page.getByRole('button', { name: /^Show picture Harbour/ }).click(); await page.getByRole('dialog').waitFor(); await page.waitForTimeout(200); }],
  ['files-drop', 'files', wide, ['light', 'dark'], async (page) => {
    await shown(page);
    await page.evaluate(() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['x'], 'x.txt'));
      document.dispatchEvent(new DragEvent('dragover', { dataTransfer, bubbles: true, cancelable: true }));
    });
    await page.locator('.drop-zone').waitFor();
  }],
  ['files-settings', 'busy', { ...wide, height: 1200 }, ['light'], async (page) => { await button(page, 'Settings').click(); await turnTo(page, 'Security'); }],
];

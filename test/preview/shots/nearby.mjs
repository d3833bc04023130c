import { wide, tiny } from './sizes.mjs';
import { button, chooseBo, openNear, endMeeting } from './steps.mjs';

/** @type {import('./all.mjs').Shots} */
export const nearby = [
  ['near-idle', 'empty', wide, ['light', 'dark', 'contrast'], async (page) => { await openNear(page); }],
  ['near-alone', 'near-alone', wide, ['light', 'dark'], async (page) => { await openNear(page); }],
  ['near', 'near', wide, ['light', 'dark', 'contrast', 'pseudo'], async (page) => { await openNear(page); }],
  ['near-tiny', 'near', tiny, ['light', 'dark'], async (page) => { await openNear(page); }],
  ['near-asking', 'near-asking', wide, ['light'], async (page) => { await openNear(page); }],
  ['near-asked', 'near-asked', wide, ['light', 'dark'], async (page) => { await openNear(page); }],
  ['near-compare', 'near-compare', wide, ['light', 'dark', 'contrast'], async (page) => { await openNear(page); }],
  ['near-compare-tiny', 'near-compare', tiny, ['light'], async (page) => { await openNear(page); }],
  ['near-compare-200', 'near-compare', { width: 640, height: 400, scale: 2 }, ['light'], async (page) => { await openNear(page); }],
  ['near-compare-big-text', 'near-compare', { ...wide, text: 32 }, ['light'], async (page) => { await openNear(page); }],
  ['near-waiting', 'near-waiting', wide, ['light'], async (page) => { await openNear(page); }],
  ['near-met', 'near-met', wide, ['light', 'dark'], async (page) => {
    await openNear(page);
    await page.evaluate(() => window.fake.tellNearby({ meeting: { name: 'quiet-heron-07', askedBy: 'them', step: 'met', contactId: window.fake.world.contacts[0].contactId } }));
    await button(page, 'Say hello').waitFor();
  }],
  ['near-differ', 'near', wide, ['light', 'dark'], async (page) => { await openNear(page); await endMeeting(page, 'not-same'); }],
  ['near-many', 'near', wide, ['light'], async (page) => { await openNear(page); await endMeeting(page, 'too-many'); }],
  ['near-bar', 'near-asked-busy', wide, ['light', 'dark', 'contrast'], async (page) => { await chooseBo(page); }],
  ['near-bar-tiny', 'near-asked-busy', tiny, ['light'], async (page) => { await chooseBo(page); }],
  ['near-ask-in-dialog', 'near-asked-busy', wide, ['light'], async (page) => { await page.keyboard.press('Control+n'); }],
];

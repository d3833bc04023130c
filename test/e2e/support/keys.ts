import { expect, type Locator, type Page } from '@playwright/test';

/** More controls than this stand on no screen: who needs more has got stuck. */
const longestWay = 60;

/** Goes on with Tab until `target` has the focus, as a person without a mouse does; it must then be seen to have it. */
export async function tabTo(window: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  // To look for a role and a name goes through the whole page; the element that was found is looked for again where it is gone, and now and then, as another one may be meant by now.
  let element = await target.elementHandle();
  for (let step = 0; step < longestWay; step += 1) {
    const state = await element?.evaluate((own) => (own === document.activeElement ? 'here' : own.isConnected ? 'elsewhere' : 'gone'));
    if (state === 'here' && (await target.evaluate((own) => own === document.activeElement))) {
      await expectFocusSeen(window);
      return;
    }
    if (state !== 'elsewhere' || step % 8 === 7) element = await target.elementHandle();
    await window.keyboard.press(key);
  }
  throw new Error(`no way by ${key} to ${String(target)}`);
}

/** Tab to a button, a tab or a switch and press it. */
export async function pressWith(window: Page, target: Locator, key: 'Enter' | 'Space' = 'Enter'): Promise<void> {
  await tabTo(window, target);
  await window.keyboard.press(key);
}

/** Whatever has the focus shows it: by an outline or a ring, its own or of what it stands in or holds. */
export async function expectFocusSeen(window: Page): Promise<void> {
  const seen = await window.evaluate(() => {
    const focused = document.activeElement;
    if (!(focused instanceof Element) || focused === document.body) return 'nothing has the focus';
    // A part of a picture has its ring drawn last of all, so that no other part covers it.
    const drawn = focused.closest('svg')?.querySelector('.life-ring');
    if (drawn && getComputedStyle(drawn).stroke !== 'none' && getComputedStyle(drawn).display !== 'none') return true;
    const around = [focused.parentElement, focused.parentElement?.parentElement].filter((element) => element instanceof Element);
    const rings = [focused, ...around, ...focused.querySelectorAll('*')].map((element) => getComputedStyle(element));
    const ringed = rings.some(({ outlineStyle, outlineWidth, boxShadow }) => (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0) || boxShadow !== 'none');
    return ringed || focused.outerHTML.slice(0, 200);
  });
  expect(seen).toBe(true);
}

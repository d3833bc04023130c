import { expect, type Page } from '@playwright/test';

/** What the engine still holds of the page after collection, closed and removed things among it. */
async function held(window: Page): Promise<{ nodes: number; listeners: number }> {
  const debug = await window.context().newCDPSession(window);
  try {
    await debug.send('HeapProfiler.enable');
    for (let turn = 0; turn < 3; turn += 1) await debug.send('HeapProfiler.collectGarbage');
    const { nodes, jsEventListeners } = await debug.send('Memory.getDOMCounters');
    return { nodes, listeners: jsEventListeners };
  } finally {
    await debug.detach();
  }
}

/** Opens and closes dialogs again and again: nothing of them stays, whether or not what moves in them had come to its end. */
export async function expectNothingKept(window: Page): Promise<void> {
  const round = async (): Promise<void> => {
    for (const keys of ['Control+,', 'Control+/', 'Control+k']) {
      await window.keyboard.press(keys);
      const dialog = window.getByRole('dialog');
      await dialog.first().waitFor();
      // To ask an animation when it ends would itself keep it.
      if (keys !== 'Control+/') await window.waitForFunction(() => document.getAnimations().every(({ playState }) => playState !== 'running'));
      await window.keyboard.press('Escape');
      await dialog.first().waitFor({ state: 'detached' });
    }
  };
  await round();
  const before = await held(window);
  for (let turn = 0; turn < 3; turn += 1) await round();
  const after = await held(window);
  // The sheet of shortcuts alone has several hundred nodes.
  expect(after.nodes - before.nodes).toBeLessThan(150);
  expect(after.listeners - before.listeners).toBeLessThan(60);
}

import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { faint } from '../../preview/drive.mjs';

const source = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const standard = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/**
 * What axe-core finds against WCAG 2.2 AA on the page as it stands, in the light theme: the rule, its first element and why; and the words that
 * stand out too little in the dark one. axe runs through the debugger, which the page's content policy does not bind.
 */
export async function violationsOf(window: Page): Promise<string[]> {
  const debug = await window.context().newCDPSession(window);
  const run = async (options: object): Promise<readonly Violation[]> => {
    const { result, exceptionDetails } = await debug.send('Runtime.evaluate', {
      expression: `(${settled.toString()})().then(() => axe.run(document, ${JSON.stringify(options)})).then(({ violations }) => JSON.stringify(violations))`,
      awaitPromise: true,
    });
    if (exceptionDetails !== undefined) throw new Error(`axe: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
    // JSON that axe wrote, of its documented shape.
    return JSON.parse(String(result.value)) as readonly Violation[];
  };
  try {
    await debug.send('Runtime.evaluate', { expression: `if (!window.axe) { ${source} }` });
    // Without motion: no colour is caught half-way between the two themes.
    await window.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    // Told of everything that is right as well, axe would make a selector for each element on the page.
    const violations = await run({ runOnly: { type: 'tag', values: standard }, resultTypes: ['violations'], preload: false });
    const found = violations.map(({ id, nodes }) => `light ${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary?.replaceAll(/\s+/g, ' ') ?? ''}`).join(' | ')}`);
    await window.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await window.evaluate(settled);
    // Everything but colours is the same in both, and of those axe says in half a second what this says at once.
    found.push(...(await window.evaluate(faint)).map((word) => `dark ${word}`));
    return found;
  } finally {
    await window.emulateMedia({ colorScheme: null, reducedMotion: null });
    await debug.detach();
  }
}

/** In the page: until a change of theme is drawn and no colour is on its way any more. */
async function settled(): Promise<void> {
  const drawn = (): Promise<unknown> => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  await drawn();
  await Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => undefined)));
  await drawn();
}

import { resolve } from 'node:path';
import { expect, test, type ElectronApplication, type Page } from '@playwright/test';
import { openScene } from '../preview/drive.mjs';
import { keptPreview } from '../preview/kept-build.mjs';
import { servePreview } from '../preview/serve.mjs';
import { asRoot, electronExecutable, launch, profileOf, unoptimised } from './support/app';

// What only a real layout shows of a list of which the near lines alone are drawn. Measured inside of the page: asking for a thousand lines from outside takes ten seconds.

let app: ElectronApplication | undefined;
let server: { readonly address: string; stop: () => Promise<unknown> } | undefined;
test.afterAll(async () => {
  await Promise.all([app?.close(), server?.stop()]);
});

interface Seen {
  /** Numbers of the people whose lines are in sight, from the top. */
  readonly numbers: readonly number[];
  /** Pixels of what is seen of the list where no line is. */
  readonly bare: number;
  readonly elements: number;
  /** What the focus or the mark is on: its number, whether it is wholly in sight, and the place it says it has. */
  readonly on: { readonly number: number; readonly inSight: boolean; readonly place: string } | undefined;
}

/** `box` scrolls; `on`: the line the keys are at. */
const look = (page: Page, box: string, on: string): Promise<Seen> =>
  page.evaluate(
    async ([boxName, onName]) => {
      const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      await drawn();
      const edge = document.querySelector(boxName)?.getBoundingClientRect() ?? new DOMRect();
      const numberOf = (line: Element): number => Number(/^Person (\d+)$/.exec(line.querySelector('.list-name')?.textContent ?? '')?.[1] ?? Number.NaN);
      const list = document.querySelector(`${boxName} ul`);
      const lines = [...(list?.querySelectorAll('li') ?? [])];
      const seen = lines.flatMap((line) => {
        const { top, bottom } = line.getBoundingClientRect();
        return bottom <= edge.top || top >= edge.bottom ? [] : [{ number: numberOf(line), covered: Math.min(bottom, edge.bottom) - Math.max(top, edge.top) }];
      });
      // The list has its room whether lines are drawn there or not; a heading and the ways to add people stand in the box as well.
      const room = list?.getBoundingClientRect() ?? new DOMRect();
      const [first, last] = [Math.max(edge.top, room.top), Math.min(edge.bottom, room.bottom)];
      const line = document.querySelector(onName)?.closest('li');
      const { top = 0, bottom = 0 } = line?.getBoundingClientRect() ?? {};
      return {
        numbers: seen.map(({ number }) => number),
        bare: Math.max(0, last - first) - seen.reduce((sum, { covered }) => sum + covered, 0),
        elements: lines.length,
        on: line ? { number: numberOf(line), inSight: top >= edge.top - 1 && bottom <= edge.bottom + 1, place: `${line.getAttribute('aria-posinset')}/${line.getAttribute('aria-setsize')}` } : undefined,
      };
    },
    [box, on] as const,
  );

/** One after the other without a hole, and no more elements than are near. */
function expectWhole({ numbers, bare, elements }: Seen, least: number): void {
  expect(numbers.length).toBeGreaterThanOrEqual(least);
  expect(numbers).toEqual(numbers.map((_, at) => (numbers[0] ?? 0) + at));
  // A pixel or two is rounding.
  expect(bare).toBeLessThan(numbers.length + 2);
  expect(elements).toBeLessThan(90);
}

const scrollTo = (page: Page, box: string, share: number): Promise<void> =>
  page.evaluate(
    ([name, part]) => {
      const element = document.querySelector(name);
      if (element !== null) element.scrollTop = (element.scrollHeight - element.clientHeight) * part;
    },
    [box, share] as const,
  );

test('a thousand conversations: no hole at any place one scrolls to, also with letters twice as large; keys reach every line and bring it into sight, in the list and where one goes to a person', async () => {
  test.setTimeout(180_000);
  server = await servePreview(await keptPreview());
  app = await launch({ executablePath: electronExecutable, args: [resolve('test/e2e/support/scene-window.cjs'), unoptimised, ...(asRoot ? ['--no-sandbox'] : []), `--user-data-dir=${profileOf('long-list')}`] });
  const page = await app.firstWindow();
  page.setDefaultTimeout(10_000);
  await openScene(page, server.address, 'thousand');
  const list = '.list-items';
  const focused = '.list-item:focus';

  for (const size of ['', '200%']) {
    await page.evaluate((wanted) => void (document.documentElement.style.fontSize = wanted), size);
    for (const share of [0, 0.013, 0.25, 0.5, 0.501, 0.77, 0.97, 0.4, 0.02]) {
      await scrollTo(page, list, share);
      expectWhole(await look(page, list, focused), size === '' ? 8 : 4);
    }
    await scrollTo(page, list, 0);
    expect((await look(page, list, focused)).numbers[0]).toBe(1);

    await page.evaluate(() => document.querySelector<HTMLElement>('.list-item')?.focus());
    for (const [key, number] of [['End', 1_000], ['ArrowUp', 999], ['Home', 1], ['ArrowDown', 2]] as const) {
      await page.keyboard.press(key);
      const seen = await look(page, list, focused);
      expect(seen.on).toEqual({ number, inSight: true, place: `${number}/1000` });
      expect(seen.bare).toBeLessThan(seen.numbers.length + 2);
    }
  }

  await page.evaluate(() => void (document.documentElement.style.fontSize = ''));
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Find a person' }).waitFor();
  const hits = '.picker-hits';
  const marked = '.picker-hits [aria-selected="true"]';
  for (const share of [0, 0.3, 0.9, 1, 0.1]) {
    await scrollTo(page, hits, share);
    expectWhole(await look(page, hits, marked), 5);
  }
  for (let times = 0; times < 5; times += 1) await page.keyboard.press('PageDown');
  await page.keyboard.press('ArrowUp');
  const seen = await look(page, hits, marked);
  expect(seen.on).toEqual({ number: 40, inSight: true, place: '40/1000' });
  await page.keyboard.type('person 77');
  expect((await look(page, hits, marked)).numbers.slice(0, 3)).toEqual([77, 770, 771]);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.locator('.list-item[aria-current="page"]')).toContainText('Person 77');
});

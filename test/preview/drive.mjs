// What the pictures (pictures.mjs) and the test of all scenes (test/e2e/scenes.test.ts) do with the preview's page.

/** Scenes without a list of conversations. */
const closed = /^(first|locked|damaged|full|newer|restore-running|join-.*|desk-locked|desk-link-waits|desk-removed.*)$/;

/** The page of a scene, as far as a person sees it when it has come to rest. */
export async function openScene(page, address, scene) {
  // Another fragment alone would load nothing anew.
  await page.goto('about:blank');
  await page.goto(`${address}/#${scene}/light`);
  await page.locator('#root > .window').first().waitFor();
  // Lists come after the first frame.
  if (!closed.test(scene)) await page.locator('.list-foot').waitFor({ state: 'attached' });
}

/** The same screen in another theme or language, without anything a person does. */
export async function dress(page, { theme = 'light', contrast = 'system', language = 'en', textSize = 100 }) {
  await page.evaluate(
    (wanted) => {
      const { world, emit } = window.fake;
      if (Object.entries(wanted).some(([name, value]) => world.settings[name] !== value)) {
        world.settings = { ...world.settings, ...wanted };
        emit({ type: 'settings.changed' });
      }
    },
    { theme, contrast, language, textSize },
  );
  // A notice keeps the words it was told in.
  await page.evaluate((wanted) => window.tellAgain?.(wanted), language);
  await settle(page);
}

/** Until what changed is drawn, and nothing moves any more: a pane that folds slides in, however short. */
export async function settle(page) {
  await page.evaluate(async () => {
    const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    await drawn();
    await Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => undefined)));
    await drawn();
  });
}

/** In the page: what scrolls sideways, and which controls and words stand outside the window. */
export function outside() {
  const width = document.documentElement.clientWidth;
  const name = (element) => `${element.tagName.toLowerCase()}.${[...element.classList].join('.')} “${(element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 40)}”`;
  // What scrolls sideways by design: code and tables of its own, never a pane or a dialog.
  const frames = document.querySelectorAll('html, body, .veil, .dialog, .dialog-body, .pane, .tab-panel, .feed, .list-items, .details-body, .front, .picker-hits');
  const scrolling = [...frames].filter((element) => element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX !== 'visible').map((element) => {
    const { left, right } = element.getBoundingClientRect();
    const widest = [...element.querySelectorAll('*')].filter((inner) => inner.getBoundingClientRect().right > right + 1 || inner.getBoundingClientRect().left < left - 1).at(-1);
    return `scrolls: ${name(element)} ${element.scrollWidth - element.clientWidth} px for ${widest === undefined ? '?' : name(widest)}`;
  });
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && element.closest('.only-heard, [aria-hidden="true"], [data-live-announcer]') === null && getComputedStyle(element).clipPath !== 'inset(50%)';
  // A dialog covers the rest, which then need not be reached.
  const top = [...document.querySelectorAll('[role="dialog"], [role="menu"], [role="alertdialog"]')].at(-1) ?? document.body;
  const parts = [...top.querySelectorAll('button, input, textarea, select, a[href], h1, h2, h3, p, label, summary, [role="tab"], [role="menuitem"], [role="radio"], [role="switch"]')].filter(seen);
  const out = parts
    .filter((element) => {
      const { left, right, width: own } = element.getBoundingClientRect();
      if (own === 0 || element.closest('table, pre, svg') !== null) return false;
      return right > width + 1 || left < -1;
    })
    .map((element) => `outside: ${name(element)} ${Math.round(element.getBoundingClientRect().left)}…${Math.round(element.getBoundingClientRect().right)}`);
  // Words of a control that its own edge cuts off, where nothing (an ellipsis) says so.
  const cut = parts
    .filter((element) => element.matches('button, [role="tab"], h1, h2, h3, label') && element.scrollWidth > element.clientWidth + 2 && element.clientWidth > 0)
    .filter((element) => getComputedStyle(element).overflowX !== 'visible' && getComputedStyle(element).textOverflow !== 'ellipsis')
    .map((element) => `cut: ${name(element)}`);
  // A line that ends in an ellipsis has to keep its beginning: one of the other direction than its box loses that.
  const headless = [...top.querySelectorAll('*')].filter(seen).filter((element) => element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).textOverflow === 'ellipsis' && getComputedStyle(element).overflowX !== 'visible' && getComputedStyle(element).whiteSpace.startsWith('nowrap')).flatMap((element) => {
    const [first] = /[\p{L}\u200f\u2067\u2068]/u.exec(element.textContent ?? '') ?? [];
    if (first === undefined || first === '\u2068') return [];
    const own = /[\u0590-\u08ff\u200f\u2067]/u.test(first) ? 'rtl' : 'ltr';
    return own === getComputedStyle(element).direction ? [] : [`cut at its beginning: ${name(element)}`];
  });
  // Words that hang out of what is drawn around them.
  const over = [...top.querySelectorAll('.bubble, .key-card, .choice-card, .problem, .toast, .banner')]
    .filter((element) => seen(element) && element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX === 'visible')
    .map((element) => `hangs over: ${name(element)} ${element.scrollWidth - element.clientWidth} px`);
  // A notice on the contents of a dialog: what is under it cannot be pressed until it goes. The invented language is longer than any, so that two notices come up to there.
  const notices = /-X[AB]$/.test(document.documentElement.lang) ? [] : [...document.querySelectorAll('.toast')].map((notice) => notice.getBoundingClientRect());
  const covered = [...top.querySelectorAll('[role="tab"]')].filter(seen).filter((element) => {
    const at = element.getBoundingClientRect();
    return notices.some((notice) => notice.left < at.right && at.left < notice.right && notice.top < at.bottom && at.top < notice.bottom);
  }).map((element) => `covered by a notice: ${name(element)}`);
  return [...scrolling, ...out, ...cut, ...headless, ...over, ...covered];
}

/** In the page: what large letters in a small window left no room for. Usual words that are divided in their middle (long ones, addresses and names of files may be; a German one where its hyphen is), the name of whom one writes to, settings that begin below what is seen, and names that hold a hyphen. */
export function crowded() {
  const usual = 13;
  const top = [...document.querySelectorAll('[role="dialog"], [role="menu"], [role="alertdialog"]')].at(-1) ?? document.body;
  const found = new Set();
  const walker = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    if (element.closest('svg, option, textarea, .only-heard, .mono, code, table, [aria-hidden="true"] svg') !== null || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    // What ends in an ellipsis says itself that there is more.
    if (getComputedStyle(element).textOverflow === 'ellipsis') continue;
    // What may end a line with a hyphen is looked at between those: “Wiederherstellungs-” is whole.
    for (const { 0: word, index } of node.textContent.matchAll(/[^\s\u00AD]+/gu)) {
      if (word.length > usual || !/^[^\p{L}\p{N}-]*\p{L}[\p{L}\p{M}]+[^\p{L}\p{N}-]*$/u.test(word)) continue;
      // To the first letter behind a hyphen belongs the line on which that is drawn.
      range.setStart(node, node.textContent[index - 1] === '\u00AD' ? index + 1 : index);
      range.setEnd(node, index + word.length);
      const tops = new Set([...range.getClientRects()].filter(({ width }) => width > 0).map((box) => Math.round(box.top)));
      if (tops.size > 1) found.add(`divided: “${word}” in ${element.className || element.tagName.toLowerCase()}`);
    }
  }
  const cut = [...document.querySelectorAll('.head-name bdi:first-child')].filter((name) => name.getClientRects().length > 0 && name.scrollWidth > name.clientWidth + 1).map((name) => `cut: the name ${name.textContent}`);
  const panel = top.querySelector('.settings:not([data-searching]) .tab-panel');
  const below = panel !== null && panel.getBoundingClientRect().top > 0.6 * document.documentElement.clientHeight ? ['below: the page of the settings begins where little of it is seen'] : [];
  const heard = [...document.querySelectorAll('[aria-label], [alt], [placeholder], [aria-valuetext]')].flatMap((element) =>
    ['aria-label', 'alt', 'placeholder', 'aria-valuetext'].filter((name) => element.getAttribute(name)?.includes('\u00AD') === true).map((name) => `a hyphen that is only heard: ${name} “${element.getAttribute(name)}”`),
  );
  return [...found, ...cut, ...below, ...heard];
}

/**
 * In the page: words that stand out too little from what they stand on, by WCAG 1.4.3. As axe would say it, and a hundred times as fast: colours of
 * computed styles, layers of half-transparent ones and opacity put together. Looks at the topmost dialog and at notices, at what stands in fields and at their hints; says nothing of words on pictures.
 */
export function faint() {
  const parse = (colour) => {
    const [r = 0, g = 0, b = 0, a = 1] = (colour.match(/[\d.]+/g) ?? []).map(Number);
    return colour.startsWith('color(srgb') ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
  };
  const over = ([r, g, b, a], [below, below2, below3]) => [r * a + below * (1 - a), g * a + below2 * (1 - a), b * a + below3 * (1 - a), 1];
  const luminance = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const stylesOf = (element, part) => {
    const { color, fontSize, fontWeight, opacity } = getComputedStyle(element, part);
    return { color, fontSize, fontWeight, opacity };
  };
  const opacities = new Map();
  const opacityOf = (element) => {
    if (element === null) return 1;
    const known = opacities.get(element) ?? Number.parseFloat(getComputedStyle(element).opacity) * opacityOf(element.parentElement);
    opacities.set(element, known);
    return known;
  };
  const seenAs = ([r, g, b, a], element) => [r, g, b, a * opacityOf(element)];
  const grounds = new Map();
  const groundOf = (element) => {
    if (element === null) return [255, 255, 255, 1];
    const known = grounds.get(element);
    if (known !== undefined) return known;
    const own = seenAs(parse(getComputedStyle(element).backgroundColor), element);
    const ground = own[3] === 1 ? own : over(own, groundOf(element.parentElement));
    grounds.set(element, ground);
    return ground;
  };
  const top = [...document.querySelectorAll('.veil, .popover')].at(-1) ?? document.body;
  const found = [];
  const look = (element, words, { color, fontSize, fontWeight, opacity }) => {
    const ground = groundOf(element);
    const [r, g, b, a] = seenAs(parse(color), element);
    const [high, low] = [luminance(over([r, g, b, a * opacity], ground)), luminance(ground)].sort((one, other) => other - one);
    const size = Number.parseFloat(fontSize);
    const least = size >= 24 || (size >= 18.66 && Number(fontWeight) >= 700) ? 3 : 4.5;
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < least) found.push(`faint: “${words.trim().slice(0, 40)}” ${ratio.toFixed(2)} : 1`);
  };
  const isLookedAt = (element) => element.closest('svg, option, .only-heard, [aria-disabled="true"], :disabled, [data-disabled], [data-live-announcer]') === null && element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  // Notices lie above a dialog, and not in it.
  for (const root of [top, ...[...document.querySelectorAll('.toasts')].filter((notices) => !top.contains(notices))]) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT, (node) => (node.textContent.trim() === '' ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT));
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      if (isLookedAt(node.parentElement)) look(node.parentElement, node.textContent, { ...stylesOf(node.parentElement), opacity: 1 });
    }
    // What is written in them is no text of the page.
    for (const field of root.querySelectorAll('input:not([type="checkbox"], [type="radio"], [type="range"], [type="file"], [type="hidden"]), textarea, select')) {
      if (!isLookedAt(field)) continue;
      const isHint = field.value === '' && (field.placeholder ?? '') !== '';
      const styles = isHint ? stylesOf(field, '::placeholder') : stylesOf(field);
      look(field, isHint ? field.placeholder : field.value, { ...styles, opacity: isHint ? Number.parseFloat(styles.opacity) : 1 });
    }
  }
  return found;
}

/** In the page, from right to left: arrows that point the wrong way, secrets beneath the button beside them, numbers that two people compare and that begin at the other end. */
export function unturned() {
  // Before there is a profile the language is the system's.
  if (document.documentElement.dir !== 'rtl') return [];
  const arrows = [...document.querySelectorAll('.lucide-send-horizontal, .lucide-reply, .lucide-panel-right, .lucide-chevron-left, .lucide-forward')].filter((icon) => icon.getClientRects().length > 0 && getComputedStyle(icon).transform === 'none').map((icon) => `points the wrong way: ${icon.getAttribute('class') ?? ''}`);
  const covered = [...document.querySelectorAll('.field-box:has(.in-field) input')].filter((field) => [getComputedStyle(field).paddingLeft, getComputedStyle(field).paddingRight].some((room) => Number.parseFloat(room) < 32)).map((field) => `beneath its button: ${field.id}`);
  const numbers = [...document.querySelectorAll('.nearby-digit-group, .safety-number > span')].filter((group) => getComputedStyle(group).direction !== 'ltr').map((group) => `its groups of digits stand from right to left: ${group.textContent}`);
  return [...arrows, ...covered, ...numbers];
}

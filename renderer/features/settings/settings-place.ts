import { focusWhereAsked } from '../../app/focus-where-asked';

const focusable = 'input:not([type=hidden]):not(:disabled), textarea:not(:disabled), button:not(:disabled), summary, [tabindex="0"]';

/** What says what a place is: headings, labels, and buttons that stand for themselves. */
export const placeNames = 'h2, h3, .field-label, .switch-label, .shortcut-name, button, summary';

export const nameOfPlace = (element: Element): string => (element.getAttribute('aria-label') ?? element.textContent ?? '').trim();

/** What gets the focus when a place was found by the words that stand there; undefined while the page has not come to it. */
export function findPlace(panel: HTMLElement, words: string): HTMLElement | undefined {
  const name = [...panel.querySelectorAll<HTMLElement>(placeNames)].find((one) => nameOfPlace(one) === words);
  if (name === undefined) return undefined;
  if (name.matches('button, summary')) return name.matches(':disabled') ? undefined : name;
  if (name.matches('.shortcut-name')) return name.closest('li')?.querySelector<HTMLElement>('[data-change-keys]') ?? undefined;
  const around = name.closest<HTMLElement>('.switch, [role=radiogroup], .field') ?? sectionIn(panel, name) ?? name.parentElement ?? panel;
  const own = around.querySelector<HTMLElement>('input:checked:not([role=switch])') ?? around.querySelector<HTMLElement>(focusable);
  if (own !== null) return own;
  name.tabIndex = -1;
  return name;
}

/** A section of the page: the dialog around it is one, too, and begins with the button that closes it. */
function sectionIn(panel: HTMLElement, name: Element): HTMLElement | undefined {
  const section = name.closest<HTMLElement>('section, form');
  return section !== null && panel.contains(section) ? section : undefined;
}

/** Frames to wait for a page that asks first. */
const patience = 60;

/** Brings a place into sight and the focus to it, as soon as it is there; whoever went elsewhere meanwhile stays there. The returned function gives it up. */
export function goToPlace(panel: () => HTMLElement | null, words: string): () => void {
  const answered = focusWhereAsked();
  let left = patience;
  let frame = requestAnimationFrame(function look() {
    const page = panel();
    const place = page === null ? undefined : findPlace(page, words);
    if (place === undefined) {
      left -= 1;
      if (left > 0) frame = requestAnimationFrame(look);
      return;
    }
    answered(place);
    if (document.activeElement !== place) return;
    const row = place.closest<HTMLElement>('.switch-row, [role=radiogroup], .field, .shortcut-item') ?? place;
    row.scrollIntoView({ block: 'center' });
    row.dataset['found'] = '';
    row.addEventListener('focusout', () => delete row.dataset['found'], { once: true });
  });
  return () => cancelAnimationFrame(frame);
}

/** Frames that are waited for what is on its way: two seconds of most screens. */
const patience = 120;

/**
 * The message in the middle, with the focus, once it is drawn. A dialog that closes gives the focus back to where it was: so not before
 * that one has left the window.
 */
export function bringIntoView(messageId: string): void {
  whenDrawn(messageId, (article) => {
    article.focus({ preventScroll: true });
    article.scrollIntoView({ block: 'center' });
  });
}

/** Put away while messages are selected. */
const fieldInSight = '.conversation-foot:not([hidden]) .composer-field';

/**
 * The message in the middle, with the focus where it is answered: whoever comes to one that just came begins to write, and there each letter would be a key of the message, one that
 * selects, forwards or deletes. On the message itself where nobody can write.
 */
export function bringToAnswer(messageId: string): void {
  whenDrawn(messageId, (article) => {
    const field = article.closest('main')?.querySelector<HTMLElement>(fieldInSight);
    (field ?? article).focus({ preventScroll: true });
    article.scrollIntoView({ block: 'center' });
  });
}

/** The message as the first in sight, once it is drawn. The focus stays. */
export function standAt(messageId: string): void {
  whenDrawn(messageId, (article) => article.scrollIntoView({ block: 'start' }));
}

/** The field of the conversation that is shown, where one can write there. */
export function bringToField(): void {
  whenThere(() => document.querySelector<HTMLElement>(fieldInSight), (field) => field.focus({ preventScroll: true }), 2);
}

function whenDrawn(messageId: string, run: (article: HTMLElement) => void): void {
  whenThere(() => document.querySelector<HTMLElement>(`[data-message="${CSS.escape(messageId)}"]`), run, patience);
}

function whenThere(find: () => HTMLElement | null, run: (place: HTMLElement) => void, frames: number): void {
  requestAnimationFrame(() => {
    const place = find();
    const open = document.querySelector('.veil') !== null;
    if ((place === null || open) && frames > 0) return whenThere(find, run, frames - 1);
    if (place !== null) run(place);
  });
}

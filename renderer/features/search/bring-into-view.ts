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

/**
 * The message in the middle, with the focus where it is answered: whoever comes to one that just came begins to write, and there each letter would be a key of the message, one that
 * selects, forwards or deletes. On the message itself where nobody can write.
 */
export function bringToAnswer(messageId: string): void {
  whenDrawn(messageId, (article) => {
    const field = article.closest('main')?.querySelector<HTMLElement>('.composer-field');
    (field ?? article).focus({ preventScroll: true });
    article.scrollIntoView({ block: 'center' });
  });
}

/** The message as the first in sight, once it is drawn. The focus stays. */
export function standAt(messageId: string): void {
  whenDrawn(messageId, (article) => article.scrollIntoView({ block: 'start' }));
}

function whenDrawn(messageId: string, run: (article: HTMLElement) => void, frames = patience): void {
  requestAnimationFrame(() => {
    const article = document.querySelector<HTMLElement>(`[data-message="${CSS.escape(messageId)}"]`);
    const open = document.querySelector('.veil') !== null;
    if ((article === null || open) && frames > 0) return whenDrawn(messageId, run, frames - 1);
    if (article !== null) run(article);
  });
}

/** Nobody has the focus: keys go to the page itself. */
export const isNowhere = (): boolean => document.activeElement === null || document.activeElement === document.body;

/** Where a screen begins: `start` gives the focus to somebody as soon as that can be, and only while nobody has it. Ends then, after a second, or when called. */
export function beginFocus(start: () => void, frames = 60): () => void {
  let left = frames;
  let frame = requestAnimationFrame(function look() {
    left -= 1;
    if (!isNowhere()) return;
    start();
    if (left > 0 && isNowhere()) frame = requestAnimationFrame(look);
  });
  return () => cancelAnimationFrame(frame);
}

/**
 * After something with the focus went away: `heir` gives it to somebody as soon as nobody had it for more than `patience` frames. A dialog takes some frames to go, and
 * what it did to the page behind may take more; whoever is elsewhere by then stays there. Ends after a second, or when called.
 */
export function keepFocus(heir: () => void, frames = 60, patience = 0): () => void {
  let alone = 0;
  let left = frames;
  let frame = requestAnimationFrame(function look() {
    left -= 1;
    alone = isNowhere() ? alone + 1 : 0;
    if (alone > patience) heir();
    if (left > 0) frame = requestAnimationFrame(look);
  });
  return () => cancelAnimationFrame(frame);
}

/** … of places that others may know a better heir for: by then they, or a menu that gives it back, were there. */
export const fallBack = (heir: () => void, frames = 60): (() => void) => keepFocus(heir, frames, 6);

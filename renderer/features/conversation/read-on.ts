/** Pixels that an arrow scrolls: some lines of text. */
const fewLines = 80;
/** Pixels of what was read that stay in sight after a page, and of room beyond the end. */
const kept = 48;
const beyond = 8;

/**
 * A message that is taller than its box is read to its end, or to its beginning, before a key leaves it: scrolls towards that and gives true, as long as something of it
 * is not in sight there. Gives false for other keys, and for a message that the box has room for.
 */
export function readOn(box: HTMLElement, message: HTMLElement, key: string): boolean {
  const isDown = key === 'ArrowDown' || key === 'PageDown';
  if (!isDown && key !== 'ArrowUp' && key !== 'PageUp') return false;
  const seen = box.getBoundingClientRect();
  const whole = message.getBoundingClientRect();
  const left = isDown ? whole.bottom - seen.bottom : seen.top - whole.top;
  // Less than a pixel is what dividing leaves.
  if (whole.height <= seen.height || left < 1) return false;
  const step = Math.min(left + beyond, key.startsWith('Arrow') ? fewLines : seen.height - kept);
  box.scrollTop += isDown ? step : -step;
  return true;
}

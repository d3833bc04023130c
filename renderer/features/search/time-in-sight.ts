/** When the first message of a feed was that can be seen whole or in part; undefined where none can. Unix milliseconds. */
export function timeInSight(): number | undefined {
  const box = document.querySelector('.feed-box');
  if (box === null) return undefined;
  const { top } = box.getBoundingClientRect();
  for (const article of box.querySelectorAll('[data-message]')) {
    // What shows of it is more than its edge.
    if (article.getBoundingClientRect().bottom <= top + 1) continue;
    const time = Date.parse(article.querySelector('time')?.dateTime ?? '');
    return Number.isNaN(time) ? undefined : time;
  }
  return undefined;
}

/** The messages that are drawn, in their order. Their own contents, of which there may be a hundred times as much, are not gone through. */
export function articlesOf(box: Element): readonly HTMLElement[] {
  const feed = box.querySelector('[role="feed"]');
  return [...(feed?.children ?? [])].filter((element): element is HTMLElement => element instanceof HTMLElement && element.matches('article'));
}

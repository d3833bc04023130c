/** Messages of a conversation that somebody selects, to deal with them together. */
export interface Selecting {
  readonly selected: readonly string[];
  /** Those that stay, whatever the run from `anchor` to `head` comes to. */
  readonly settled: readonly string[];
  readonly anchor: string | undefined;
  readonly head: string | undefined;
}

/** More at once would be sent on, or asked about, for longer than anybody looks on. */
export const mostSelected = 100;

export const noneSelected: Selecting = { selected: [], settled: [], anchor: undefined, head: undefined };

/** One more, or one less. */
export function toggled(now: Selecting, id: string): Selecting {
  const selected = now.selected.includes(id) ? now.selected.filter((one) => one !== id) : [...now.selected, id];
  return { selected, settled: selected, anchor: id, head: id };
}

/** As in lists of files: everything between where the run began and `to`, in the `order` they stand in. A run that begins anew leaves what was selected. */
export function extended(now: Selecting, order: readonly string[], from: string, to: string): Selecting {
  const goesOn = now.anchor !== undefined && now.head === from && order.includes(now.anchor);
  const anchor = goesOn ? (now.anchor ?? from) : from;
  const settled = goesOn ? now.settled : now.selected;
  const [one, other] = [order.indexOf(anchor), order.indexOf(to)];
  if (one === -1 || other === -1) return now;
  const run = order.slice(Math.min(one, other), Math.max(one, other) + 1);
  return { selected: [...new Set([...settled, ...run])], settled, anchor, head: to };
}

/** Without those that are gone; undefined where nothing is left of what was selected. */
export function without(now: Selecting, gone: readonly string[]): Selecting | undefined {
  const isThere = (id: string | undefined): boolean => id !== undefined && !gone.includes(id);
  const selected = now.selected.filter(isThere);
  if (selected.length === now.selected.length) return now;
  if (selected.length === 0) return undefined;
  return { selected, settled: now.settled.filter(isThere), anchor: isThere(now.anchor) ? now.anchor : undefined, head: isThere(now.head) ? now.head : undefined };
}

/** The last millisecond that a `Date` can hold, in the year 275760. A message's time is its sender's claim, and may lie behind that. */
const last = 8_640_000_000_000_000;

/** The same moment, or the last there is. */
export function onCalendar(at: number): number {
  return Math.min(at, last);
}

/** For `<time>`: ISO 8601, UTC. */
export function isoTime(at: number): string {
  return new Date(onCalendar(at)).toISOString();
}

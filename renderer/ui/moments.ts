import { monthName, monthOf } from './day-words';

/** A zone by how far it is from Greenwich: UTC, GMT+1, UTC−3:30. */
const zone = String.raw`(?:UTC|GMT)(?:[+\u2212-]\d{1,2}(?::?\d{2})?|(?![+\u2212-]\d))`;
const start = String.raw`(?<![\p{L}\p{N}_.])`;
const end = String.raw`(?![\p{L}\p{N}_]|[.,:]\d)`;
const numbers = String.raw`(?:\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.\d{4})`;
const named = String.raw`(?:\d{1,2}(?:\.|st|nd|rd|th)? (?:of )?${monthName}\.?,? \d{4}|${monthName}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4})`;
/** With minutes, with a half of the day, or with `Uhr`. */
const clock = String.raw`(?:\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]\.?m\.?| Uhr)?|\d{1,2}(?: ?[ap]\.?m\.?| Uhr))`;
/** A moment that names its zone, as programs write it: 2026-11-26T17:00Z, 2026-11-26 17:00:00.000+01:00, 2026-11-26 17:00 UTC. */
const whole = String.raw`${start}${numbers}(?:T|,? )\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?: Uhr)?(?: ?${zone}|Z| Z| ?[+\u2212-]\d{2}(?::?\d{2})?)${end}`;
/** As people do: 26.11.2026 um 17 Uhr GMT+1; November 26, 2026, 5 pm UTC; 26. November 2026, 17:00 UTC. */
const spoken = String.raw`${start}(?:${numbers}|${named}),? (?:(?:at|um) )?${clock}(?: ?${zone}|(?<=:\d{2})Z)${end}`;
/** An hour that does, without a day: 17:00 UTC, 5 pm GMT+1, 17 Uhr UTC, 17:00Z. */
const hour = String.raw`(?<![\p{L}\p{N}_.]|\p{N}:)${clock}(?: ?${zone}|(?<=:\d{2})Z)${end}`;
export const momentPattern = `${whole}|${spoken}|${hour}`;

const byNumber = String.raw`(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})|(?<dayFirst>\d{1,2})\.(?<monthNext>\d{1,2})\.(?<yearLast>\d{4})`;
const byName = String.raw`(?<dayOf>\d{1,2})(?:\.|st|nd|rd|th)? (?:of )?(?<monthNamed>${monthName})\.?,? (?<yearOf>\d{4})|(?<monthFirst>${monthName})\.? (?<dayNext>\d{1,2})(?:st|nd|rd|th)?,? (?<yearNext>\d{4})`;
const parts = new RegExp(
  String.raw`^(?:(?:${byNumber}|${byName})(?<between>T|,? (?:(?:at|um) )?))?(?<hour>\d{1,2})(?::(?<minute>\d{2}))?(?::(?<second>\d{2})(?:[.,](?<fraction>\d{1,9}))?)?(?: ?(?<half>[ap])\.?m\.?| Uhr)? ?(?<name>UTC|GMT|Z)?(?:(?<sign>[+\u2212-])(?<hours>\d{1,2})(?<colon>:)?(?<minutes>\d{2})?)?$`,
  'iu',
);
type Parts = Readonly<Record<string, string | undefined>>;

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** Zones lie between these, in minutes, and a quarter of an hour apart. */
const zones = { west: -12 * 60, east: 14 * 60, step: 15 };
/** The last moment of the calendar, half of it: a day more or less is one as well. */
const farthest = 8.64e15 / 2;

export interface Moment {
  /** Unix milliseconds. */
  readonly at: number;
  /** Of an hour alone: midnight of the day it was taken for, and its zone, in minutes ahead of UTC. */
  readonly hourOf?: { readonly midnight: number; readonly offset: number; /** It may be of a day far away: one is named near it. */ readonly unsure?: true };
}

/**
 * What the pattern found, in words that were written at `writtenAt`: an hour alone is taken for one of the day that was then in its zone. Undefined
 * where no calendar, no clock or no zone has it.
 */
export function momentOf(text: string, writtenAt: number | undefined): Moment | undefined {
  const found: Parts = parts.exec(text)?.groups ?? {};
  const offset = isSpan(found) ? undefined : offsetOf(found);
  const time = timeOf(found);
  if (offset === undefined || time === undefined) return undefined;
  if (found['between'] !== undefined) {
    const midnight = midnightOf(found);
    return midnight === undefined ? undefined : { at: midnight + time - offset * minuteMs };
  }
  if (writtenAt === undefined || !(Math.abs(writtenAt) < farthest)) return undefined;
  const midnight = Math.floor((writtenAt + offset * minuteMs) / dayMs) * dayMs;
  return { at: midnight + time - offset * minuteMs, hourOf: { midnight, offset } };
}

/** `17:00-18:30`, `17:00 -18:30` and `17:00-18` say from when until when, unless a program wrote the whole: it says seconds, or T. */
function isSpan({ between, second, name, sign, minutes, colon }: Parts): boolean {
  if (name !== undefined || between?.toUpperCase() === 'T' || second !== undefined) return false;
  return minutes === undefined ? sign !== undefined : sign !== '+' && colon !== undefined;
}

function offsetOf({ sign, hours, minutes }: Parts): number | undefined {
  const offset = (sign === undefined || sign === '+' ? 1 : -1) * (60 * Number(hours ?? 0) + Number(minutes ?? 0));
  return offset < zones.west || offset > zones.east || offset % zones.step !== 0 ? undefined : offset;
}

/** In milliseconds from midnight on. */
function timeOf({ hour, minute, second, fraction = '', half }: Parts): number | undefined {
  const [hours, minutes, seconds] = [Number(hour), Number(minute ?? 0), Number(second ?? 0)];
  const isThere = minutes < 60 && seconds < 60 && (half === undefined ? hours < 24 : hours >= 1 && hours <= 12);
  if (!isThere) return undefined;
  const ofDay = half === undefined ? hours : (hours % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  return ((ofDay * 60 + minutes) * 60 + seconds) * 1000 + Number(fraction.padEnd(3, '0').slice(0, 3));
}

/** By UTC. What no calendar has, as the 30th of February, would be another day. */
function midnightOf(found: Parts): number | undefined {
  const name = found['monthNamed'] ?? found['monthFirst'];
  const [year, month, day] = [
    found['year'] ?? found['yearLast'] ?? found['yearOf'] ?? found['yearNext'],
    name === undefined ? (found['month'] ?? found['monthNext']) : monthOf(name),
    found['day'] ?? found['dayFirst'] ?? found['dayOf'] ?? found['dayNext'],
  ].map(Number);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : undefined;
}

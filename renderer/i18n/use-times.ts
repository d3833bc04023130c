import { useMemo } from 'react';
import { useIntl } from 'react-intl';
import { sentence } from './sentence';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export interface Times {
  /** 14:32 */
  readonly clock: (at: number) => string;
  /** For the list: a time today, a weekday this week, a date before. */
  readonly brief: (at: number, now: number) => string;
  /** Inside a sentence: 14:32 today, the day with it before. */
  readonly when: (at: number, now: number) => string;
  /** A clock that runs down: 4:32 */
  readonly timer: (milliseconds: number) => string;
  /** A moment somebody wrote, with the reader's weekday and zone. */
  readonly moment: (at: number) => string;
  /** 18:00 GMT+1 */
  readonly hourWithZone: (at: number) => string;
  /** For day separators: today, yesterday, a date; of a day that is still to come, that the clock was wrong. */
  readonly day: (at: number, now: number) => string;
  readonly dateTime: (at: number) => string;
  /** Nov 25, 10:43 – 11:02 PM: what both ends share is said once. */
  readonly range: (from: number, to: number) => string;
  /** With seconds and the year. */
  readonly exact: (at: number) => string;
  readonly date: (at: number) => string;
  /** 3 min, 2 hr, 5 days: one unit, rounded down. */
  readonly span: (milliseconds: number) => string;
  /** How old something is: as `span`, but under a minute without the seconds, which would stand still on screen and differ between two places. */
  readonly age: (milliseconds: number) => string;
  /** 90 minutes, 1 hour, 7 days: exact, in the largest unit that divides it. */
  readonly length: (milliseconds: number) => string;
  /** 6 May */
  readonly dayMonth: (at: number) => string;
  readonly bytes: (count: number) => string;
  /** One, another, or a third. */
  readonly anyOf: (words: readonly string[]) => string;
  /** One, another and a third. */
  readonly allOf: (words: readonly string[]) => string;
}

export function startOfDay(at: number): number {
  const date = new Date(at);
  date.setHours(0, 0, 0, 0);
  return date.getTime();
}

/** `GMT-5` with a minus sign: behind the hyphen that stands there a line may end. */
const zoneInOne = (time: string): string => time.replace(/(GMT|UTC)-/u, '$1\u2212');

export function useTimes(): Times {
  const intl = useIntl();
  return useMemo(() => {
    const unit = (value: number, name: 'second' | 'minute' | 'hour' | 'day' | 'byte' | 'kilobyte' | 'megabyte' | 'gigabyte'): string =>
      intl.formatNumber(value, { style: 'unit', unit: name, unitDisplay: name === 'day' ? 'long' : 'short', maximumFractionDigits: name.endsWith('byte') ? 1 : 0 });
    const long = (value: number, name: 'second' | 'minute' | 'hour' | 'day'): string =>
      intl.formatNumber(value, { style: 'unit', unit: name, unitDisplay: 'long', maximumFractionDigits: 1 });
    // A day of another year is not one of this: said wherever a day is.
    const yearOf = (at: number, now = Date.now()): { year?: 'numeric' } => (new Date(at).getFullYear() === new Date(now).getFullYear() ? {} : { year: 'numeric' });
    const daysApart = (at: number, now: number): number => Math.round((startOfDay(now) - startOfDay(at)) / day);
    // What came right after midnight, before it was looked at the clock again, is of today.
    const isToday = (apart: number, at: number, now: number): boolean => apart === 0 || (apart < 0 && at - now < 2 * minute);
    const span = (milliseconds: number): string => {
      if (milliseconds < minute) return unit(Math.max(1, Math.floor(milliseconds / 1000)), 'second');
      if (milliseconds < hour) return unit(Math.floor(milliseconds / minute), 'minute');
      if (milliseconds < 2 * day) return unit(Math.floor(milliseconds / hour), 'hour');
      return unit(Math.floor(milliseconds / day), 'day');
    };
    // 14:32 and 09:05, but 2:32 PM and 9:05 AM, as people write them who count to twelve. Asked for with the first time that is said: ICU takes a while for its first date.
    let face: { readonly hour: 'numeric' | '2-digit'; readonly minute: '2-digit' } | undefined;
    const clockTime = (): NonNullable<typeof face> =>
      (face ??= { hour: intl.formatters.getDateTimeFormat(intl.locale, { hour: 'numeric' }).resolvedOptions().hour12 === true ? 'numeric' : '2-digit', minute: '2-digit' });
    return {
      span,
      age: (milliseconds) => (milliseconds < minute ? sentence(intl, 'keys.age.new') : span(milliseconds)),
      clock: (at) => intl.formatTime(at, clockTime()),
      brief: (at, now) => {
        const apart = daysApart(at, now);
        if (isToday(apart, at, now)) return intl.formatTime(at, clockTime());
        if (apart > 0 && apart < 7) return intl.formatDate(at, { weekday: 'short' });
        return intl.formatDate(at, { day: 'numeric', month: 'short', ...yearOf(at, now) });
      },
      when: (at, now) =>
        daysApart(at, now) === 0
          ? intl.formatTime(at, clockTime())
          : intl.formatDate(at, { day: 'numeric', month: 'short', ...yearOf(at, now), ...clockTime() }),
      moment: (at) => zoneInOne(intl.formatDate(at, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', ...clockTime(), timeZoneName: 'short' })),
      hourWithZone: (at) => zoneInOne(intl.formatTime(at, { ...clockTime(), timeZoneName: 'short' })),
      timer: (milliseconds) => {
        const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
        return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
      },
      day: (at, now) => {
        const apart = daysApart(at, now);
        if (isToday(apart, at, now)) return sentence(intl, 'conversation.today');
        if (apart === 1) return sentence(intl, 'conversation.yesterday');
        const date = intl.formatDate(at, { weekday: 'long', day: 'numeric', month: 'long', ...yearOf(at, now) });
        return apart < 0 ? sentence(intl, 'conversation.ahead', { day: date }) : date;
      },
      dateTime: (at) => intl.formatDate(at, { day: 'numeric', month: 'short', ...yearOf(at), ...clockTime() }),
      range: (from, to) => intl.formatDateTimeRange(from, Math.max(from, to), { day: 'numeric', month: 'short', ...(yearOf(from).year === undefined ? yearOf(to) : yearOf(from)), ...clockTime() }),
      exact: (at) => intl.formatDate(at, { day: 'numeric', month: 'long', year: 'numeric', ...clockTime(), second: '2-digit' }),
      date: (at) => intl.formatDate(at, { day: 'numeric', month: 'long', year: 'numeric' }),
      length: (milliseconds) => {
        if (milliseconds % day === 0) return long(milliseconds / day, 'day');
        if (milliseconds % hour === 0) return long(milliseconds / hour, 'hour');
        if (milliseconds % minute === 0) return long(milliseconds / minute, 'minute');
        return long(milliseconds / 1000, 'second');
      },
      allOf: (words) => intl.formatList(words, { type: 'conjunction' }),
      anyOf: (words) => intl.formatList(words, { type: 'disjunction' }),
      dayMonth: (at) => intl.formatDate(at, { day: 'numeric', month: 'short', ...yearOf(at) }),
      bytes: (count) => {
        // The short form has no plural: "2 byte".
        if (count < 1024) return intl.formatNumber(count, { style: 'unit', unit: 'byte', unitDisplay: 'long', maximumFractionDigits: 0 });
        // One decimal while it says something: a film of 6.2 GB that is at 2.1 GB.
        const short = (value: number): number => (value < 10 ? Math.round(value * 10) / 10 : Math.round(value));
        if (count < 1024 * 1024) return unit(Math.round(count / 1024), 'kilobyte');
        if (count < 1024 ** 3) return unit(short(count / 1024 ** 2), 'megabyte');
        return unit(short(count / 1024 ** 3), 'gigabyte');
      },
    };
  }, [intl]);
}

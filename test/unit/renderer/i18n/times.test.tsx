// @vitest-environment jsdom
import { renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { IntlProvider } from 'react-intl';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { english } from '../../../../renderer/i18n/messages';
import { german } from '../../../../renderer/i18n/german';
import { startOfDay, useTimes, type Times } from '../../../../renderer/i18n/use-times';

const hour = 3_600_000;

const timesIn = (locale: string): Times => {
  const wrapper = ({ children }: { readonly children: ReactNode }): ReactNode => (
    <IntlProvider locale={locale} messages={locale.startsWith('de') ? { ...english, ...german } : english}>
      {children}
    </IntlProvider>
  );
  return renderHook(() => useTimes(), { wrapper }).result.current;
};

/** A moment of a clock on the wall here. */
const here = (year: number, month: number, day: number, hours = 12, minutes = 0, seconds = 0): number => new Date(year, month - 1, day, hours, minutes, seconds).getTime();

describe('times in words', () => {
  afterEach(() => vi.useRealTimers());

  it('a second before midnight is yesterday a second after it, and next to it today', () => {
    const times = timesIn('en-GB');
    const now = here(2026, 11, 28, 0, 0, 1);
    expect(times.day(here(2026, 11, 27, 23, 59, 59), now)).toBe('Yesterday');
    expect(times.day(here(2026, 11, 28, 0, 0, 0), now)).toBe('Today');
    expect(times.brief(here(2026, 11, 27, 23, 59, 59), now)).toBe('Fri');
    expect(times.brief(here(2026, 11, 28, 0, 0, 0), now)).toBe('00:00');
    expect(times.when(here(2026, 11, 27, 23, 59), now)).toBe('27 Nov, 23:59');
  });

  it('a day that is still to come has its date, and not a time as of today; what came right after midnight is of today', () => {
    const times = timesIn('en-GB');
    const now = here(2026, 11, 27, 23, 59, 50);
    expect([times.day(here(2026, 11, 28, 0, 0, 5), now), times.brief(here(2026, 11, 28, 0, 0, 5), now)]).toEqual(['Today', '00:00']);
    expect([times.day(here(2026, 11, 28, 9), now), times.brief(here(2026, 11, 28, 9), now)]).toEqual([expect.stringMatching(/^Saturday,? 28 November \(later than now: the clock was wrong then, or is wrong now\)$/), '28 Nov']);
    expect([times.day(here(2027, 11, 28, 9), now), times.brief(here(2027, 11, 28, 9), now)]).toEqual([expect.stringMatching(/2027 \(later than now: the clock was wrong then, or is wrong now\)$/), '28 Nov 2027']);
  });

  it('each day of a year has one yesterday, also where a day is an hour shorter or longer', () => {
    const times = timesIn('en-GB');
    for (let day = 1; day <= 365; day += 1) {
      const noon = here(2026, 1, day);
      for (const [now, at] of [[here(2026, 1, day, 0, 30), here(2026, 1, day - 1, 23, 30)], [here(2026, 1, day, 23, 30), here(2026, 1, day - 1, 0, 30)]] as const) expect([new Date(noon).toDateString(), times.day(at, now)]).toEqual([new Date(noon).toDateString(), 'Yesterday']);
      expect(startOfDay(noon)).toBe(here(2026, 1, day, 0));
      // A day of 23 or 25 hours among the seven changes no weekday into a date.
      expect(times.brief(here(2026, 1, day - 6, 0, 30), here(2026, 1, day, 23, 30))).toMatch(/^\p{L}+$/u);
      expect(times.brief(here(2026, 1, day - 7, 23, 30), here(2026, 1, day, 0, 30))).toMatch(/\d/u);
    }
  });

  it('an hour below ten has two digits where hours count to 24, and one where they count to 12, wherever it is said', () => {
    const morning = here(2026, 5, 6, 9, 5, 7);
    const said = (locale: string): string[] => {
      const times = timesIn(locale);
      return [times.clock(morning), times.brief(morning, morning), times.when(morning, morning), times.dateTime(morning), times.exact(morning), times.moment(morning)].map((each) => /\d+:\d\d(?::\d\d)?(?:\s[AP]M)?/iu.exec(each)?.[0].replace(/\s/u, ' ') ?? each);
    };
    expect(said('en-US')).toEqual(['9:05 AM', '9:05 AM', '9:05 AM', '9:05 AM', '9:05:07 AM', '9:05 AM']);
    for (const locale of ['de-DE', 'en-GB', 'en-u-hc-h23']) expect(said(locale)).toEqual(['09:05', '09:05', '09:05', '09:05', '09:05:07', '09:05']);
    expect(said('de-u-hc-h12')[0]).toBe('9:05 AM');
  });

  it('a day of another year says which year, wherever a day is said', () => {
    const now = here(2027, 1, 2, 9);
    vi.useFakeTimers({ now, toFake: ['Date'] });
    const times = timesIn('en-GB');
    const lastMay = here(2026, 5, 6, 14, 32);
    expect([times.brief(lastMay, now), times.when(lastMay, now), times.day(lastMay, now), times.dateTime(lastMay), times.dayMonth(lastMay), times.range(lastMay, lastMay + hour)]).toEqual([
      '6 May 2026', '6 May 2026, 14:32', expect.stringMatching(/^Wednesday,? 6 May 2026$/), '6 May 2026, 14:32', '6 May 2026', expect.stringContaining('2026'),
    ]);
    // Over the turn of the year weekdays and "yesterday" go on.
    expect([times.brief(here(2026, 12, 31), now), times.day(here(2027, 1, 1), now), times.day(here(2026, 12, 31), now)]).toEqual(['Thu', 'Yesterday', expect.stringMatching(/^Thursday,? 31 December 2026$/)]);
    expect(times.range(here(2026, 12, 31, 23, 50), here(2027, 1, 1, 0, 10))).toMatch(/2026.*2027/u);
    const inGerman = timesIn('de-DE');
    expect([inGerman.brief(lastMay, now), inGerman.when(lastMay, now)]).toEqual(['6. Mai 2026', '6. Mai 2026, 14:32']);
    // Of this year none does.
    const thisYear = here(2027, 1, 1, 8);
    expect([times.when(thisYear, now), times.dateTime(thisYear), times.dayMonth(thisYear)].join(' ')).not.toContain('2027');
  });

  it('how old something is, is said without seconds: two places that look at different moments say the same', () => {
    const [times, inGerman] = [timesIn('en-GB'), timesIn('de-DE')];
    expect([-5_000, 0, 1_000, 59_999].map((old) => times.age(old))).toEqual(Array.from({ length: 4 }, () => 'under 1\u00a0min'));
    expect([times.age(60_000), times.age(47 * hour), times.age(48 * hour), inGerman.age(0)]).toEqual(['1 min', '47 hrs', '2 days', 'unter 1\u00a0Min.']);
  });
});

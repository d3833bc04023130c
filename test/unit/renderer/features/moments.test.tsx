// @vitest-environment jsdom
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { withMoments } from '../../../../renderer/features/conversation/moment-here';
import { mentionPieces } from '../../../../renderer/ui/mentions';
import { busyWorld, talkWithBo } from '../../../preview/scenes';
import { openTalk } from '../open-talk';

const kinds = (text: string, writtenAt?: number) => mentionPieces(text, writtenAt).map((piece) => (piece.kind === 'moment' ? `@${new Date(piece.at).toISOString()}` : piece.text));

it.each([
  ['at 2026-11-26 17:00+01:00, no?', ['at ', '@2026-11-26T16:00:00.000Z', ', no?']],
  ['2026-11-26T17:00Z', ['@2026-11-26T17:00:00.000Z']],
  // As programs write it: of JavaScript, Python, PostgreSQL and git.
  ['2026-11-26T17:00:05.250Z.', ['@2026-11-26T17:00:05.250Z', '.']],
  ['2026-11-26 17:00:00.123456+00:00, 2026-11-26 17:00:00+01, 2026-11-26 17:00:00 +0530', ['@2026-11-26T17:00:00.123Z', ', ', '@2026-11-26T16:00:00.000Z', ', ', '@2026-11-26T11:30:00.000Z']],
  ['2026-11-26T17:00-05 2026-11-26T09:00-10:00 2026-11-26 17:00 -0500', ['@2026-11-26T22:00:00.000Z', ' ', '@2026-11-26T19:00:00.000Z', ' ', '@2026-11-26T22:00:00.000Z']],
  // As people do.
  ['2026-11-26 17:00 GMT, 26.11.2026, 17:00 Uhr UTC; 1.7.2026 09:30 UTC', ['@2026-11-26T17:00:00.000Z', ', ', '@2026-11-26T17:00:00.000Z', '; ', '@2026-07-01T09:30:00.000Z']],
  ['2026-11-26 17:00 UTC+1 2026-11-26 17:00 GMT\u22123:30 2026-11-26 17:00 utc+05:45!', ['@2026-11-26T16:00:00.000Z', ' ', '@2026-11-26T20:30:00.000Z', ' ', '@2026-11-26T11:15:00.000Z', '!']],
  // Another day or another hour than what is written would be worse than nothing.
  ['2026-02-30T17:00Z 31.4.2026 17:00 UTC 2026-11-26 24:00Z 2026-11-26T23:59:60Z', ['2026-02-30T17:00Z 31.4.2026 17:00 UTC 2026-11-26 24:00Z 2026-11-26T23:59:60Z']],
  ['2024-02-29T17:00Z', ['@2024-02-29T17:00:00.000Z']],
  // From when until when.
  ['2026-11-26 17:00-18:30 2026-11-26 09:00 -10:00 2026-11-26 17:00-18 2026-11-26 17:00 UTC-18:00 UTC', ['2026-11-26 17:00-18:30 2026-11-26 09:00 -10:00 2026-11-26 17:00-18 2026-11-26 17:00 UTC-18:00 UTC']],
  ['2026-11-26 17:00 UTC+1.5 2026-11-26 17:00 UTC+25 2026-11-26 17:00+01:07 2026-11-26 17:00 UTCs', ['2026-11-26 17:00 UTC+1.5 2026-11-26 17:00 UTC+25 2026-11-26 17:00+01:07 2026-11-26 17:00 UTCs']],
  ['2026-13-26 17:00 UTC', ['2026-13-26 17:00 UTC']],
  ['at 5 pm', ['at 5 pm']],
  // A day by the name of its month, and what people put between it and the hour.
  ['July 26, 2026, 5 pm UTC; july 26th 2026 at 5 p.m. UTC', ['@2026-07-26T17:00:00.000Z', '; ', '@2026-07-26T17:00:00.000Z']],
  ['26 July 2026 at 17:00 UTC, 26th of Sept. 2026, 17:00Z', ['@2026-07-26T17:00:00.000Z', ', ', '@2026-09-26T17:00:00.000Z']],
  ['am 26.07.2026 um 17:00 UTC, 26. März 2026 um 17 Uhr GMT+1, 1. Dez. 2026, 9:30 UTC', ['am ', '@2026-07-26T17:00:00.000Z', ', ', '@2026-03-26T16:00:00.000Z', ', ', '@2026-12-01T09:30:00.000Z']],
  ['2026-11-26 at 5 pm UTC, 26.11.2026, 12 am UTC+2', ['@2026-11-26T17:00:00.000Z', ', ', '@2026-11-25T22:00:00.000Z']],
  ['February 30, 2026, 5 pm UTC; 31. April 2026 um 17 Uhr UTC; Mayo 5, 2026 5 pm UTC', ['February 30, 2026, 5 pm UTC; 31. April 2026 um 17 Uhr UTC; Mayo 5, 2026 5 pm UTC']],
])('%s', (text, expected) => {
  expect(kinds(text)).toEqual(expected);
  expect(mentionPieces(text).map((piece) => piece.text).join('')).toBe(text);
});

it('takes an hour that names its zone for one of the day on which that was written, there', () => {
  const late = Date.UTC(2026, 10, 29, 23, 30);
  expect(kinds('Shall we talk at 18:30 UTC? 5 pm GMT+1, 12 a.m. UTC, 12pm UTC, 9:05Z or 17 Uhr UTC+2.', late)).toEqual([
    'Shall we talk at ', '@2026-11-29T18:30:00.000Z', '? ', '@2026-11-30T16:00:00.000Z', ', ', '@2026-11-29T00:00:00.000Z', ', ', '@2026-11-29T12:00:00.000Z', ', ', '@2026-11-29T09:05:00.000Z', ' or ', '@2026-11-30T15:00:00.000Z', '.',
  ]);
  for (const none of ['25:00 UTC', '17:60Z', '13 pm UTC', '0 am UTC', '17 UTC', '17 Z', 'v1.17:00 UTC', '12:17:00:00 UTC', '17:00 UTC+1.5', '17:00 UTC-18', '17:00+01:00']) expect(kinds(none, late)).toEqual([none]);
  // Who does not say when it was written says nothing of hours.
  expect(kinds('18:30 UTC')).toEqual(['18:30 UTC']);
  expect(kinds('18:30 UTC', Number.MAX_SAFE_INTEGER)).toEqual(['18:30 UTC']);
});

const inZone = (zone: string): void => {
  const before = process.env['TZ'];
  onTestFinished(() => {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  });
  process.env['TZ'] = zone;
};

describe('an hour beside a day that is not understood', () => {
  const here = (written: string, writtenAt = Date.UTC(2026, 0, 15, 10)): string => {
    const times = { moment: (at: number) => new Date(at).toISOString(), hourWithZone: (at: number) => String(new Date(at).getHours()) };
    return withMoments(written, writtenAt, times, (id, values) => ` [${id} ${values?.['time']}]`);
  };

  it.each([
    'July 26, 5 pm UTC', '26 July, 17:00 UTC', '26. Juli, 17:00 UTC', 'am 26.7. um 17:00 UTC', 'am 26.07.26 um 17 Uhr UTC', '7/26/2026, 5 pm UTC', 'July 24-26, 2026, 5 pm UTC', '26-07-2026 17:00 UTC', '2026/07/26 17:00 UTC',
    'Tomorrow or Friday, 5 pm UTC', 'Friday, 17:00 UTC', 'Let us talk at 17:00 UTC on Sunday', 'Thu 17:00 UTC', '17:00 UTC, the day after', 'Freitagabend um 17:00 UTC', 'Am Morgen des Umzugs, 17 Uhr UTC', 'Jeden Morgen 17:00 UTC', 'Am frühen Morgen, 17:00 UTC', 'Morgen in einer Woche, 17:00 UTC',
    'A week from tomorrow, 17:00 UTC', 'Not tomorrow. On the 26th at 17:00 UTC', 'Seit gestern gilt: am 26. 17:00 UTC', 'Gestern hieß es Juli, 17:00 UTC',
    'nächste Woche, 17:00 UTC', 'Next time 5 pm UTC', 'In drei Wochen um 17:00 UTC', 'Every day at 17:00 UTC', 'May 5, 17:00 UTC', '5 May, 17:00 UTC', '5th of May: 17:00 UTC', 'In May,\n17:00 UTC', 'im Mai 17:00 UTC', 'Mi., 17:00 UTC', 'Di um 17:00 UTC', 'Mo-Do 17:00 UTC',
    '17:00 UTC am So', '17:00 UTC (Fr)', 'Am Feiertag um 17:00 UTC', 'On my birthday, 17:00 UTC', 'KW 30, 17:00 UTC', '20260726 17:00 UTC', 'on the 26th, 17:00 UTC', 'am 26 um 17:00 UTC', '26.07.2026, 16:00\u201317:00 UTC', 'In summer at 17:00 UTC', '17:00 UTC am 26.07.2026', 'July 26:\n\n- we meet\n- 17:00 UTC',
  ])('“%s” is shown where no clock is set alone', (written) => {
    inZone('Europe/Berlin');
    expect(here(written)).toBe(written);
    inZone('Asia/Tokyo');
    expect(here(written)).toMatch(/\[message\.moment\S* 2\]/u);
  });

  it.each(['17:00 UTC', 'Shall we talk at 17:00 UTC+1. Or so', 'May I call at 5 pm UTC?', 'Guten Morgen! Heute Nachmittag um 17 Uhr UTC?', 'Today at 17:00 UTC', 'v1.17 is out, so do call at 17:00 UTC', 'Do it at 17:00 UTC, for 1.000 people'])('“%s” names no day, and is of the one it was written on', (written) => {
    inZone('Europe/Berlin');
    expect(here(written.replace('UTC+1', 'UTC'))).toContain(' [message.moment 18]');
  });

  it('says nothing either where clocks are set for a month of fasting', () => {
    inZone('Africa/Casablanca');
    expect(here('Friday, 5 pm UTC')).toBe('Friday, 5 pm UTC');
    expect(here('Tomorrow 5 pm UTC', Date.UTC(2026, 1, 12, 10))).toBe('Tomorrow 5 pm UTC');
  });

  it.each(['Tomorrow is fine. At 5pm UTC?', 'Tomorrow 5 pm UTC', 'The day after tomorrow at 17:00 UTC', 'Morgen passt. Um 17 Uhr UTC?', 'Morgen um 17 Uhr UTC', 'übermorgen 17:00 UTC', 'u\u0308bermorgen 17:00 UTC', 'Vorgestern 17:00 UTC', '17:00 UTC', 'Heute um 17:00 UTC'])(
    '“%s” is no week away: it is shown but where the clocks are set about then',
    (written) => {
      inZone('Europe/Berlin');
      expect(here(written)).toMatch(/ \[message\.moment 18\]/u);
      // The clocks are set on the night of 29 March, and in Tokyo on none.
      for (const day of [23, 28, 29, 30]) expect([day, here(written, Date.UTC(2026, 2, day, 10))]).toEqual([day, written]);
      expect(here(written, Date.UTC(2026, 3, 8, 10))).toMatch(/ \[message\.moment 19\]/u);
      inZone('Asia/Tokyo');
      expect(here(written, Date.UTC(2026, 2, 28, 10))).toMatch(/\[message\.moment\S* 2\]/u);
    },
  );
});

it.each([
  // Of which day the second is, is not said: where clocks are set it has none.
  ['en', 'Asia/Tokyo', /^Meet 2026-11-26 17:00:00Z \(Fri, Nov 27, 2026, 2:00\sAM GMT\+9\), or at 18:30 UTC \(3:30\sAM GMT\+9, the day after\)$/],
  ['de', 'Europe/Berlin', /^Meet 2026-11-26 17:00:00Z \(Do\., 26\. Nov\. 2026, 18:00 MEZ\), or at 18:30 UTC$/],
  ['de', 'America/New_York', /\(Do\., 26\. Nov\. 2026, 12:00 GMT\u22125\), or at 18:30 UTC$/],
  ['en', 'UTC', /^Meet 2026-11-26 17:00:00Z \(Thu, Nov 26, 2026, 5:00\sPM UTC\), or at 18:30 UTC$/],
] as const)('a moment that somebody wrote is shown and read out in the zone and language of who reads it: %s, %s', async (language, zone, expected) => {
  inZone(zone);
  const made = busyWorld(Date.UTC(2026, 4, 6, 12));
  made.settings = { ...made.settings, language };
  const list = made.messages.get(talkWithBo) ?? [];
  const last = list.at(-1) ?? expect.unreachable('a message');
  made.messages.set(talkWithBo, [...list.slice(0, -1), { ...last, text: 'Meet 2026-11-26 17:00:00Z, or at 18:30 UTC', sentAt: Date.UTC(2026, 4, 6, 11) }]);
  await openTalk(made);
  const article = [...document.querySelectorAll('article')].at(-1) ?? expect.unreachable('an article');
  const said = (): string => article.querySelector('.message-text')?.textContent ?? '';
  // Another language is read behind the first draw.
  await vi.waitFor(() => expect(said()).toMatch(expected));
  const shown = said();
  expect(article.getAttribute('aria-label')).toContain(shown.replace(/\s+/gu, ' '));
});

// @vitest-environment jsdom
import { expect, it, onTestFinished, vi } from 'vitest';
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

it.each([
  ['en', 'Asia/Tokyo', /^Meet 2026-11-26 17:00:00Z \(Fri, Nov 27, 2026, 02:00\sAM GMT\+9\), or at 18:30 UTC \(03:30\sAM GMT\+9, the day after\)$/],
  ['de', 'Europe/Berlin', /^Meet 2026-11-26 17:00:00Z \(Do\., 26\. Nov\. 2026, 18:00 MEZ\), or at 18:30 UTC \(20:30 MESZ\)$/],
  ['de', 'America/New_York', /\(Do\., 26\. Nov\. 2026, 12:00 GMT\u22125\), or at 18:30 UTC \(14:30 GMT\u22124\)$/],
  ['en', 'UTC', /^Meet 2026-11-26 17:00:00Z \(Thu, Nov 26, 2026, 05:00\sPM UTC\), or at 18:30 UTC$/],
] as const)('a moment that somebody wrote is shown and read out in the zone and language of who reads it: %s, %s', async (language, zone, expected) => {
  const before = process.env['TZ'];
  onTestFinished(() => {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  });
  process.env['TZ'] = zone;
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

import type { Text } from '../../i18n/use-text';
import { startOfDay, type Times } from '../../i18n/use-times';
import { mentionPieces } from '../../ui/mentions';
import type { Moment } from '../../ui/moments';

const dayMs = 86_400_000;
const yearMs = 366 * dayMs;
const weekMs = 7 * dayMs;
/** Without one of these no moment is written. */
const mayHaveMoment = /\d(?::\d{2}| ?[ap]\.?m| Uhr)/iu;

/**
 * What a moment that somebody wrote is in the reader's zone and language, as it is put behind it; empty where it is the hour that stands there, and
 * where it is another one on another day that may be meant.
 */
export function momentHere({ at, hourOf }: Moment, times: Pick<Times, 'moment' | 'hourWithZone'>, text: Text): string {
  if (hourOf === undefined) return text('message.moment', { time: times.moment(at) });
  if (-new Date(at).getTimezoneOffset() === hourOf.offset) return '';
  // Also where no day is named in it: one may be in a message before.
  if (changesAround(at, hourOf.unsure === true ? yearMs : weekMs)) return '';
  const here = new Date(startOfDay(at));
  const days = Math.round((Date.UTC(here.getFullYear(), here.getMonth(), here.getDate()) - hourOf.midnight) / dayMs);
  const id = days === 0 ? 'message.moment' : days > 0 ? 'message.moment.dayAfter' : 'message.moment.dayBefore';
  return text(id, { time: times.hourWithZone(at) });
}

/** Whether the reader's clocks are set in so long before or behind it. By weeks: a month of fasting without summer time counts. */
function changesAround(at: number, span: number): boolean {
  const offset = new Date(at).getTimezoneOffset();
  for (let week = at - span; week <= at + span; week += weekMs) if (new Date(week).getTimezoneOffset() !== offset) return true;
  return false;
}

/** Words with what their moments are for the reader: for those who hear them. */
export function withMoments(written: string, writtenAt: number, times: Pick<Times, 'moment' | 'hourWithZone'>, text: Text): string {
  if (!mayHaveMoment.test(written)) return written;
  return mentionPieces(written, writtenAt)
    .map((piece) => (piece.kind === 'moment' ? `${piece.text}${momentHere(piece, times, text)}` : piece.text))
    .join('');
}

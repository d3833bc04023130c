import { useEffect, useRef, useState, type ReactNode } from 'react';
import { CalendarDate } from '@internationalized/date';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { Button as AriaButton, Calendar, CalendarCell, CalendarGrid, CalendarGridBody, CalendarGridHeader, CalendarHeaderCell, Heading } from 'react-aria-components';
import { useModel } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { timeInSight } from './time-in-sight';
import { useGoTo } from './use-go-to';

/** The part of a calendar's date that counts here; months from 1. */
interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Midnight where the reader is. */
const startOf = (year: number, month: number, day: number): number => Math.max(0, new Date(year, month - 1, day).getTime());
function calendarDay(time: number): CalendarDate {
  const date = new Date(time);
  return new CalendarDate(date.getFullYear(), date.getMonth() + 1, date.getDate());
}

const keyOf = ({ year, month, day }: Day): string => `${year}-${month}-${day}`;

/** To a day of the conversation, by a calendar in which only days with messages can be chosen. It opens when it is wanted. */
export function DayForm({ conversationId, onGone }: { readonly conversationId: string; readonly onGone: () => void }): ReactNode {
  const text = useText();
  const [open, setOpen] = useState(false);
  return (
    <section className="day-form divided">
      <Button aria-expanded={open} onPress={() => setOpen(!open)}>
        {text('search.date')}
      </Button>
      {open ? <DayCalendar conversationId={conversationId} onGone={onGone} /> : null}
    </section>
  );
}

function DayCalendar({ conversationId, onGone }: { readonly conversationId: string; readonly onGone: () => void }): ReactNode {
  const text = useText();
  const goTo = useGoTo();
  // Where the reader is, as far as that can be seen.
  const [first] = useState(() => calendarDay(timeInSight() ?? Date.now()));
  const [month, setMonth] = useState(() => ({ year: first.year, month: first.month }));
  const days = useDays(conversationId, month.year, month.month);
  // Behind some hits it opens below the edge, with the focus on a day that nobody sees; another month may be a week longer.
  const calendar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    calendar.current?.scrollIntoView({ block: 'nearest' });
  }, [month]);
  return (
    <>
      <p className="field-hint">{text('search.date.hint')}</p>
      <Calendar
        ref={calendar}
        className="calendar"
        aria-label={text('search.date')}
        value={null}
        defaultFocusedValue={first}
        autoFocus
        isDateUnavailable={(date) => days !== undefined && !days.has(keyOf(date))}
        onFocusChange={({ year, month: focused }) => setMonth((now) => (now.year === year && now.month === focused ? now : { year, month: focused }))}
        onChange={(date) => {
          if (days?.has(keyOf(date)) !== true) return;
          onGone();
          void goTo.time(conversationId, startOf(date.year, date.month, date.day));
        }}
      >
        <header className="calendar-head">
          <AriaButton slot="previous" className="icon-button quiet">
            <ChevronLeft aria-hidden="true" />
          </AriaButton>
          <Heading className="small-heading" />
          <AriaButton slot="next" className="icon-button quiet">
            <ChevronRight aria-hidden="true" />
          </AriaButton>
        </header>
        <CalendarGrid weekdayStyle="short">
          <CalendarGridHeader>{(day) => <CalendarHeaderCell>{day}</CalendarHeaderCell>}</CalendarGridHeader>
          <CalendarGridBody>{(date) => <CalendarCell date={date} className={days?.has(keyOf(date)) === true ? 'calendar-day said' : 'calendar-day'} />}</CalendarGridBody>
        </CalendarGrid>
      </Calendar>
    </>
  );
}

/** The days of a month with messages; undefined until that is known. */
function useDays(conversationId: string, year: number, month: number): ReadonlySet<string> | undefined {
  const { client, background } = useModel();
  const [known, setKnown] = useState<{ readonly of: string; readonly days: ReadonlySet<string> }>();
  const of = `${conversationId} ${year}-${month}`;
  useEffect(() => {
    let current = true;
    const count = new Date(year, month, 0).getDate();
    const starts = Array.from({ length: count + 1 }, (_, index) => startOf(year, month, index + 1));
    const ask = async (): Promise<void> => {
      const found = await client.messages.days({ conversationId, starts });
      if (current) setKnown({ of, days: new Set(found.map((index) => keyOf({ year, month, day: index + 1 }))) });
    };
    background(ask());
    return () => {
      current = false;
    };
  }, [client, background, conversationId, year, month, of]);
  return known?.of === of ? known.days : undefined;
}

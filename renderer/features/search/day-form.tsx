import { useId, useState, type FormEvent, type ReactNode } from 'react';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { useGoTo } from './use-go-to';

/** To a day of the conversation: the system's own field, by keys part by part or as a calendar. */
export function DayForm({ conversationId, onGone }: { readonly conversationId: string; readonly onGone: () => void }): ReactNode {
  const text = useText();
  const goTo = useGoTo();
  const id = useId();
  const [day, setDay] = useState('');
  const go = (event: FormEvent): void => {
    event.preventDefault();
    const [year, month, date] = day.split('-').map(Number);
    if (year === undefined || month === undefined || date === undefined) return;
    onGone();
    // Midnight where the reader is.
    void goTo.time(conversationId, new Date(year, month - 1, date).getTime());
  };
  return (
    <form className="day-form divided" onSubmit={go} aria-label={text('search.date')}>
      <div className="field">
        <label className="field-label" htmlFor={id}>
          {text('search.date.field')}
        </label>
        <div className="field-box">
          <input className="field-input" id={id} type="date" value={day} onChange={(event) => setDay(event.target.value)} />
        </div>
      </div>
      <Button type="submit" isDisabled={day === ''}>
        {text('search.date.go')}
      </Button>
    </form>
  );
}

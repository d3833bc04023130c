import { useRef, type ReactNode } from 'react';
import { ListFilter as Sieve, X } from 'lucide-react';
import { useUi } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { IconButton } from '../../ui/icon-button';

/** Narrows the list to names and titles, and to what is unread. */
export function ListFilter(): ReactNode {
  const text = useText();
  const { filter, unreadOnly } = useUi((state) => state.listView);
  const change = useUi((state) => state.changeListView);
  const field = useRef<HTMLInputElement>(null);
  return (
    <div className="list-filter">
      <Sieve aria-hidden="true" />
      <input
        maxLength={200}
        ref={field}
        type="text"
        className="filter-field"
        dir="auto"
        spellCheck={false}
        aria-label={text('list.filter')}
        placeholder={text('list.filter')}
        value={filter}
        onChange={(event) => change({ filter: event.target.value })}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || filter === '') return;
          event.stopPropagation();
          change({ filter: '' });
        }}
      />
      {filter === '' ? null : (
        <IconButton
          label={text('list.filter.clear')}
          onPress={() => {
            // The button goes with what it cleared.
            field.current?.focus();
            change({ filter: '' });
          }}
        >
          <X aria-hidden="true" />
        </IconButton>
      )}
      <button type="button" className="chip" aria-pressed={unreadOnly} onClick={() => change({ unreadOnly: !unreadOnly })}>
        {text('list.filter.unread')}
      </button>
    </div>
  );
}

import { useId, type KeyboardEvent, type ReactNode, type RefObject } from 'react';
import { heard } from '../../i18n/heard';
import { useText } from '../../i18n/use-text';
import type { SettingsEntry } from './settings-index';

export interface SettingsSearchProps {
  readonly field: RefObject<HTMLInputElement | null>;
  readonly query: string;
  readonly hits: readonly SettingsEntry[];
  readonly marked: number;
  readonly onQuery: (query: string) => void;
  readonly onMark: (at: number) => void;
  readonly onChoose: (entry: SettingsEntry) => void;
}

/** The field above the pages, and instead of them what was found: a list that is gone through from the field. */
export function SettingsSearch({ field, query, hits, marked, onQuery, onMark, onChoose }: SettingsSearchProps): ReactNode {
  const text = useText();
  const id = useId();
  const searching = query.trim() !== '';
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && query !== '') {
      onQuery('');
      event.stopPropagation();
    } else if (event.key === 'ArrowDown') onMark(Math.min(marked + 1, hits.length - 1));
    else if (event.key === 'ArrowUp') onMark(Math.max(marked - 1, 0));
    else if (event.key === 'Enter' && !event.nativeEvent.isComposing && hits[marked] !== undefined) onChoose(hits[marked]);
    else return;
    event.preventDefault();
  };
  return (
    <div className="settings-search" role="search">
      <input
        maxLength={200}
        ref={field}
        type="search"
        className="field-input"
        role="combobox"
        aria-label={heard(text('find.field'))}
        placeholder={heard(text('find.field'))}
        aria-expanded={searching && hits.length > 0}
        aria-controls={`${id}-hits`}
        aria-autocomplete="list"
        aria-activedescendant={searching && hits[marked] !== undefined ? `${id}-${marked}` : undefined}
        autoComplete="off"
        spellCheck="false"
        value={query}
        onChange={(event) => onQuery(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <p className="only-heard" role="status">
        {searching ? text('find.count', { count: hits.length }) : ''}
      </p>
      {searching && hits.length === 0 ? <p className="list-none">{text('find.none', { query: query.trim() })}</p> : null}
      <ul className="picker-hits" role="listbox" id={`${id}-hits`} aria-label={heard(text('find.hits'))} hidden={!searching || hits.length === 0}>
        {(searching ? hits : []).map((entry, at) => (
          <li key={`${entry.page} ${entry.label}`} id={`${id}-${at}`} role="option" aria-selected={at === marked} className={at === marked ? 'picker-hit marked' : 'picker-hit'} onClick={() => onChoose(entry)} ref={at === marked ? (element) => element?.scrollIntoView({ block: 'nearest' }) : undefined}>
            <span>{text(entry.label)}</span>
            <span className="picker-note">{text(`settings.tab.${entry.page}`)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

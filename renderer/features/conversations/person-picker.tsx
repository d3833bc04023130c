import { useState, type KeyboardEvent, type ReactNode } from 'react';
import { useText } from '../../i18n/use-text';
import { Avatar } from '../../ui/avatar';
import { PersonName } from '../../ui/person-name';
import { nameInSentence } from '../../ui/strangers';
import { TextField } from '../../ui/text-field';

export interface Pickable {
  readonly key: string;
  readonly name: string;
  readonly peerId: string;
  readonly note: string;
}

/** A field that narrows a list of people; Enter takes the marked one, arrows move the mark. */
export function PersonPicker({ people, onPick }: { readonly people: readonly Pickable[]; readonly onPick: (key: string) => void }): ReactNode {
  const text = useText();
  const [query, setQuery] = useState('');
  const [marked, setMarked] = useState(0);
  const wanted = query.trim().toLocaleLowerCase();
  const hits = people.filter((person) => `${person.name} ${person.note}`.toLocaleLowerCase().includes(wanted));
  const at = Math.min(marked, Math.max(hits.length - 1, 0));

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setMarked(Math.min(at + 1, hits.length - 1));
    else if (event.key === 'ArrowUp') setMarked(Math.max(at - 1, 0));
    else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      const hit = hits[at];
      if (hit !== undefined && event.target instanceof HTMLInputElement) onPick(hit.key);
      else return;
    } else return;
    event.preventDefault();
  };

  return (
    <div className="picker" onKeyDown={onKeyDown}>
      <TextField
        label={text('new.find')}
        value={query}
        onChange={(value) => {
          setQuery(value);
          setMarked(0);
        }}
        maxLength={200}
        autoFocus
      />
      {hits.length === 0 ? (
        <p className="list-none">{people.length === 0 ? text('new.nobody') : text('new.noMatch', { query: nameInSentence(query) })}</p>
      ) : (
        <ul className="picker-hits">
          {hits.map((person, index) => (
            <li key={person.key}>
              <button type="button" className={index === at ? 'picker-hit marked' : 'picker-hit'} onClick={() => onPick(person.key)}>
                <Avatar name={person.name} peerId={person.peerId} size="small" />
                <PersonName name={person.name} className="list-name" />
                <span className="picker-note">{person.note}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

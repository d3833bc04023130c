import { useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { useSettings } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { Avatar } from '../../ui/avatar';
import { finderOf } from '../../ui/folded';
import { PersonName } from '../../ui/person-name';
import { nameInSentence } from '../../ui/strangers';
import { TextField } from '../../ui/text-field';
import { drawnRows, mostWhole } from './near-rows';
import { useNearRows } from './use-near-rows';

export interface Pickable {
  readonly key: string;
  readonly name: string;
  /** What they call themselves, where they are called otherwise here: found by it, too. */
  readonly ownName?: string | undefined;
  readonly peerId: string;
  readonly note: string;
}

/** How far the keys move the mark. */
const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };

export interface PersonPickerProps {
  readonly people: readonly Pickable[];
  /** Said where there are none. */
  readonly nobody?: string;
  readonly onPick: (key: string) => void;
}

/**
 * A field that narrows a list of people; Enter takes the marked one, arrows and Page keys move the mark, which screen readers are told of. Of many people only those
 * near what is seen are elements, as in the list of conversations.
 */
export function PersonPicker({ people, nobody, onPick }: PersonPickerProps): ReactNode {
  const text = useText();
  const id = useId();
  const [query, setQuery] = useState('');
  const [marked, setMarked] = useState(0);
  const [box, setBox] = useState<HTMLElement | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const isFound = finderOf(query);
  const hits = people.filter((person) => isFound(person.name, person.ownName ?? '', person.note));
  const at = Math.min(marked, Math.max(hits.length - 1, 0));
  const wholeList = useSettings((state) => state.settings.wholeList);
  const isWhole = wholeList || hits.length <= mostWhole;
  const { span, height } = useNearRows(box, list, hits.length, hits.length, isWhole);
  const { drawn, after } = drawnRows(hits.length, isWhole ? { first: 0, end: hits.length } : span, isWhole ? [] : [at]);
  const optionId = (index: number): string => `${id}-${index}`;

  useLayoutEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [at, query]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const step = steps[event.key];
    if (step !== undefined) setMarked(Math.min(Math.max(at + step, 0), Math.max(hits.length - 1, 0)));
    else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      const hit = hits[at];
      if (hit === undefined) return;
      onPick(hit.key);
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
        narrows={{ list: id, marked: hits.length === 0 ? undefined : optionId(at) }}
      />
      {hits.length === 0 ? (
        <p className="list-none" role="status">
          {people.length === 0 ? (nobody ?? text('new.nobody')) : text('new.noMatch', { query: nameInSentence(query) })}
        </p>
      ) : (
        <div className="picker-hits" role="listbox" id={id} aria-label={text('new.hits')} ref={setBox}>
          <ul role="none" ref={list} style={after === 0 ? undefined : { paddingBlockEnd: after * height }}>
            {drawn.map(({ at: index, gap }) => {
              const person = hits[index];
              return person === undefined ? null : (
                <li
                  key={person.key}
                  id={optionId(index)}
                  role="option"
                  aria-selected={index === at}
                  {...(isWhole ? {} : { 'aria-posinset': index + 1, 'aria-setsize': hits.length })}
                  className={index === at ? 'picker-hit marked' : 'picker-hit'}
                  style={gap === 0 ? undefined : { marginBlockStart: gap * height }}
                  onClick={() => onPick(person.key)}
                >
                  <Avatar name={person.name} peerId={person.peerId} size="small" />
                  <PersonName name={person.name} className="list-name" />
                  <span className="picker-aside">
                    <bdi className="picker-note">{person.note}</bdi>
                  </span>
                </li>
              );
            })}
          </ul>
        </div>
      )}
    </div>
  );
}

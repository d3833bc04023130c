import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { useIntl } from 'react-intl';
import { Dialog, Popover } from 'react-aria-components';
import { inOneForm, isEmoji } from '../../../shared/model/emoji';
import { useText } from '../../i18n/use-text';
import { emojiGroups, type EmojiGroup, emojiTable, type TableEmoji, withTable } from './emoji-table';
import { emojiName, findEmojis } from './emojis';

const noTable: readonly TableEmoji[] = [];
/** What stands for each group. */
const signs: Readonly<Record<EmojiGroup, string>> = { 0: '😀', 1: '👋', 3: '🐶', 4: '🍎', 5: '🚗', 6: '🎉', 7: '💡', 8: '🔣', 9: '🏁' };

/** Buttons in a row of the grid, as the style lays them out. */
const across = 8;

export interface EmojiPickerProps {
  readonly anchor: HTMLElement;
  readonly onPick: (emoji: string) => void;
  readonly onClose: () => void;
}

/** Search, a grid that arrows move about in, and groups. An emoji that is not there can be pasted into the field. */
export function EmojiPicker({ anchor, onPick, onClose }: EmojiPickerProps): ReactNode {
  const text = useText();
  const { locale } = useIntl();
  const trigger = useRef<HTMLElement>(anchor);
  const grid = useRef<HTMLDivElement>(null);
  const [query, setQuery] = useState('');
  const [table, setTable] = useState(noTable);
  const [group, setGroup] = useState<EmojiGroup>();
  const [isMissing, setMissing] = useState(false);
  useEffect(() => {
    let isOpen = true;
    emojiTable.load().then(
      (all) => {
        if (isOpen) setTable(all);
      },
      () => {
        if (!isOpen) return;
        setMissing(true);
        setGroup(undefined);
      },
    );
    return () => {
      isOpen = false;
    };
  }, []);
  const all = useMemo(() => withTable(table), [table]);
  const found = useMemo(() => {
    const wanted = inOneForm(query.trim());
    if (isEmoji(wanted)) return [all.find(({ emoji }) => emoji === wanted) ?? { emoji: wanted, en: wanted, de: wanted }];
    return wanted === '' && group !== undefined ? table.filter((each) => each.group === group) : findEmojis(query, all);
  }, [query, group, all, table]);

  const focusAt = (index: number): void => grid.current?.querySelectorAll<HTMLElement>('button')[Math.max(0, Math.min(found.length - 1, index))]?.focus();
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = Array.from(grid.current?.querySelectorAll('button') ?? []).indexOf(event.target as HTMLButtonElement);
    const onward = getComputedStyle(event.currentTarget).direction === 'rtl' ? -1 : 1;
    const to = { ArrowRight: at + onward, ArrowLeft: at - onward, ArrowDown: at + across, ArrowUp: at - across, Home: 0, End: found.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    focusAt(to);
  };

  return (
    <Popover className="popover" triggerRef={trigger} isOpen onOpenChange={(open) => (open ? undefined : onClose())} placement="bottom">
      <Dialog className="emoji-picker" aria-label={text('reaction.pick')}>
        <input
          maxLength={200}
          className="field-input"
          type="search"
          autoFocus
          aria-label={text('reaction.search')}
          placeholder={text('reaction.search')}
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={(event) => {
            const [first] = found;
            if (event.key === 'ArrowDown') focusAt(0);
            else if (event.key === 'Enter' && first !== undefined) onPick(first.emoji);
            else return;
            event.preventDefault();
          }}
        />
        <div className="emoji-grid" ref={grid} role="group" aria-label={text('reaction.pick')} onKeyDown={onKeyDown}>
          {found.map((each, index) => (
            <button key={each.emoji} type="button" className="emoji" tabIndex={index === 0 ? 0 : -1} aria-label={emojiName(each, locale)} title={emojiName(each, locale)} onClick={() => onPick(each.emoji)}>
              {each.emoji}
            </button>
          ))}
        </div>
        {/* Of a table that cannot be read each of these would be empty. */}
        {isMissing ? null : (
          <div className="emoji-groups" role="group" aria-label={text('reaction.groups')}>
            {([undefined, ...emojiGroups] as const).map((each) => (
              <button
                key={each ?? 'often'}
                type="button"
                className="emoji"
                aria-pressed={query.trim() === '' && group === each}
                aria-label={text(`reaction.group.${each ?? 'often'}`)}
                title={text(`reaction.group.${each ?? 'often'}`)}
                onClick={() => {
                  setQuery('');
                  setGroup(each);
                }}
              >
                {each === undefined ? '⭐' : signs[each]}
              </button>
            ))}
          </div>
        )}
        <p className="field-hint" role="status">
          {isMissing ? text('reaction.missing') : found.length === 0 ? text('reaction.none') : ''}
        </p>
      </Dialog>
    </Popover>
  );
}

import type { ReactNode } from 'react';
import type { Message } from '../../../shared/model/message';
import { useModel } from '../../app/model-context';
import { useText } from '../../i18n/use-text';

/** Both people's emojis, one button each: pressing it puts one's own there, or takes it back. */
export function ReactionsRow({ message, name, inTabOrder }: { readonly message: Message; readonly name: string; readonly inTabOrder: boolean }): ReactNode {
  const text = useText();
  const model = useModel();
  const { reactions = [], messageId } = message;
  if (reactions.length === 0) return null;
  const emojis = [...new Set(reactions.map(({ emoji }) => emoji))];
  return (
    <span className="reactions">
      {emojis.map((emoji) => {
        const by = reactions.filter((each) => each.emoji === emoji).map((each) => each.by);
        const mine = by.includes('me');
        const who = by.map((side) => (side === 'me' ? text('message.you') : name)).join(', ');
        return (
          <button
            key={emoji}
            type="button"
            className="reaction"
            tabIndex={inTabOrder ? 0 : -1}
            aria-pressed={mine}
            aria-label={text('reaction.by', { emoji, who })}
            onClick={({ currentTarget }) => {
              // Taken back, one's own goes with its button.
              if (mine && by.length === 1) currentTarget.closest('article')?.focus();
              model.background(model.client.messages.react({ messageId, emoji, remove: mine }));
            }}
          >
            <span aria-hidden="true">{emoji}</span>
            {by.length > 1 ? <span aria-hidden="true">{by.length}</span> : null}
          </button>
        );
      })}
    </span>
  );
}

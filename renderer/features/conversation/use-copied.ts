import { useCallback, type ClipboardEvent } from 'react';
import type { Message } from '../../../shared/model/message';
import { useText } from '../../i18n/use-text';
import type { Times } from '../../i18n/use-times';
import { plainName } from '../../ui/strangers';
import { saidIn } from '../files/said';
import { copiedText } from './copied-text';

/** The longest name of a file, in characters. */
const longestName = 255;

export interface Copied {
  /** The words selected around this element of the list; undefined where there are none. */
  readonly selected: (inFeed: Element) => string | undefined;
  readonly onCopy: (event: ClipboardEvent) => void;
}

/** What is copied of the list of messages. `name`: the other person's. */
export function useCopied(messages: ReadonlyMap<string, Message>, name: string, times: Times): Copied {
  const text = useText();
  const selected = useCallback(
    (inFeed: Element) => {
      const feed = inFeed.closest('[role="feed"]');
      if (feed === null) return undefined;
      return copiedText(feed, document.getSelection(), {
        of: (messageId) => {
          const message = messages.get(messageId);
          return message && {
            who: message.direction === 'out' ? text('message.you') : plainName(name),
            when: times.exact(message.receivedAt ?? message.sentAt),
            text: message.kind === 'text' || message.text !== '' ? message.text : saidIn(message, text, longestName),
          };
        },
        line: (one) => text('message.copied', { ...one }),
      });
    },
    [messages, name, times, text],
  );
  const onCopy = useCallback(
    (event: ClipboardEvent) => {
      const words = selected(event.currentTarget);
      if (words === undefined) return;
      event.clipboardData.setData('text/plain', words);
      event.preventDefault();
    },
    [selected],
  );
  return { selected, onCopy };
}

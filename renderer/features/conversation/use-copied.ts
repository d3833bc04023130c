import { useCallback, useEffect, useMemo, useRef, type ClipboardEvent } from 'react';
import type { Message } from '../../../shared/model/message';
import { useText } from '../../i18n/use-text';
import type { Times } from '../../i18n/use-times';
import { plainName } from '../../ui/strangers';
import { saidIn } from '../files/said';
import { copiedText, joined, type CopiedMessage } from './copied-text';

/** The longest name of a file, in characters. */
const longestName = 255;

/** How messages are written where they are copied to. `name`: the other person's. */
export function useCopyWords(name: string, times: Times): { readonly of: (message: Message) => CopiedMessage; readonly all: (messages: readonly Message[]) => string; readonly line: (one: CopiedMessage) => string } {
  const text = useText();
  return useMemo(() => {
    const of = (message: Message): CopiedMessage => ({
      who: message.direction === 'out' ? text('message.you') : plainName(name),
      when: times.exact(message.receivedAt ?? message.sentAt),
      text: message.kind === 'text' || message.text !== '' ? message.text : saidIn(message, text, longestName),
    });
    const line = (one: CopiedMessage): string => text('message.copied', { ...one });
    return { of, line, all: (messages) => joined(messages.map(of), line) };
  }, [name, times, text]);
}

export interface Copied {
  /** The words selected around this element of the list; undefined where there are none. */
  readonly selected: (inFeed: Element) => string | undefined;
  readonly onCopy: (event: ClipboardEvent) => void;
}

/** What is copied of the list of messages. `name`: the other person's. */
export function useCopied(messages: ReadonlyMap<string, Message>, name: string, times: Times): Copied {
  const { of, line } = useCopyWords(name, times);
  // What is made of them stays the same one whatever comes: with another one each message would be drawn anew.
  const latest = useRef(messages);
  useEffect(() => {
    latest.current = messages;
  }, [messages]);
  const selected = useCallback(
    (inFeed: Element) => {
      const feed = inFeed.closest('[role="feed"]');
      if (feed === null) return undefined;
      return copiedText(feed, document.getSelection(), {
        of: (messageId) => {
          const message = latest.current.get(messageId);
          return message && of(message);
        },
        line,
      });
    },
    [of, line],
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

import { useRef, useState, type ReactNode, type RefObject } from 'react';
import { Smile } from 'lucide-react';
import { useText } from '../../i18n/use-text';
import { IconButton } from '../../ui/icon-button';
import { typeAtCaret } from '../../ui/type-at-caret';
import { EmojiPicker } from './emoji-picker';

export interface EmojiButtonProps {
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly written: string;
  readonly onWrite: (text: string) => void;
}

/** Puts an emoji where the caret stands in the field, or in place of what is selected there; writing goes on behind it. */
export function EmojiButton({ field, written, onWrite }: EmojiButtonProps): ReactNode {
  const text = useText();
  const button = useRef<HTMLButtonElement>(null);
  const [anchor, setAnchor] = useState<HTMLElement>();

  const insert = (emoji: string): void => {
    const from = field.current?.selectionStart ?? written.length;
    const to = field.current?.selectionEnd ?? from;
    setAnchor(undefined);
    // The picker gives the focus back as it leaves: before the next frame is drawn.
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(from, to);
      if (typeAtCaret(emoji)) return;
      onWrite(written.slice(0, from) + emoji + written.slice(to));
      requestAnimationFrame(() => field.current?.setSelectionRange(from + emoji.length, from + emoji.length));
    });
  };

  return (
    <>
      <IconButton ref={button} label={text('composer.emoji')} aria-haspopup="dialog" aria-expanded={anchor !== undefined} onPress={() => setAnchor(button.current ?? undefined)}>
        <Smile aria-hidden="true" />
      </IconButton>
      {anchor === undefined ? null : <EmojiPicker anchor={anchor} onPick={insert} onClose={() => setAnchor(undefined)} />}
    </>
  );
}

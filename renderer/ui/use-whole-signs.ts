import { useEffect } from 'react';
import { typeAtCaret } from './type-at-caret';

type Field = HTMLInputElement | HTMLTextAreaElement;

/**
 * Fields that take so many characters and no more: what the browser leaves of something that is typed, pasted or dropped ends where the room does, in the middle of a family of
 * emoji, of which one member is left, or of a letter with its marks. Here it ends with the last sign that has room as a whole. Passphrases are looked at by nobody.
 */
export function useWholeSigns(): void {
  useEffect(() => {
    const before = (event: InputEvent): void => {
      const field = boundedField(event.target);
      if (field === undefined || !event.cancelable || event.data === null) return;
      const words = event.data.replaceAll(/\r\n?/g, '\n');
      const { selectionStart: from, selectionEnd: to } = field;
      const room = field.maxLength - field.value.length + ((to ?? 0) - (from ?? 0));
      const whole = wholeSigns(words, room);
      if (whole === undefined) return;
      event.preventDefault();
      if (whole !== '') typeAtCaret(whole);
    };
    // What an input method composes has its room first, and is cut by the browser once it stands.
    const composed = ({ target, data }: CompositionEvent): void => {
      const field = boundedField(target);
      const caret = field?.selectionStart ?? undefined;
      if (field === undefined || caret === undefined) return;
      let left = data.length;
      while (left > 0 && !field.value.slice(0, caret).endsWith(data.slice(0, left))) left -= 1;
      const whole = wholeSigns(data, left);
      if (whole === undefined) return;
      field.setRangeText('', caret - left + whole.length, caret, 'end');
      field.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'deleteContent' }));
    };
    document.addEventListener('beforeinput', before);
    document.addEventListener('compositionend', composed);
    return () => {
      document.removeEventListener('beforeinput', before);
      document.removeEventListener('compositionend', composed);
    };
  }, []);
}

function boundedField(target: EventTarget | null): Field | undefined {
  const isField = target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && target.type !== 'password');
  return isField && target.maxLength >= 0 ? target : undefined;
}

const signs = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** What of it has room, where the browser would leave something else; else undefined, as where a single sign is too long for any room. */
function wholeSigns(words: string, room: number): string | undefined {
  if (words.length <= room) return undefined;
  // The sign that the room ends in, or after; many megabytes may be pasted.
  const cut = signs.segment(words.slice(0, Math.max(room, 0) + longestSign)).containing(Math.max(room, 0));
  if (cut === undefined || cut.index >= room || cut.segment.length >= longestSign) return undefined;
  return words.slice(0, cut.index);
}

/** UTF-16 units; an emoji has about twenty at most. */
const longestSign = 64;

import { useEffect } from 'react';
import { typeAtCaret } from './type-at-caret';

type Field = HTMLInputElement | HTMLTextAreaElement;

/** Where something is being composed: how many characters stand before it, and how many behind. None of them is kept. */
interface Place {
  readonly from: number;
  readonly behind: number;
}

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
    // What an input method composes has its room first, and is cut by the browser once it stands; the caret is then where all of it would have ended.
    const places = new WeakMap<Field, Place>();
    const begun = ({ target }: CompositionEvent): void => {
      const field = boundedField(target);
      if (field !== undefined) places.set(field, { from: field.selectionStart ?? 0, behind: field.value.length - (field.selectionEnd ?? 0) });
    };
    const composed = ({ target, data }: CompositionEvent): void => {
      const field = boundedField(target);
      const place = field && places.get(field);
      if (field === undefined || place === undefined) return;
      const { from, behind } = place;
      const left = field.value.slice(from, field.value.length - behind);
      const whole = wholeSigns(data, left.length);
      if (whole === undefined || !data.startsWith(left)) return;
      field.setRangeText('', from + whole.length, from + left.length, 'end');
      field.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'deleteContentBackward' }));
    };
    document.addEventListener('beforeinput', before);
    document.addEventListener('compositionstart', begun);
    document.addEventListener('compositionend', composed);
    return () => {
      document.removeEventListener('beforeinput', before);
      document.removeEventListener('compositionstart', begun);
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

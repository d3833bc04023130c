import type { IntlShape } from 'react-intl';
import type { TextId } from './messages';

type Ready = ReturnType<IntlShape['formatters']['getMessageFormat']>;

/** By what speaks, which is another one for each language and time zone. No sentence writes a time by itself, so that none depends on more. */
const ready = new WeakMap<IntlShape, Map<TextId, Ready>>();

/** What a message format reads as anything but itself: outside braces `}` and `#` are none of it. */
const special = /[{<']/;

/**
 * A message with its values. What the library does at each one, putting all its kinds of dates together twice and making one text of them and the message to look for what
 * it had made of that before, is most of what words cost in a window; what it says is the same, also of what is wrong.
 */
export function sentence(intl: IntlShape, id: TextId, values?: Readonly<Record<string, string | number>>): string {
  const message = intl.messages[id];
  if (typeof message !== 'string' || message === '') return intl.formatMessage({ id }, values);
  if (!special.test(message)) return message;
  try {
    const said = readyOf(intl, id, message).format<string>(values);
    return typeof said === 'string' ? said : intl.formatMessage({ id }, values);
  } catch {
    return intl.formatMessage({ id }, values); // says what is wrong
  }
}

function readyOf(intl: IntlShape, id: TextId, message: string): Ready {
  const all = ready.get(intl) ?? new Map<TextId, Ready>();
  ready.set(intl, all);
  const made = all.get(id) ?? intl.formatters.getMessageFormat(message, intl.locale, undefined, { formatters: intl.formatters });
  all.set(id, made);
  return made;
}

import { maxFileNameBytes } from '../../../shared/model/transfer';

/** Longest ending that is kept when a name is cut, in characters. */
const longestEnding = 20;
/** Names that Windows gives to devices, whatever ending follows. */
const reserved = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(?:$|\.)/i;

/**
 * A name of a file that somebody else chose, as one that can be shown and saved anywhere: no path, no control or invisible characters, nothing that
 * turns the reading direction, nothing a file system or a command line gives a meaning to, no gap that hides the ending, at most 255 bytes.
 */
export function safeName(name: string): string {
  const last = name.normalize('NFC').split(/[/\\]/).filter((part) => part.trim() !== '').at(-1) ?? '';
  const plain = last
    // An empty Braille pattern is a gap as well; fillers of scripts and marks that choose a form are drawn as nothing.
    .replace(/[\s\p{Z}\u2800]+/gu, ' ')
    .replace(/[\p{C}\p{Default_Ignorable_Code_Point}]/gu, '')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/ +/g, ' ')
    .trim()
    // Hidden, or an option of a command, where names begin so; dropped by Windows where they end so.
    .replace(/^[.-]+/, '_')
    .replace(/[. ]+$/, '');
  if (plain === '' || plain === '_') return 'file';
  return cut(reserved.test(plain) ? `_${plain}` : plain);
}

/** In the middle, so that the ending stays. */
function cut(name: string): string {
  if (bytesOf(name) <= maxFileNameBytes) return name;
  const at = name.lastIndexOf('.');
  const ending = at > 0 && name.length - at <= longestEnding ? name.slice(at) : '';
  const room = maxFileNameBytes - bytesOf(ending);
  let stem = '';
  let used = 0;
  for (const character of name.slice(0, name.length - ending.length)) {
    used += bytesOf(character);
    if (used > room) break;
    stem += character;
  }
  return `${stem.replace(/[. ]+$/, '')}${ending}`;
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

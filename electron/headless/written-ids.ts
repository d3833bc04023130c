/** A number as a value that is read through arithmetic. In a text this may as well stand within words, which costs a look. */
const perhapsRounded = /:\s*-?\d+[.eE]/;
const numeral = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** The key with each of its letters as an escape. */
const longestKey = '"\\u0069\\u0064"'.length;

/**
 * Whether JSON.parse reads the id of each object of a line as another number than it is written: a decimal with more digits than a number holds, or one that
 * is too small for any. `text` is JSON, one object or an array of them; gives one answer for each object in it, the last of several ids as JSON.parse, and
 * undefined where no id can be of that kind.
 */
export function roundedIds(text: string): readonly boolean[] | undefined {
  if (!perhapsRounded.test(text)) return undefined;
  const rounded: boolean[] = [];
  const open: string[] = [];
  const level = text.trimStart().startsWith('[') ? 2 : 1;
  let isKey = false;
  let isId = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charAt(at);
    const isIn = open.length === level && open.at(-1) === '{';
    if (sign === '"') {
      const end = endOfString(text, at);
      if (isIn && isKey) {
        isId = end - at < longestKey && JSON.parse(text.slice(at, end + 1)) === 'id';
        if (isId) rounded[rounded.length - 1] = false;
        isKey = false;
      }
      at = end;
    } else if (sign === '{' || sign === '[') {
      open.push(sign);
      if (open.length === level && sign === '{') {
        rounded.push(false);
        isKey = true;
        isId = false;
      }
    } else if (sign === '}' || sign === ']') open.pop();
    else if (sign === ',') isKey = isIn;
    else if (isIn && isId && /[-\d]/.test(sign)) {
      numeral.lastIndex = at;
      const [written = ''] = numeral.exec(text) ?? [];
      rounded[rounded.length - 1] = decimalOf(written) !== decimalOf(String(Number(written)));
      at += Math.max(0, written.length - 1);
    }
  }
  return rounded;
}

/** Of the quotation mark that ends what begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charAt(at) !== '"') at += text.charAt(at) === '\\' ? 2 : 1;
  return at;
}

/** One text for all numerals of one number: its digits, and the power of ten behind them. */
function decimalOf(written: string): string {
  const [, sign = '', whole = '', part = '', power = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(written) ?? [];
  const digits = (whole + part).replace(/^0+/, '');
  // By hand: an expression for it starts anew at each zero within, and a line may hold millions.
  let end = digits.length;
  while (digits.charAt(end - 1) === '0') end -= 1;
  const short = digits.slice(0, end);
  return short === '' ? '0' : `${sign}${short}e${Number(power) - part.length + digits.length - short.length}`;
}

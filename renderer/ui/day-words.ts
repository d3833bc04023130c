/** Months as people write them in English and German, whole or shortened. */
export const monthName = String.raw`(?:jan(?:uary|uar)?|jän(?:ner)?|feb(?:ruary|ruar)?|mar(?:ch)?|märz?|mrz|apr(?:il)?|ma[iy]|jun[ei]?|jul[iy]?|aug(?:ust)?|sep(?:t(?:ember)?)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?)`;

const starts: readonly (readonly string[])[] = [['jan', 'jän'], ['feb'], ['mar', 'mär', 'mrz'], ['apr'], ['may', 'mai'], ['jun'], ['jul'], ['aug'], ['sep'], ['oct', 'okt'], ['nov'], ['dec', 'dez']];

/** From 1 on. */
export function monthOf(name: string): number | undefined {
  const place = starts.findIndex((some) => some.includes(name.slice(0, 3).toLowerCase()));
  return place === -1 ? undefined : place + 1;
}

const shortGerman = '(?:mo|di|mi|do|fr|sa|so)';
/** `may`, `so` and `do` are words that stand everywhere: they are a month and days by what stands beside them only. */
const words = [
  String.raw`(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:days?)?`,
  String.raw`(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag)\p{L}*`,
  String.raw`(?!may(?!\p{L}))${monthName}`,
  String.raw`may\.?,? \d{1,4}|(?:in|of|by|until|till|early|late|mid|this|next|last) may`,
  'tomorrow|tmrw|tmr|yesterday|(?<!guten )morgen|über-?morgen|(?:vor-?)?gestern',
  String.raw`nächst\p{L}*|next|last|letzte\p{L}*|kommende\p{L}*|coming|following|folgende\p{L}*|darauf|later this|dieser tage`,
  String.raw`\p{L}*(?<!to)days?|weeks?|weekends?|weekly|daily|months?|monthly|years?|every|fortnight|\p{L}*(?<!mit)tag(?:e?s|en?)?|(?:kw|cw|week) ?\d{1,2}|q[1-4]|täglich\p{L}*|woche\p{L}*|wöchentlich\p{L}*|monat\p{L}*|jahr\p{L}*|jede[mnrs]?`,
  String.raw`summer|winter|spring|autumn|sommer\p{L}*|herbst|frühling|frühjahr|easter|christmas|ostern|oster\p{L}*|pfingst\p{L}*|weihnacht\p{L}*|silvester|neujahr`,
  // The 26, am 26; no hour.
  String.raw`(?:on|am|den|the|bis|ab) \d{1,2}(?!\d|:| ?[ap]\.?m| uhr)`,
];
/** Mo., 17:00; Di um 17; Mi-Fr; UTC am Do. */
const shortDay = String.raw`(?<![\p{L}\p{N}_])(?:${shortGerman}\.?,? ?(?:\d|um |abend|nacht|früh|(?:vor|nach)?mittag|morgen|\p{Pd}|[/+&])|(?:am|ab|bis|jeden|UTC|GMT|Z),? \(?${shortGerman}(?![\p{L}\p{N}_]))`;
/** 26.7., 26th, 7/26, 26-07-2026, 2026/07/26, 20260726; no version and no zone: v1.17, UTC+1. */
const numbers = String.raw`(?<![\p{L}\p{N}.,:]|(?:UTC|GMT)[+\u2212-])(?:(?:0?[1-9]|[12]\d|3[01])(?:\.(?!\d{3})|(?:st|nd|rd|th|ter?n?)(?!\p{L})|/\d{1,2}|-\d{1,2}-\d{2,4})|\d{4}[/.-]\d{1,2}[/.-]\d{1,2}|20\d{2}(?:0[1-9]|1[0-2])[0-3]\d(?!\d))`;
const day = new RegExp(String.raw`(?<![\p{L}\p{N}_])(?:${words.join('|')})(?![\p{L}\p{N}_])|${shortDay}|${numbers}`, 'iu');

/** A day or two away, whatever else is said: `morgen` without anything before it that makes it the part of a day, or another one. */
const near = new RegExp(
  String.raw`(?<![\p{L}\p{N}_])(?:(?:the )?day after tomorrow|(?:the )?day before yesterday|tomorrow|tmrw|tmr|yesterday|über-?morgen|(?:vor-?)?gestern|(?<!(?:am|vom|zum|gegen|der|dem|des|dies\p{L}*|ein\p{L}*|jed\p{L}*|\p{L}*en|\p{L}*er)[ ,]{1,2})morgen)(?![\p{L}\p{N}_])`,
  'giu',
);

/**
 * Whether words tell of another day that may be far away, or seem to: of it an hour can be that stands beside them. English and German alone are looked for. Beside
 * tomorrow and yesterday alone it is about as near as where no day is named.
 */
export const namesDay = (written: string): boolean => day.test(written.normalize('NFC').replace(/\s+/gu, ' ').replace(near, ' '));

/** What somebody wrote without blank lines before it and without spaces and lines behind it. How its first line is indented stays: that may be code. */
export const withoutBlankEnds = (written: string): string => written.replace(/^(?:[^\S\n]*\n)+/u, '').trimEnd();

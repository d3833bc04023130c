/** Where a search takes apart what was typed, as names of files are taken apart for it (migration 40, `search_name`). */
const dividers = /[_.-]/gu;

/** The pieces of a name of a file as words: `Report_148-notes.pdf` is `Report 148 notes pdf`. As many letters as before. */
export function inPieces(name: string): string {
  return name.replace(dividers, ' ');
}

/** Words of a query that are tried in another spelling as well: each doubles what is asked, or more. */
const mostWords = 2;

/** One apostrophe is typed, and another one stands where programs put it: don't, don’t. */
const apostrophe = /['\u2019]/gu;
/** Where it is written so in some places, and otherwise in others: Straße, Strasse. */
const sharp = /\u00df|\u1e9e|ss/giu;

/**
 * The same query in the other spellings that its words have: which one somebody wrote is not known to who looks for it. Without the query itself.
 * The index has the words as they were written.
 */
export function otherSpellings(query: string): readonly string[] {
  let left = mostWords;
  let all: readonly string[] = [''];
  for (const part of query.split(/(\s+)/u)) {
    const spelled = left > 0 ? spellingsOf(part) : [part];
    if (spelled.length > 1) left -= 1;
    all = all.flatMap((before) => spelled.map((each) => before + each));
  }
  return all.filter((each) => each !== query);
}

function spellingsOf(word: string): readonly string[] {
  const written = new Set([word]);
  for (const mark of ["'", '\u2019']) written.add(word.replaceAll(apostrophe, mark));
  // What is added is gone through as well, and adds nothing more.
  for (const each of written) {
    written.add(each.replaceAll(sharp, 'ss'));
    written.add(each.replaceAll(sharp, '\u00df'));
  }
  return [...written];
}

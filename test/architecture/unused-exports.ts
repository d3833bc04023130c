/** A source file as text, by its path below the repository. */
export type Texts = ReadonlyMap<string, string>;

const declared = /^export (?:declare )?(?:async )?(?:const|let|function\*?|(?:abstract )?class|enum|(type|interface)) ([A-Za-z_$][\w$]*)/gm;
const comments = /\/\*[^]*?\*\/|(?<=^|\s)\/\/.*$/gm;
const word = /[A-Za-z_$][\w$]*/g;

/**
 * Exports in `product` that no file of `everything` needs: a value that no other file names, which could be the file's own, and a type that nobody names at
 * all. A type that only its own file names may be exported: it is how readers see what an exported function takes. Names are compared as words, so that
 * one which several files use for different things goes unnoticed.
 */
export function unusedExports(product: Texts, everything: Texts): string[] {
  const counts = new Map<string, Map<string, number>>();
  for (const [path, text] of everything) {
    for (const [name] of text.replace(comments, '').matchAll(word)) {
      const places = counts.get(name) ?? new Map<string, number>();
      counts.set(name, places.set(path, (places.get(path) ?? 0) + 1));
    }
  }
  return [...product].flatMap(([path, text]) =>
    [...text.matchAll(declared)].flatMap(([, isType, name = '']) => {
      const places = counts.get(name);
      const elsewhere = [...(places?.keys() ?? [])].some((place) => place !== path);
      if (elsewhere || (isType !== undefined && (places?.get(path) ?? 0) > 1)) return [];
      return [`${path} exports ${name}, which no other file uses`];
    }),
  );
}

/** What npm does by itself, without a script of that name. */
const ofNpm = new Set(['install', 'ci', 'run']);

/** What a command is made of: where each option that it takes stands. */
export interface Command {
  /** Text of its files. */
  readonly source: string;
}

/** What stands in `code` and in blocks of it, a line each; without what is said behind a `#`. */
function codeOf(text: string): string[] {
  const blocks = [...text.matchAll(/^[ \t]*```[^\n]*\n([\s\S]*?)^[ \t]*```/gm)].flatMap(([, block = '']) => block.split('\n'));
  const inline = [...text.replace(/^[ \t]*```[\s\S]*?^[ \t]*```/gm, '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replace(/\n/g, ' '));
  return [...blocks, ...inline].map((line) => line.replace(/(^|\s)#.*$/, ''));
}

const optionsIn = (words: string): string[] => [...words.matchAll(/(?:^|[\s[(])--([a-z][a-z-]*)/g)].map(([, name = '']) => name);

/** Whether these files take an option of that name. */
const takes = ({ source }: Command, option: string): boolean => new RegExp(`['"\`]${option}['"\`]|\\b${option}: (?:text\\b|\\{ ?type:)|--${option}\\b`).test(source);

/**
 * Commands in a document that are not there, and options that they do not take. `npm`: what `npm run NAME` runs, `programs`: other programs by the word that calls them, `files`: what
 * `node FILE` runs.
 */
export function missingCommands(document: string, text: string, { npm, programs, fileText }: { readonly npm: ReadonlyMap<string, Command>; readonly programs: ReadonlyMap<string, Command>; readonly fileText: (path: string) => string | undefined }): string[] {
  return codeOf(text).flatMap((line) => {
    const [, name, words = ''] = /\bnpm (?:(?:-s|--silent) )?(?:run (?:-s |--silent )?)?([a-z][a-z-]*)(.*)$/.exec(line) ?? [];
    if (name !== undefined) {
      const command = npm.get(name);
      if (command === undefined) return ofNpm.has(name) ? [] : [`${document} says npm ${name}, which is not there`];
      // What stands before `--` is npm's own.
      const [, own = ''] = /^[^|]*? -- (.*)$/.exec(`${words} `) ?? [];
      return optionsIn(` ${own}`).filter((option) => option !== 'help' && !takes(command, option)).map((option) => `${document}: npm ${name} takes no --${option}`);
    }
    const [, file = '', after = ''] = /\bnode ((?:scripts|test)\/[\w./-]+\.mjs)(.*)$/.exec(line) ?? [];
    if (file !== '') {
      const source = fileText(file);
      return source === undefined ? [`${document} says node ${file}, which is not there`] : optionsIn(after).filter((option) => !takes({ source }, option)).map((option) => `${document}: ${file} takes no --${option}`);
    }
    return [...programs].flatMap(([program, command]) => {
      const [, given = ''] = new RegExp(`(?:^|[\\s/])${program}( .*)$`).exec(line) ?? [];
      return optionsIn(given).filter((option) => !takes(command, option)).map((option) => `${document}: ${program} takes no --${option}`);
    });
  });
}

/** Options that stand alone in a document about one program, and that it does not take. */
export function missingOptions(document: string, text: string, command: Command): string[] {
  const alone = [...text.matchAll(/`(--[a-z][a-z-]*)(?: [^`]*)?`/g)].flatMap(([, option = '']) => optionsIn(option));
  return [...new Set(alone)].filter((option) => !takes(command, option)).map((option) => `${document} names --${option}, which is no option`);
}

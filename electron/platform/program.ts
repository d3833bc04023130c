import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';

// What a package names as its program, the window's or the headless peer's, and the only file of it that Node reads: the others are read here, when a part in them is first asked for.

type Part = (module: { exports: unknown }, exports: unknown) => void;
/** A file of the program is one function, which makes its parts known. */
type PartsFile = (require: NodeJS.Require, folder: string, part: (name: string) => unknown, known: Map<string, Part>) => void;

/** By scripts/lib/program-bundle.mjs. `first`: the part that runs; `fileOf`: where each part lies; `codeOf`: what the compiled code of each file is called, after what stands in it. */
declare const PROGRAM: { readonly first: string; readonly fileOf: Readonly<Record<string, string>>; readonly codeOf: Readonly<Record<string, string>> };

const made = new Map<string, { exports: unknown }>();
const known = new Map<string, Part>();

/**
 * What V8 makes of a file's text takes longer than to run it. Where the package holds what the same V8 made of the same text (scripts/lib/compiled-code.mjs), that is read instead. V8 looks at it
 * first, and compiles the text where it comes from another version or other flags of it; so it does where there is none.
 */
function readFile(file: string): void {
  const filename = join(__dirname, `${file}.cjs`);
  // In ASCII, which takes a byte a letter to keep and nothing to decode.
  const script = new Script(textOf(filename), { filename, cachedData: compiled(`${PROGRAM.codeOf[file] ?? ''}-${process.versions.v8}-${process.arch}`) });
  const read = script.runInThisContext() as PartsFile; // the build writes no others
  read(require, __dirname, part, known);
}

function textOf(filename: string): string {
  try {
    return readFileSync(filename, 'latin1');
  } catch (error) {
    throw error instanceof Error && 'code' in error && error.code === 'ENOENT' ? replaced(filename) : error;
  }
}

/** Another version, which has other parts, lies where this one was started from, or nothing does. The doors know it by its code (`electron/doors/dispatch.ts`). */
function replaced(what: string): Error {
  return Object.assign(new Error(`this program was replaced or removed while it ran: ${what} is not there`), { code: 'PROGRAM_REPLACED' });
}

function compiled(name: string): Buffer | undefined {
  try {
    return readFileSync(join(__dirname, 'code', name));
  } catch {
    return undefined;
  }
}

/** A part of the program, which runs when it is first asked for. */
function part(name: string): unknown {
  const there = made.get(name);
  if (there !== undefined) return there.exports;
  if (!known.has(name)) readFile(PROGRAM.fileOf[name] ?? name);
  // A part's name says what stands in it, so that one of another version is none of ours.
  if (!known.has(name)) throw replaced(name);
  const one: { exports: unknown } = { exports: {} };
  made.set(name, one);
  try {
    known.get(name)?.(one, one.exports);
  } catch (error) {
    // Whoever asks again has it run again, as with a file of its own.
    made.delete(name);
    throw error;
  }
  return one.exports;
}

part(PROGRAM.first);

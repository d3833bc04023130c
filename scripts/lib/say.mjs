import { askedHelp } from './command-help.mjs';

// All tooling speaks on stderr, in short plain lines: stdout belongs to the program that is run (the headless peer prints JSON there).
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** A failure whose text is meant for the person at the terminal: shown without a stack. */
export class PlainError extends Error {
  /** @override */ name = 'PlainError';
}

/**
 * Runs a command's main function; a PlainError, or an option that is none, becomes its sentence and exit code 1, anything else keeps its stack.
 * Asked for help it says what the command's file says at its top, and does nothing; `ownHelp`: the command answers that by itself.
 * @param {() => unknown} main
 */
export async function asCommand(main, { ownHelp = false } = {}) {
  try {
    const help = ownHelp ? undefined : askedHelp(process.argv);
    if (help !== undefined) return say(help);
    const code = await main();
    if (typeof code === 'number') process.exitCode = code;
  } catch (error) {
    const isPlain = error instanceof PlainError || String(error?.code).startsWith('ERR_PARSE_ARGS');
    say(isPlain ? error.message : String(error?.stack ?? error));
    process.exitCode = 1;
  }
}

export const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

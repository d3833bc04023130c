// Loaded into a peer by `node --require`: once its standard input has ended, whatever it waits for may take fifteen times as long, so that what it does at its end is
// seen on a machine that is busy, too. How long it waits by itself is for other tests to say. It stands here because it is no part of the program.
const { setTimeout: real } = globalThis;
let slower = 1;

process.stdin.once('end', () => (slower = 15));
globalThis.setTimeout = (run, milliseconds = 0, ...words) => real(run, milliseconds * slower, ...words);

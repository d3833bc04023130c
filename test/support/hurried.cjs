// Loaded into a peer by `node --require`: its clocks and timers go KEYSHIFT_TEST_PACE times as fast as the real ones, so that what a program waits for is over in
// seconds. It stands here because it is no part of the program.
const pace = Number(process.env.KEYSHIFT_TEST_PACE ?? '1');
const { now: wall } = Date;
const { setTimeout: real } = globalThis;
const began = wall();
const monotonic = performance.now.bind(performance);

Date.now = () => Math.floor(began + (wall() - began) * pace);
performance.now = () => monotonic() * pace;
globalThis.setTimeout = (run, milliseconds = 0, ...words) => real(run, milliseconds / pace, ...words);

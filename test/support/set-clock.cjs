// Loaded into a peer by `node --require`: its wall and its monotonic clock show what the file in KEYSHIFT_TEST_CLOCK says. Empty: the real time. A number: they stand
// still, so many milliseconds after the start of the program. It stands here because it is no part of the program.
const { readFileSync } = require('node:fs');
const { performance } = require('node:perf_hooks');

const { now } = Date;
const monotonic = performance.now.bind(performance);
// Whole milliseconds: sums of fractions would miss a bound by a part of a nanosecond.
const [wallAtStart, monotonicAtStart] = [now(), Math.floor(monotonic())];
const file = process.env.KEYSHIFT_TEST_CLOCK;
const elapsed = () => {
  const said = readFileSync(file, 'utf8');
  return said === '' ? undefined : Number(said);
};

Date.now = () => {
  const passed = elapsed();
  return passed === undefined ? now() : wallAtStart + passed;
};
performance.now = () => {
  const passed = elapsed();
  return passed === undefined ? monotonic() : monotonicAtStart + passed;
};

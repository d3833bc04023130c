// Loaded into a peer by `node --require`: its wall clock is wrong by as many milliseconds as the file in KEYSHIFT_TEST_CLOCK says, looked at
// again every 20 ms. It stands here because it is no part of the program.
const { readFileSync } = require('node:fs');

const { now } = Date;
const file = process.env.KEYSHIFT_TEST_CLOCK;
let skew = 0;
let looked = -Infinity;

Date.now = () => {
  if (performance.now() - looked > 20) {
    looked = performance.now();
    skew = Number(readFileSync(file, 'utf8')) || 0;
  }
  return now() + skew;
};

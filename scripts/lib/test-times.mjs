// What files of tests took, as the runners left it.

const longestFirst = (one, other) => other.wall - one.wall;

/**
 * Of vitest: what test/support/file-times.ts gathered, seconds of the clock and of processors, children included.
 * @param {string} text one JSON a line
 * @returns {{ file: string, wall: number, cpu: number }[]} longest first
 */
export function fileTimes(text) {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line)).map(({ file, wall, own, children }) => ({ file, wall, cpu: own + children })).toSorted(longestFirst);
}

/**
 * Of Playwright: the tests of each file together, in seconds of the clock; what comes before and after all of them is in none.
 * @param {string} text its JSON report
 * @returns {{ file: string, wall: number }[]} longest first
 */
export function playwrightTimes(text) {
  const times = new Map();
  const add = ({ suites = [], specs = [] }) => {
    suites.forEach(add);
    for (const { file, tests } of specs) for (const { results } of tests) for (const { duration } of results) times.set(file, (times.get(file) ?? 0) + duration / 1000);
  };
  if (text !== '') add(JSON.parse(text));
  return [...times].map(([file, wall]) => ({ file, wall })).toSorted(longestFirst);
}

import { appendFileSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** Where `npm test` gathers what each file took, one JSON a line; without it nothing is measured. */
const gathered = process.env['KEYSHIFT_TEST_TIMES'];

/** Seconds of the clock and of processors: this process, and of its children those that ended and were waited for (on Linux). */
function now(): { readonly wall: number; readonly own: number; readonly children: number } {
  const { user, system } = process.cpuUsage();
  return { wall: performance.now() / 1_000, own: (user + system) / 1e6, children: ofChildren() };
}

function ofChildren(): number {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    // Behind the name, which may hold anything: proc(5), fields 16 and 17, in hundredths.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[13]) + Number(fields[14])) / 100;
  } catch {
    return 0;
  }
}

/** Begins to measure a file; the answer ends it. Files share a process one after the other, so that the difference is the file's own. */
export function measureFile(): (path: string | undefined) => void {
  if (gathered === undefined) return () => undefined;
  const since = now();
  return (path) => {
    const { wall, own, children } = now();
    appendFileSync(gathered, `${JSON.stringify({ file: relative(process.cwd(), path ?? ''), wall: wall - since.wall, own: own - since.own, children: children - since.children })}\n`);
  };
}

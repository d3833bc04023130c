// The time that stands in packages: that of the commit, so that the same sources give the same bytes.
import { run } from '../lib/process.mjs';
import { root } from '../lib/paths.mjs';

/** Seconds since 1970: SOURCE_DATE_EPOCH, else the commit's time, else now. */
export async function sourceTime() {
  const given = Number(process.env.SOURCE_DATE_EPOCH);
  if (process.env.SOURCE_DATE_EPOCH && Number.isInteger(given) && given >= 0) return given;
  const { code, stdout } = await run('git', ['log', '-1', '--format=%ct'], { cwd: root });
  return code === 0 && /^\d+\s*$/.test(stdout) ? Number(stdout) : Math.floor(Date.now() / 1000);
}

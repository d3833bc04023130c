import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What Linux says of one process. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** `renderer`, `gpu-process`, `zygote`, `utility`; `browser` for the first. */
  readonly kind: string;
  readonly words: readonly string[];
  readonly status: ReadonlyMap<string, string>;
}

/** A process and all below it. */
export function family(first: number): Process[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => read(Number(name)));
  const found: Process[] = [];
  const due = [first];
  for (let pid = due.pop(); pid !== undefined; pid = due.pop()) {
    const here = pid;
    found.push(...all.filter((one) => one.pid === here));
    due.push(...all.filter((one) => one.parent === here).map((one) => one.pid));
  }
  return found;
}

/** The first process of the program at this path, if it runs. */
export function runningAs(program: string): number | undefined {
  const found = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => (programOf(name) === program ? read(Number(name)) : []));
  return found.find(({ kind }) => kind === 'browser')?.pid;
}

function programOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return undefined;
  }
}

function read(pid: number): Process[] {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split(/[\0 ]/).filter((word) => word !== '');
    const status = new Map(readFileSync(`/proc/${pid}/status`, 'utf8').split('\n').map((line) => [line.split(':')[0] ?? '', line.split(':\t')[1] ?? ''] as const));
    const kind = words.find((word) => word.startsWith('--type='))?.slice('--type='.length) ?? 'browser';
    return [{ pid, parent: Number(status.get('PPid')), kind, words, status }];
  } catch {
    // It ended meanwhile.
    return [];
  }
}

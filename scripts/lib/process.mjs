// Starting other programs: without a shell, with a time limit, and always ended by their own id.
import { spawn } from 'node:child_process';

/**
 * Runs a program to its end.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeout?: number, output?: 'collect' | 'stderr' | 'show' }} [options]
 *   `collect` returns what it wrote; `stderr` shows both of its streams on our stderr; `show` shows each on our own. Time in milliseconds.
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null, stdout: string, stderr: string, timedOut: boolean, error?: Error }>}
 */
export function run(file, args, { cwd, env, timeout, output = 'collect' } = {}) {
  return new Promise((resolve) => {
    /** @type {Record<string, import('node:child_process').StdioOptions>} */
    const ways = { collect: ['ignore', 'pipe', 'pipe'], stderr: ['ignore', 2, 2], show: ['ignore', 1, 2] };
    const child = spawn(file, args, { cwd, env, stdio: ways[output], windowsHide: true, shell: needsShell(file) });
    let stdout = '';
    let stderr = '';
    let timedOut = false;
    child.stdout?.setEncoding('utf8')?.on('data', (text) => (stdout += text));
    child.stderr?.setEncoding('utf8')?.on('data', (text) => (stderr += text));
    const timer = timeout && setTimeout(() => { timedOut = true; child.kill('SIGKILL'); }, timeout);
    // Whatever ends this process ends what it has started.
    const atExit = () => child.kill('SIGTERM');
    process.once('exit', atExit);
    const end = (result) => {
      clearTimeout(timer);
      process.off('exit', atExit);
      resolve({ stdout, stderr, timedOut, ...result });
    };
    child.once('error', (error) => end({ code: null, signal: null, error }));
    child.once('close', (code, signal) => end({ code, signal }));
  });
}

/** Hands SIGINT, SIGTERM and SIGHUP to a child and takes over its exit code (128 + signal number when a signal ended it). */
export function followChild(child) {
  const signals = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };
  const forward = (signal) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(name, forward);
      resolve(code ?? 128 + (signals[signal] ?? 0));
    });
  });
}

/** Ends a child that was started here: politely first, then for good. */
export async function endChild(child, patience = 3000) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), patience);
  await closed;
  clearTimeout(timer);
}

export const isRoot = process.getuid?.() === 0;

// Node refuses to start .cmd files without a shell on Windows (npm is one); the arguments given there are our own constants.
function needsShell(file) {
  return process.platform === 'win32' && file.endsWith('.cmd');
}

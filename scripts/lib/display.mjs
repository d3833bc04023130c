// A virtual display of our own (Linux): Xvfb picks a free number itself and tells it, so that two runs never meet.
import { spawn } from 'node:child_process';
import { endChild } from './process.mjs';
import { PlainError } from './say.mjs';

/** @returns {Promise<{ display: string, stop: () => Promise<void> }>} */
export async function startXvfb({ size = '1600x1000' } = {}) {
  const child = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', `${size}x24`, '-nolisten', 'tcp', '-ac'], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
  const number = await new Promise((resolve, reject) => {
    const fail = () => reject(new PlainError(`Xvfb did not start.\n${errors.trim()}`));
    const timer = setTimeout(fail, 15_000);
    let text = '';
    /** @type {import('node:stream').Readable} */ (child.stdio[3]).setEncoding('utf8').on('data', (piece) => {
      text += piece;
      if (text.includes('\n')) { clearTimeout(timer); resolve(text.trim()); }
    });
    child.once('error', (error) => { errors = error.message; clearTimeout(timer); fail(); });
    child.once('exit', () => { clearTimeout(timer); fail(); });
  });
  // Whatever ends this process ends the display.
  const atExit = () => child.kill('SIGKILL');
  process.once('exit', atExit);
  return {
    display: `:${number}`,
    async stop() {
      process.off('exit', atExit);
      await endChild(child);
    },
  };
}

/** On Linux a window needs X11 or Wayland; elsewhere there is always a display. */
export function hasDisplay(env = process.env) {
  return process.platform !== 'linux' || Boolean(env.DISPLAY) || Boolean(env.WAYLAND_DISPLAY);
}

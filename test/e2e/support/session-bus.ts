import { spawn, type ChildProcess } from 'node:child_process';

/** A session bus of its own: nothing of this machine's desktop is on it. */
export async function startBus(): Promise<{ readonly bus: ChildProcess; readonly address: string }> {
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address=1'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const address = await new Promise<string>((resolve, reject) => {
    let text = '';
    bus.once('error', reject);
    bus.once('exit', () => reject(new Error('the bus ended at once')));
    bus.stdout.on('data', (piece: Buffer) => {
      text += piece.toString();
      if (text.includes('\n')) resolve(text.split('\n')[0] ?? '');
    });
  });
  return { bus, address };
}

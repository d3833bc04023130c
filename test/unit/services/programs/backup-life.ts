import fs, { statSync } from 'node:fs';
import promises from 'node:fs/promises';
import { house, passphrase, words } from '../../../support/backup-kit';

// `create PROFILE FILE`: one backup, then another to the same place; `restore PROFILE FILE`. Each step is said when it is done.
// With `TRIGGER BYTES DELAY` behind it dies by kill -9 once the file TRIGGER has so many bytes, and so many milliseconds have passed: between
// two steps of its own work, however busy the machine is. A backup dies so in the second one, unless BYTES has a `!`.
// With `step N` it dies before the Nth change to names of files, or flush of one, that its own code makes: the database's are not among them.
const [what, profile = '', path = '', trigger, bytes = '', delay = '0'] = process.argv.slice(2);

const steps = { fs: ['renameSync', 'rmSync', 'linkSync', 'mkdirSync', 'fsyncSync', 'fdatasyncSync', 'chmodSync', 'copyFileSync'], promises: ['rename', 'rm', 'link', 'mkdir', 'chmod', 'copyFile'] } as const;

function dieAtTheStep(): void {
  let left = Number(bytes);
  const count = (module: object, name: string): void => {
    const before: unknown = Reflect.get(module, name);
    if (typeof before !== 'function') throw new Error(`no ${name}`);
    Reflect.set(module, name, (...args: unknown[]): unknown => {
      left -= 1;
      if (left === 0) process.kill(process.pid, 'SIGKILL');
      return Reflect.apply(before, module, args);
    });
  };
  for (const name of steps.fs) count(fs, name);
  for (const name of steps.promises) count(promises, name);
}

function dieAtTheTrigger(): void {
  if (trigger === undefined) return;
  if (trigger === 'step') return dieAtTheStep();
  if ((statSync(trigger, { throwIfNoEntry: false })?.size ?? 0) < Number.parseInt(bytes, 10)) setImmediate(dieAtTheTrigger);
  else if (delay === '0') process.kill(process.pid, 'SIGKILL');
  else setTimeout(() => process.kill(process.pid, 'SIGKILL'), Number(delay));
}

async function live(): Promise<void> {
  const { app } = await house(profile);
  if (what === 'restore') {
    dieAtTheTrigger();
    await app.handlers.backup.restore({ path, passphrase: words });
    console.log('restored');
  } else {
    await app.handlers.vault.unlock({ passphrase });
    for (const round of [1, 2]) {
      if (round === 2 || bytes.endsWith('!')) dieAtTheTrigger();
      console.log(`made ${(await app.handlers.backup.create({ path, passphrase: words })).bytes}`);
    }
  }
  await app.stop();
}

live().catch((error: unknown) => {
  console.log(`failed: ${String(error)}`);
  process.exit(1);
});

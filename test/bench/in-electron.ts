import { renameSync, writeFileSync } from 'node:fs';
import { app, session } from 'electron';
import { setUpCase } from './set-up-case';
import { warmCase } from './warm-case';

// electron in-electron.cjs <report file> <rounds>: the same in a real main process.
const [file = '', rounds = ''] = process.argv.slice(-2);
void (async () => {
  try {
    await app.whenReady();
    // Until Chromium's network part is up, node:crypto's AES runs without the processor's instructions.
    void session.defaultSession;
    const runtime = `Electron ${process.versions.electron} main process (Node ${process.versions.node})`;
    writeFileSync(`${file}.part`, JSON.stringify([await warmCase(runtime, Number(rounds)), await setUpCase(runtime, Number(rounds))]));
    renameSync(`${file}.part`, file);
  } catch (error) {
    console.error(error);
  }
  app.exit(0);
})();

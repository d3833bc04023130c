import { writeFileSync } from 'node:fs';
import { app, session } from 'electron';
import { warmCase } from './warm-case';

// electron in-electron.cjs <report file> <rounds>: the same in a real main process.
const [file = '', rounds = ''] = process.argv.slice(-2);
void (async () => {
  let code = 1;
  try {
    await app.whenReady();
    // Until Chromium's network part is up, node:crypto's AES runs without the processor's instructions.
    void session.defaultSession;
    const runtime = `Electron ${process.versions.electron} main process (Node ${process.versions.node})`;
    writeFileSync(file, JSON.stringify(await warmCase(runtime, Number(rounds))));
    code = 0;
  } catch (error) {
    console.error(error);
  }
  app.exit(code);
})();

import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bursts } from './bursts';

// node in-bursts.cjs <report file> <rounds>: headless.cjs lies beside it.
const [file = '', rounds = ''] = process.argv.slice(-2);
void (async () => {
  writeFileSync(`${file}.part`, JSON.stringify([await bursts(`Node ${process.versions.node}`, Number(rounds), join(__dirname, 'headless.cjs'))]));
  renameSync(`${file}.part`, file);
})();

import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { largeFileKilled } from './large-file-killed';

// node in-large-file-killed.cjs <report file> <MiB>: headless.cjs lies beside it.
const [file = '', mebibytes = ''] = process.argv.slice(-2);
void (async () => {
  writeFileSync(`${file}.part`, JSON.stringify([await largeFileKilled(`Node ${process.versions.node}`, Number(mebibytes), join(__dirname, 'headless.cjs'))]));
  renameSync(`${file}.part`, file);
})();

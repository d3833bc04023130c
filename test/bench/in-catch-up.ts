import { renameSync, writeFileSync } from 'node:fs';
import { catchUp } from './catch-up';

// node in-catch-up.cjs <report file> <messages>
const [file = '', messages = ''] = process.argv.slice(-2);
void (async () => {
  writeFileSync(`${file}.part`, JSON.stringify([await catchUp(`Node ${process.versions.node}`, Number(messages))]));
  renameSync(`${file}.part`, file);
})();

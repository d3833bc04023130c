import { renameSync, writeFileSync } from 'node:fs';
import { warmCase } from './warm-case';

// node in-node.cjs <report file> <rounds>
const [file = '', rounds = ''] = process.argv.slice(-2);
void (async () => {
  writeFileSync(`${file}.part`, JSON.stringify(await warmCase(`Node ${process.versions.node}`, Number(rounds))));
  renameSync(`${file}.part`, file);
})();

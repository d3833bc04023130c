import { renameSync, writeFileSync } from 'node:fs';
import { setUpCase } from './set-up-case';
import { warmCase } from './warm-case';

// node in-node.cjs <report file> <rounds>
const [file = '', rounds = ''] = process.argv.slice(-2);
void (async () => {
  const runtime = `Node ${process.versions.node}`;
  writeFileSync(`${file}.part`, JSON.stringify([await warmCase(runtime, Number(rounds)), await setUpCase(runtime, Number(rounds))]));
  renameSync(`${file}.part`, file);
})();

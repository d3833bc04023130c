import { renameSync, writeFileSync } from 'node:fs';
import { measurePauses } from './pauses';

// node in-pauses.cjs <directory> <report file> <contacts> <conversations> <messages>
const [directory = '', file = '', ...numbers] = process.argv.slice(-5);
const [contacts = 0, conversations = 0, messages = 0] = numbers.map(Number);
void measurePauses(directory, { contacts, conversations, messages }).then((report) => {
  writeFileSync(`${file}.part`, JSON.stringify(report));
  renameSync(`${file}.part`, file);
});

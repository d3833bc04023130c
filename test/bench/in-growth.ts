import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureGrowth } from './growth-case';

// node in-growth.cjs <directory, which is changed> <report file> <contacts> <conversations> <messages>
const [directory = '', file = '', ...numbers] = process.argv.slice(-5);
const [contacts = 0, conversations = 0, messages = 0] = numbers.map(Number);
void (async () => {
  writeFileSync(`${file}.part`, JSON.stringify(await measureGrowth(directory, { contacts, conversations, messages }, join(__dirname, 'headless.cjs'))));
  renameSync(`${file}.part`, file);
})();

import { renameSync, writeFileSync } from 'node:fs';
import { measureLarge } from './large-case';
import { makeLargeProfile } from './large-profile';

// node in-large.cjs make|measure|measure-cold <directory> <report file> <contacts> <conversations> <messages>
const [work, directory = '', file = '', ...numbers] = process.argv.slice(-6);
const [contacts = 0, conversations = 0, messages = 0] = numbers.map(Number);
const size = { contacts, conversations, messages };
void (async () => {
  if (work === 'make') {
    let told = 0;
    await makeLargeProfile(directory, size, (done) => {
      if (done - told >= 50_000 || done === messages) process.stderr.write(`${(told = done)} messages\n`);
    });
    writeFileSync(`${file}.part`, JSON.stringify(size));
  } else {
    writeFileSync(`${file}.part`, JSON.stringify(await measureLarge(directory, size, 200, work === 'measure-cold')));
  }
  renameSync(`${file}.part`, file);
})();

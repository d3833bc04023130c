// Writes the emojis with their words from an unpacked `emojibase-data` (npm pack emojibase-data@17.0.0): node scripts/emoji-words.mjs FOLDER
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from './lib/paths.mjs';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Which folder?');
/** What is newer is a box on most systems. */
const newest = 15.1;
/** Parts that stand for nothing by themselves: tones of skin, hair. */
const components = 2;

const read = (language) => JSON.parse(readFileSync(join(folder, language, 'data.json'), 'utf8'));
const german = new Map(read('de').map((each) => [each.hexcode, each]));

/** The name, then the words that it does not hold already. */
function words({ label, tags = [] }) {
  const named = new Set(label.toLowerCase().split(/[^\p{L}\p{N}]+/u));
  return [label, ...tags.filter((tag) => !named.has(tag.toLowerCase()))].map((word) => word.replace(/[|,]/g, ' ')).join(',');
}

const lines = read('en')
  .filter(({ group, version }) => group !== undefined && group !== components && version <= newest)
  .sort((a, b) => a.order - b.order)
  .map((each) => [each.emoji, each.group, words(each), words(german.get(each.hexcode) ?? each)].join('|'));
writeFileSync(inRoot('renderer/features/conversation/emoji-words/table.json'), `${JSON.stringify(lines, undefined, 0).replaceAll('","', '",\n"')}\n`);
process.stdout.write(`${lines.length} emojis\n`);

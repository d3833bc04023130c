// `npm run updates -- …`: for whoever gives versions to people. docs/packaging.md tells it step by step.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { inRoot } from './lib/paths.mjs';
import { asCommand, PlainError, say } from './lib/say.mjs';
import { chapterOf, version } from './package/names.mjs';
import * as commands from './updates/commands.mjs';

const HELP = `npm run updates -- COMMAND …    (step by step: docs/packaging.md)

  key --out FILE                    makes a private key, for its owner alone; shows the public one
  pin --origin URL --root KEY [--root KEY …] --signer KEY [--root-threshold 2] [--signer-threshold 1] [--days 730] [--authority FILE]
                                    writes where the app asks and whose signatures count into its sources; --authority: the only
                                    one whose certificates count for that server, in place of those the runtime knows
  list --out FILE [--root KEY …] [--signer KEY …] [--days 730]
                                    a new list of keys, which takes the place of the newest one once its roots have signed it
  sign-list FILE --key FILE         one root's signature; when all have signed, append FILE to electron/services/updates/later-lists.txt
  sign FOLDER --key FILE [--key FILE] [--days 60] [--notes-en FILE] [--notes-de FILE] [--serial N]
                                    signs the packages in FOLDER (dist); --key -: from standard input
  verify FILE                       judges an update file beside its packages, as the app does`;

await asCommand(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', default: false },
      out: { type: 'string' },
      origin: { type: 'string' },
      authority: { type: 'string' },
      root: { type: 'string', multiple: true, default: [] },
      signer: { type: 'string', multiple: true, default: [] },
      'root-threshold': { type: 'string', default: '2' },
      'signer-threshold': { type: 'string', default: '1' },
      days: { type: 'string' },
      key: { type: 'string', multiple: true, default: [] },
      'notes-en': { type: 'string' },
      'notes-de': { type: 'string' },
      serial: { type: 'string' },
    },
  });
  const [command, what, ...rest] = positionals;
  if (values.help || command === undefined) {
    say(HELP);
    return 0;
  }
  if (rest.length > 0) throw new PlainError(`Too many words: ${rest.join(' ')}`);
  const who = { roots: values.root, rootThreshold: whole('root-threshold', values['root-threshold'], 16), signers: values.signer, signerThreshold: whole('signer-threshold', values['signer-threshold'], 16) };
  switch (command) {
    case 'key': {
      say(`Made. Keep ${needed('--out', values.out)} to yourself, and a copy of it somewhere safe. Its public key:`);
      process.stdout.write(`${commands.makeKey({ out: values.out })}\n`);
      return 0;
    }
    case 'pin': {
      commands.pin({ ...who, origin: needed('--origin', values.origin), authority: values.authority, days: whole('days', values.days ?? '730', 3650) });
      say(`Pinned in ${commands.pinnedFile}. Commit it: it is public.`);
      return 0;
    }
    case 'list': {
      const number = commands.nextList({ ...who, days: whole('days', values.days ?? '730', 3650), out: needed('--out', values.out) });
      say(`List ${number} stands in ${values.out}. Roots of the list before sign it, and its own: npm run updates -- sign-list ${values.out} --key FILE`);
      return 0;
    }
    case 'sign-list': {
      const right = commands.signList({ file: needed('FILE', what), key: needed('--key', values.key[0]) });
      say(`Signed. ${right} of the roots before have signed it now.`);
      return 0;
    }
    case 'sign': {
      const notes = { ...notesIn('en', values['notes-en'] ?? undefined), ...notesIn('de', values['notes-de']) };
      const keys = values.key.length > 0 ? values.key : [needed('--key', undefined)];
      const { out, files } = await commands.sign({ folder: needed('FOLDER', what), keys, days: whole('days', values.days ?? '60', 200), notes, version, ...(values.serial !== undefined && { serial: whole('serial', values.serial, 1e9) }) });
      say(`${out} is signed for ${version}:\n${files.map(({ name }) => `  ${name}`).join('\n')}`);
      return 0;
    }
    case 'verify': {
      const problems = await commands.verifyFile({ file: needed('FILE', what) });
      say(problems.length === 0 ? 'It holds.' : problems.join('\n'));
      return problems.length === 0 ? 0 : 1;
    }
    default:
      throw new PlainError(`${command} is no command.\n\n${HELP}`);
  }
}, { ownHelp: true });

/** Plain text of at most 4,000 characters. In English, unless told otherwise, the changelog's chapter of this version. */
function notesIn(language, file) {
  const text = file === undefined ? (language === 'en' ? chapter() : undefined) : readFileSync(file, 'utf8').trim();
  if (text === undefined || text === '') return {};
  if (text.length > 4000) throw new PlainError(`The notes in ${language} are longer than 4,000 characters.`);
  if (/[^\n\P{C}]/u.test(text)) throw new PlainError(`The notes in ${language} hold characters that nobody sees.`);
  return { [language]: text };
}

function chapter() {
  const [, text = ''] = readFileSync(inRoot('CHANGELOG.md'), 'utf8').split(chapterOf(version));
  return text.split(/^## /m)[0].replaceAll(/\*\*|`/g, '').trim().slice(0, 4000).trim();
}

function needed(name, value) {
  if (value === undefined || value === '') throw new PlainError(`${name} is missing.\n\n${HELP}`);
  return value;
}

function whole(name, text, most) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most) throw new PlainError(`--${name} takes a whole number from 1 to ${most}.`);
  return value;
}

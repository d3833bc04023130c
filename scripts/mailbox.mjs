// `npm run mailbox -- …`: for whoever hosts a mailbox. docs/mailbox.md tells it step by step.
import { parseArgs } from 'node:util';
import { asCommand, PlainError, say } from './lib/say.mjs';
import { setUp } from './setup.mjs';

/** A century. */
const MOST_DAYS = 36_525;
const HELP = `npm run mailbox -- COMMAND …    (step by step: docs/mailbox.md)

  init --host NAME [--host NAME --host NAME]   makes keys and the configuration of one server, or of a cluster of three
  device KEY [--with KEY] [--slots 64] [--out FILE]
                                               registers a device by the key it shows; gives the text to paste there.
                                               --with: another device of the same person
  slots KEY [--slots 64] [--public] [--out FILE]
                                               more slots for its contacts; --public: another one for strangers, too
  revoke KEY | SLOT                            takes a device with every slot given with it, or the right to one slot, away
  empty KEY                                    throws away what lies in a device's mailbox
  status                                       devices, and what waits
  restore                                      tells a server that was brought back from a copy who is registered and who is revoked

Common: --folder FOLDER (default: mailbox), --days 365 (how long what is given holds), --label TEXT (your own note)
init:   --port 4222, --cluster-port 6222, --bind 0.0.0.0, --disk-gib 4, --installed-at FOLDER (where the files will be on the host),
        --certificate FILE --key FILE (of your own, for a name), --no-tls (only where something else protects the way)`;

await asCommand(async () => {
  const { values, positionals } = given();
  const [command, what, ...rest] = positionals;
  if (values.help || command === undefined) {
    say(HELP);
    return 0;
  }
  if (rest.length > 0) throw new PlainError(`Too many words: ${rest.join(' ')}`);
  await setUp({});
  const commands = await import('./mailbox/commands.mjs');
  const { folder } = values;
  const [slots, days] = [whole(values.slots, 'slots', commands.MOST_SLOTS), whole(values.days, 'days', MOST_DAYS)];
  switch (command) {
    case 'init': {
      const files = await commands.init({
        folder,
        hosts: values.host ?? [],
        bind: values.bind,
        port: whole(values.port, 'port', 65_535),
        clusterPort: whole(values['cluster-port'], 'cluster-port', 65_535),
        diskGib: number(values['disk-gib'], 'disk-gib'),
        tls: !values['no-tls'],
        certificate: values.certificate,
        key: values.key,
        installedAt: values['installed-at'],
      });
      say(`Made. ${folder}/operator.json is the operator's key: keep it to yourself and back it up.\nStart the server${files.length > 1 ? 's, one on each host' : ''}:\n\n${files.map((file) => `  nats-server -c ${file}`).join('\n')}\n\nThen register a device: npm run mailbox -- device KEY${folder === 'mailbox' ? '' : ` --folder '${folder.replaceAll("'", "'\\''")}'`}`);
      return 0;
    }
    case 'device':
      commands.hand(await commands.device({ folder, key: needed(what, 'KEY'), address: values.with, label: values.label, slots, days }), values.out);
      return 0;
    case 'slots':
      commands.hand(await commands.refill({ folder, key: needed(what, 'KEY'), slots, days, anotherPublic: values.public }), values.out);
      return 0;
    case 'revoke':
      await commands.revoke({ folder, what: needed(what, 'KEY or SLOT') });
      say('Done: every server knows it.');
      return 0;
    case 'empty':
      await commands.empty({ folder, key: needed(what, 'KEY') });
      say('Done: nothing lies there any more.');
      return 0;
    case 'restore':
      await commands.restore({ folder });
      say('Done: the server knows every device again.');
      return 0;
    case 'status': {
      const { deposits, bytes, servers, devices } = await commands.status({ folder });
      say(`${servers.join(', ')}: ${deposits} deposits, ${bytes} bytes`);
      for (const one of devices) {
        say(`  ${one.key} ${one.label}  address ${one.address.slice(0, 8)}…  until ${new Date(one.expiresAt * 1000).toISOString().slice(0, 10)}  ${one.revoked ? 'revoked' : one.isKnown ? `${one.waiting} wait, ${one.unacknowledged} handed over` : 'unknown to the server, which keeps nothing for it: npm run mailbox -- restore'}`);
      }
      return 0;
    }
    default:
      throw new PlainError(`${command} is no command.\n\n${HELP}`);
  }
}, { ownHelp: true });

function given() {
  try {
    return parseArgs({
      allowPositionals: true,
      strict: true,
      options: {
        folder: { type: 'string', default: 'mailbox' },
        host: { type: 'string', multiple: true },
        bind: { type: 'string', default: '0.0.0.0' },
        port: { type: 'string', default: '4222' },
        'cluster-port': { type: 'string', default: '6222' },
        'disk-gib': { type: 'string', default: '4' },
        'installed-at': { type: 'string' },
        certificate: { type: 'string' },
        key: { type: 'string' },
        'no-tls': { type: 'boolean', default: false },
        with: { type: 'string' },
        slots: { type: 'string', default: '64' },
        days: { type: 'string', default: '365' },
        public: { type: 'boolean', default: false },
        label: { type: 'string' },
        out: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new PlainError(`${error.message}\n\n${HELP}`);
  }
}

function number(text, name) {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new PlainError(`--${name} wants a number above 0, not ${text}.`);
  return value;
}

function whole(text, name, most) {
  const value = number(text, name);
  if (!Number.isInteger(value) || value > most) throw new PlainError(`--${name} wants a whole number up to ${most}, not ${text}.`);
  return value;
}

function needed(word, name) {
  if (word === undefined) throw new PlainError(`Say which: ${name} is missing.`);
  return word;
}

import type { LocalParty } from '../engine/certificates/local-party';
import type { Crypto } from '../engine/crypto/crypto';
import { encodeRecoveryCode, recoveryQrText } from '../engine/identity/recovery-code';
import { toHex } from '../engine/wire/encoding';
import { dayOf } from './day-of';
import type { FileKind, KitPrinter, RecoverySheet } from './ports';

type Language = RecoverySheet['language'];

const words = {
  en: {
    title: 'Keyshift recovery kit',
    file: (name: string) => `${name} recovery kit`,
    paragraphs: [
      'Whoever has this sheet can take over this identity. Keep it as you keep a passport: on paper, in a safe place, not as a file and not as a photograph.',
      'You need it when a device with your identity key was stolen, when somebody uses your key, or when only a backup with an older key is left. On a device with your profile, or with a backup of it restored, open Settings, then Identity, then “Recover with the code”, and type the code. A new key takes the place of all earlier ones, and your contacts follow it by themselves.',
      'The code alone brings nothing back: it holds no contacts and no messages, and opens neither your profile nor your backup nor your key files. For those you need their passphrases.',
      'After printing, delete the file this sheet was printed from.',
    ],
    name: 'Name',
    identity: 'Identity',
    key: 'Key in use when this was made',
    day: 'Made on',
    code: 'Recovery code',
  },
  de: {
    title: 'Keyshift-Wiederherstellungsblatt',
    file: (name: string) => `${name} Wiederherstellungsblatt`,
    paragraphs: [
      'Wer dieses Blatt hat, kann diese Identität übernehmen. Bewahre es auf wie einen Ausweis: auf Papier, an einem sicheren Ort, nicht als Datei und nicht als Foto.',
      'Du brauchst es, wenn ein Gerät mit deinem Identitätsschlüssel gestohlen wurde, wenn jemand deinen Schlüssel benutzt oder wenn nur noch eine Sicherung mit einem älteren Schlüssel übrig ist. Öffne auf einem Gerät mit deinem Profil, auch mit einem, das aus einer Sicherung wiederhergestellt ist, Einstellungen, dann Identität, dann „Mit dem Code wiederherstellen“, und gib den Code ein. Ein neuer Schlüssel tritt an die Stelle aller früheren, und deine Kontakte folgen ihm von selbst.',
      'Der Code allein bringt nichts zurück: Er enthält keine Kontakte und keine Nachrichten und öffnet weder dein Profil noch deine Sicherung noch deine Schlüsseldateien. Dafür brauchst du deren Passphrasen.',
      'Lösche nach dem Drucken die Datei, aus der dieses Blatt gedruckt wurde.',
    ],
    name: 'Name',
    identity: 'Identität',
    key: 'Schlüssel, der dabei in Gebrauch war',
    day: 'Erstellt am',
    code: 'Wiederherstellungscode',
  },
} as const;

/** How the file is called until somebody gives it another name. */
export const sheetName = (name: string, language: Language): string => words[language].file(name);

/** What is printed for a person: the code, whose it is, and what to do with it. `seed`: 32 bytes, not kept. `now`: Unix milliseconds. */
export function recoverySheet(crypto: Crypto, { name, peerId, identity }: Pick<LocalParty, 'name' | 'peerId' | 'identity'>, seed: Uint8Array, now: number, language: Language): RecoverySheet {
  const code = encodeRecoveryCode(crypto, seed);
  const said = words[language];
  return {
    language,
    title: said.title,
    paragraphs: said.paragraphs,
    facts: [
      [said.name, name],
      [said.identity, inGroups(peerId, 4)],
      [said.key, inGroups(toHex(identity.spkiHash).slice(0, 32), 4)],
      [said.day, dayOf(now)],
    ],
    code,
    qrText: recoveryQrText(code),
  };
}

/** With which a sheet begins, in each language. */
const firstLines = Object.values(words).map(({ title }) => new TextEncoder().encode(`${title.toUpperCase()}\n`));

const kind: FileKind = { edgeBytes: Math.max(...firstLines.map(({ length }) => length)), isKind: (head) => firstLines.some((line) => Buffer.compare(head.subarray(0, line.length), line) === 0) };

/** Where nobody sits at a screen: text, as wide as paper. */
export const textPrinter: KitPrinter = {
  kind,
  print: ({ language, title: heading, paragraphs, facts, code }) => {
    const half = code.length / 2;
    const lines = [
      heading.toUpperCase(),
      '',
      ...facts.map(([what, value]) => `${what}: ${value}`),
      '',
      `${words[language].code}:`,
      '',
      `    ${code.slice(0, half).join(' ')}`,
      `    ${code.slice(half).join(' ')}`,
      '',
      ...paragraphs.flatMap((paragraph) => [...wrapped(paragraph, 76), '']),
    ];
    return Promise.resolve(new TextEncoder().encode(`${lines.join('\n')}\n`));
  },
};

function inGroups(text: string, length: number): string {
  return (text.match(new RegExp(`.{1,${length}}`, 'g')) ?? []).join(' ');
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}

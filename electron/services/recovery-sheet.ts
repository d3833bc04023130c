import type { LocalParty } from '../engine/certificates/local-party';
import type { Crypto } from '../engine/crypto/crypto';
import { encodeRecoveryCode, recoveryQrText } from '../engine/identity/recovery-code';
import { toHex } from '../engine/wire/encoding';
import type { FileKind, KitPrinter, RecoverySheet } from './ports';

const title = 'Keyshift recovery kit';

/** What is printed for a person: the code, whose it is, and what to do with it. `seed`: 32 bytes, not kept. `now`: Unix milliseconds. */
export function recoverySheet(crypto: Crypto, { name, peerId, identity }: Pick<LocalParty, 'name' | 'peerId' | 'identity'>, seed: Uint8Array, now: number): RecoverySheet {
  const code = encodeRecoveryCode(crypto, seed);
  return {
    title,
    paragraphs: [
      'Whoever has this sheet can take over this identity. Keep it as you keep a passport: on paper, in a safe place, not as a file and not as a photograph.',
      'You need it when a device with your identity key was stolen, when somebody uses your key, or when only a backup with an older key is left. On a device with your profile, or with a backup of it restored, open Settings, then Identity, then “Recover with the code”, and type the code. A new key takes the place of all earlier ones, and your contacts follow it by themselves.',
      'The code alone brings nothing back: it holds no contacts and no messages, and opens neither your profile nor your backup nor your key files. For those you need their passphrases.',
      'After printing, delete the file this sheet was printed from.',
    ],
    facts: [
      ['Name', name],
      ['Identity', inGroups(peerId, 4)],
      ['Key in use when this was made', inGroups(toHex(identity.spkiHash).slice(0, 32), 4)],
      ['Made on', new Date(now).toISOString().slice(0, 10)],
    ],
    code,
    qrText: recoveryQrText(code),
  };
}

const firstLine = new TextEncoder().encode(title.toUpperCase());

const kind: FileKind = { edgeBytes: firstLine.length, isKind: (head) => Buffer.compare(head, firstLine) === 0 };

/** Where nobody sits at a screen: text, as wide as paper. */
export const textPrinter: KitPrinter = {
  kind,
  print: ({ title: heading, paragraphs, facts, code }) => {
    const half = code.length / 2;
    const lines = [
      heading.toUpperCase(),
      '',
      ...facts.map(([what, value]) => `${what}: ${value}`),
      '',
      'Recovery code:',
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

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Chaos } from './fault';
import type { Pair, Party } from './pair';

/** In every message and file of this fault, and so in whatever of them stands in clear. */
export const needle = 'needle-in-clear';
export const strong = 'harbour lantern seven tides below';

export interface ExportKind {
  readonly name: string;
  readonly file: string;
  /** Nothing of what it holds may be read without its passphrase, finished or not. */
  readonly sealed: boolean;
  /** It is whole where it has its name. */
  readonly isWhole: (bytes: Buffer, whole: Buffer) => boolean;
  /** One that is there is replaced. */
  readonly replaces: boolean;
  make(party: Party, path: string, transferId: string): Promise<unknown>;
}

const sameLength = (bytes: Buffer, whole: Buffer): boolean => Math.abs(bytes.length - whole.length) < 64;
const endsAlike = (bytes: Buffer, whole: Buffer): boolean => bytes.subarray(-8).equals(whole.subarray(-8));
const conversation = (format: 'html' | 'json' | 'archive', file: string): ExportKind => ({
  name: `a conversation as ${format}`, file, sealed: false, replaces: true, isWhole: endsAlike,
  make: ({ peer, conversationId }, path) => peer.call('conversations.export', { conversationId, format, path }),
});
const key = (format: 'pkcs12' | 'pem' | 'backup', file: string): ExportKind => ({
  name: `the identity key as ${format}`, file, sealed: true, replaces: true, isWhole: sameLength, make: ({ peer }, path) => peer.call('identity.exportPrivate', { format, passphrase: strong, path }),
});

export const exportKinds: readonly ExportKind[] = [
  // One with a single message more or less has another length: what is whole is told by the program itself, which refuses to restore half of one.
  { name: 'a backup', file: 'a.keyshift-backup', sealed: true, replaces: true, isWhole: () => true, make: ({ peer }, path) => peer.call('backup.create', { path, passphrase: strong }) },
  conversation('html', 'a.html'),
  conversation('json', 'a.json'),
  conversation('archive', 'a.keyshift-archive'),
  { name: 'a received file', file: 'a.bin', sealed: false, replaces: false, isWhole: (bytes, whole) => bytes.equals(whole), make: ({ peer }, path, transferId) => peer.call('files.save', { transferId, path }) },
  key('pkcs12', 'a.p12'),
  key('pem', 'a.pem'),
  key('backup', 'a.keyshift-key'),
  { name: 'the recovery kit', file: 'a.txt', sealed: false, replaces: true, isWhole: sameLength, make: ({ peer }, path) => peer.call('identity.saveRecoveryKit', { path }) },
  { name: 'an invitation', file: 'a.keyshift-invite', sealed: false, replaces: true, isWhole: sameLength, make: async ({ peer }, path) => peer.call('contacts.saveInvitation', { link: (await peer.call('contacts.createInvitation', {})).link, path }) },
];

/** Enough to take a while. Gives a file that is wholly here. */
export async function fillForExports({ folder, amount }: Chaos, { ann, bo }: Pair): Promise<string> {
  for (let turn = 0; turn < Math.min(15, 3 + 3 * amount); turn += 1) await Promise.all([ann.say(40, 40), bo.say(40, 40), ann.peer.call('messages.send', { conversationId: ann.conversationId, text: `${needle} ${turn}` })]);
  const path = join(folder, 'sent.bin');
  writeFileSync(path, Buffer.alloc(12 * 1_048_576, `${needle} of a file, `));
  await ann.peer.call('files.send', { conversationId: ann.conversationId, path });
  const all = async () => (await bo.peer.call('files.list', {})).filter(({ direction }) => direction === 'in');
  await bo.peer.until('the offer', async () => (await all()).length === 1, 90_000);
  const transferId = (await all())[0]?.transferId ?? '';
  await bo.peer.call('files.accept', { transferId });
  await bo.peer.until('the file', async () => (await all())[0]?.state === 'done', 90_000);
  return transferId;
}

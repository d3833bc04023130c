import type { Message } from '../../../shared/model/message';
import type { Text } from '../../i18n/use-text';
import { plainFileName, plainLine } from '../../ui/strangers';

/** What a message says in one line: its words, or the name of its file. */
export function saidIn(message: Message, text: Text, most: number): string {
  if (message.kind === 'deleted') return text(message.direction === 'out' ? 'message.deleted.own' : 'message.deleted');
  if (message.kind === 'unsupported') return text('message.unsupported');
  if (message.file === undefined || message.text.trim() !== '') return plainLine(message.text, most);
  return text('files.quote', { file: plainFileName(message.file.name, most) });
}

import type { Message } from '../../../shared/model/message';
import type { Crypto } from '../../engine/crypto/crypto';
import type { ArchivedSigner } from '../../engine/exchange/archived-headers';
import { toBase64 } from '../../engine/wire/encoding';
import { exportBeginnings, type ExportFormat, type ExportHead } from './formats';
import { HtmlPage, type PageStyle } from './html';
import { exportedMessage, iso } from './messages-json';

/** What goes into a file, piece by piece. */
export interface ExportWriter {
  begin(): Iterable<string>;
  message(message: Message, answered: Message | undefined): string;
  end(counts: { readonly messages: number }): string;
}

export interface ArchiveParts {
  readonly signers: readonly ArchivedSigner[];
  readonly blocks: () => Iterable<readonly Uint8Array[]>;
}

export function exportWriter(crypto: Crypto, format: ExportFormat, head: ExportHead, style: PageStyle, archive: ArchiveParts): ExportWriter {
  if (format === 'html') return new HtmlPage(crypto, head, style);
  return format === 'json' ? jsonWriter(head) : archiveWriter(head, archive);
}

function jsonWriter(head: ExportHead): ExportWriter {
  let before = '\n';
  return {
    begin: () => [`${exportBeginnings.json}${JSON.stringify(about(head)).slice(1, -1)},"messages":[`],
    message: (message) => {
      const line = `${before}${JSON.stringify(exportedMessage(message, head))}`;
      before = ',\n';
      return line;
    },
    end: () => '\n]}\n',
  };
}

/** A line each: who and when, who may have signed, the signed headers, the messages, and how many there were. */
function archiveWriter(head: ExportHead, { signers, blocks }: ArchiveParts): ExportWriter {
  let headers = 0;
  return {
    *begin() {
      yield `${exportBeginnings.archive}${JSON.stringify(about(head)).slice(1)}\n`;
      for (const { peerId, certificate, credential, history } of signers) {
        yield `${JSON.stringify({ signer: { peerId, certificate: toBase64(certificate), credential: toBase64(credential), ...(history && { history: toBase64(history) }) } })}\n`;
      }
      for (const page of blocks()) {
        headers += page.length;
        yield page.map((block) => `${JSON.stringify({ header: toBase64(block) })}\n`).join('');
      }
    },
    message: (message) => `${JSON.stringify({ message: exportedMessage(message, head) })}\n`,
    end: ({ messages }) => `${JSON.stringify({ end: { messages, headers } })}\n`,
  };
}

function about({ title, exportedAt, me, them }: ExportHead): Record<string, unknown> {
  return { exportedAt: iso(exportedAt), title, people: [{ ...me, own: true }, { ...them, own: false }] };
}

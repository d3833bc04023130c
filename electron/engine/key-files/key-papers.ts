import { maxCertificateBytes } from '../certificates/identity-certificate';
import type { LocalRecord } from '../ports';
import { Reader } from '../wire/reader';
import { WireError } from '../wire/wire-error';
import { Writer } from '../wire/writer';

/** Papers in one file: the first key and 256 later ones. */
const maxPapers = 257;
const maxStatement = 4 * 1024;

/** What is public about one identity key: its certificate, and the statement that leads to it. */
export interface KeyPaper {
  readonly epoch: number;
  /** X.509, DER. */
  readonly certificate: Uint8Array;
  /** How the key before (`KeyLink`) or the recovery key (`RecoveryStatement`) speaks for it; absent for the first. */
  readonly statement?: { readonly kind: 'link' | 'recovery'; readonly bytes: Uint8Array };
}

const kinds = ['link', 'recovery'] as const;

/** Of all identity keys of a record, oldest first. */
export function papersOf({ identityKeys }: LocalRecord): readonly KeyPaper[] {
  return [...identityKeys]
    .sort((a, b) => a.epoch - b.epoch)
    .map(({ epoch, certificate, link, recovery }): KeyPaper => {
      const statement = recovery ? ({ kind: 'recovery', bytes: recovery } as const) : link ? ({ kind: 'link', bytes: link } as const) : undefined;
      return { epoch, certificate, ...(statement && { statement }) };
    });
}

/** count u16 ‖ count × (epoch u32 ‖ certificate LP ‖ kind u8: 0 none, 1 link, 2 recovery ‖ statement LP), oldest first. */
export function encodePapers(papers: readonly KeyPaper[]): Uint8Array {
  const writer = new Writer(4096).u16(papers.length);
  for (const { epoch, certificate, statement } of papers) {
    writer
      .u32(epoch)
      .lp(certificate)
      .u8(statement ? kinds.indexOf(statement.kind) + 1 : 0)
      .lp(statement?.bytes ?? new Uint8Array(0));
  }
  return writer.finish();
}

/** The newest papers that fit into `most` bytes: an importer needs those after its own key only. */
export function encodeFittingPapers(papers: readonly KeyPaper[], most: number): Uint8Array {
  for (let from = Math.max(0, papers.length - maxPapers); from < papers.length; from += 1) {
    const bytes = encodePapers(papers.slice(from));
    if (bytes.length <= most) return bytes;
  }
  return encodePapers([]);
}

/** Structure only: what certificates and statements are worth is judged where they are used. Throws `WireError`. */
export function parsePapers(bytes: Uint8Array): readonly KeyPaper[] {
  const reader = new Reader(bytes);
  const papers = readPapers(reader);
  reader.end();
  return papers;
}

/** The same, as a part of something longer. */
export function readPapers(reader: Reader): readonly KeyPaper[] {
  const count = reader.u16();
  if (count > maxPapers) throw new WireError('too many keys');
  let before = 0;
  return Array.from({ length: count }, (): KeyPaper => {
    const epoch = reader.u32();
    if (epoch <= before) throw new WireError('keys out of order');
    before = epoch;
    const certificate = reader.lp(maxCertificateBytes).slice();
    const number = reader.u8();
    const statement = reader.lp(maxStatement).slice();
    const kind = kinds[number - 1];
    if (kind === undefined && (number !== 0 || statement.length > 0)) throw new WireError('unknown statement');
    return { epoch, certificate, ...(kind && { statement: { kind, bytes: statement } }) };
  });
}

import { WireError } from '../../wire/wire-error';
import { DerReader, tag } from '../der';

/** What of a foreign Name (RFC 5280 §4.1.2.4) is looked at: what people read, and user ids. */
export interface ForeignName {
  /** The common name, else the organisation, else the unit; without what could deceive the eye; at most 64 characters. Empty when there is none. */
  readonly shown: string;
  readonly userIds: readonly string[];
}

const types = { commonName: '550403', organisation: '55040a', unit: '55040b', userId: '0992268993f22c640101' } as const;
const maxParts = 32;
const maxShown = 64;

/** `content`: of the SEQUENCE. Any order, any string type; more than 32 parts are refused. Throws `WireError`. */
export function readForeignName(content: Uint8Array): ForeignName {
  const found = new Map<string, string[]>();
  const sets = new DerReader(content);
  let count = 0;
  while (!sets.done) {
    const set = sets.inside(tag.set);
    while (!set.done) {
      count += 1;
      if (count > maxParts) throw new WireError('a name of too many parts');
      const pair = set.inside(tag.sequence);
      const type = Buffer.from(pair.content(tag.oid)).toString('hex');
      const value = pair.any();
      pair.end();
      const text = readText(value.tag, value.content);
      if (text !== undefined) found.set(type, [...(found.get(type) ?? []), text]);
    }
  }
  const first = (type: string): string => shown(found.get(type)?.[0] ?? '');
  return { shown: first(types.commonName) || first(types.organisation) || first(types.unit), userIds: found.get(types.userId) ?? [] };
}

/** Undefined for what is no text, or is written in a way nobody uses any more. */
function readText(type: number, content: Uint8Array): string | undefined {
  if (type === tag.printableString || type === tag.ia5String) return Buffer.from(content).toString('latin1');
  if (type === tag.bmpString) return content.length % 2 === 0 ? Buffer.from(content).swap16().toString('utf16le') : undefined;
  if (type !== tag.utf8String) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    throw new WireError('text is not UTF-8');
  }
}

/** Without control characters, marks that turn the direction of writing, and what takes no room: a name stands in sentences of ours. */
function shown(text: string): string {
  const readable = text.normalize('NFC').replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '').replace(/\s+/gu, ' ').trim();
  return [...readable].slice(0, maxShown).join('').trim();
}

import { KeyshiftError } from '../../../shared/errors';
import type { ArchiveFaultKind, ArchiveReport } from '../../../shared/model/search';
import { parseIdentityCertificate } from '../../engine/certificates/identity-certificate';
import type { Crypto } from '../../engine/crypto/crypto';
import { ArchivedHeaders } from '../../engine/exchange/archived-headers';
import { fromBase64, toHex } from '../../engine/wire/encoding';
import type { BackupSource } from '../ports/backup';
import { archiveVersion } from './formats';

const pieceBytes = 64 * 1024;
/** The longest line: a message of 40 KiB, every letter of it escaped. */
const longestLine = 512 * 1024;
const mostSigners = 4_096;

/** For readers of the plain answer; the window has words of its own. */
const faultWords: Readonly<Record<ArchiveFaultKind, string>> = {
  certificate: 'A certificate is damaged, or belongs to somebody else.',
  history: 'Nothing in the archive leads from a person’s first key to one of the keys in it.',
  credential: 'A device is not signed by the person it is said to belong to.',
  header: 'A key header is damaged.',
  signer: 'A key header is signed by a device that is not in the archive.',
  recipient: 'A key header is for somebody else than the other one of the two.',
  signature: 'A key header was changed after it was signed.',
  messages: 'Messages were taken out of the archive, or put in.',
  headers: 'Key headers were taken out of the archive, or put in.',
  end: 'The archive ends too early: something of it is missing.',
};
const kinds = ['signer', 'header', 'message', 'end'] as const;

interface Person {
  readonly name: string;
  readonly peerId: string;
}

/** Reads an archive line by line and checks what can be checked. */
class ArchiveCheck {
  readonly #crypto: Crypto;
  readonly #faults = new Map<ArchiveFaultKind, number>();
  #headers: ArchivedHeaders | undefined;
  readonly #fingerprints = new Map<string, { readonly epoch: number; readonly fingerprint: string }>();
  #about: { readonly title: string; readonly people: readonly Person[]; readonly exportedAt: number } | undefined;
  #signers = 0;
  #messages = 0;
  #seen = 0;
  /** Which true ones there were: one that is there twice proves no more. */
  readonly #true = new Set<string>();
  #ended = false;

  constructor(crypto: Crypto) {
    this.#crypto = crypto;
  }

  /** Errors: archive.garbled, archive.newer. */
  line(line: string): void {
    if (this.#ended) throw garbled();
    const entry = record(parsed(line));
    if (this.#about === undefined) return this.#begin(entry);
    if (kinds.filter((kind) => entry[kind] !== undefined).length !== 1) throw garbled();
    if (entry['signer'] !== undefined) return this.#signer(record(entry['signer']));
    if (entry['header'] !== undefined) return this.#header(bytesOf(entry['header']));
    if (entry['message'] !== undefined) {
      record(entry['message']);
      this.#messages += 1;
      return;
    }
    const end = record(entry['end']);
    this.#ended = true;
    if (end['messages'] !== this.#messages) this.#fault('messages');
    if (end['headers'] !== this.#seen) this.#fault('headers');
  }

  report(): ArchiveReport {
    if (this.#about === undefined) throw garbled();
    if (!this.#ended) this.#fault('end');
    const { title, people, exportedAt } = this.#about;
    return {
      conversation: { title, people: people.map((person) => ({ ...person, fingerprint: this.#fingerprints.get(person.peerId)?.fingerprint ?? '' })) },
      exportedAt,
      messages: this.#messages,
      headers: this.#true.size,
      faults: [...this.#faults].map(([fault, count]) => (count === 1 ? faultWords[fault] : `${faultWords[fault]} (${count} times)`)),
      faultKinds: [...this.#faults].map(([fault, count]) => ({ fault, count })),
    };
  }

  #begin(entry: Record<string, unknown>): void {
    if (entry['format'] !== 'keyshift-archive') throw garbled();
    const { version } = entry;
    if (typeof version !== 'number') throw garbled();
    if (version > archiveVersion) throw new KeyshiftError('archive.newer', 'A newer version of Keyshift made this archive. Nothing was changed; update this one.');
    const exportedAt = Date.parse(textOf(entry['exportedAt'], 40));
    const { people } = entry;
    if (!Array.isArray(people) || people.length !== 2 || !Number.isSafeInteger(exportedAt) || exportedAt < 0) throw garbled();
    this.#about = { title: textOf(entry['title'], 1_024), exportedAt, people: people.map((each: unknown) => ({ name: textOf(record(each)['name'], 1_024), peerId: textOf(record(each)['peerId'], 100) })) };
    this.#headers = new ArchivedHeaders(this.#crypto, this.#about.people.map(({ peerId }) => peerId));
  }

  #signer(entry: Record<string, unknown>): void {
    if ((this.#signers += 1) > mostSigners) throw garbled();
    const peerId = textOf(entry['peerId'], 100);
    const certificate = bytesOf(entry['certificate']);
    const fault = this.#headers?.addSigner({ peerId, certificate, credential: bytesOf(entry['credential']), history: entry['history'] === undefined ? undefined : bytesOf(entry['history']) });
    if (fault !== undefined) return this.#fault(fault);
    const { epoch, spkiHash } = parseIdentityCertificate(this.#crypto, certificate);
    if ((this.#fingerprints.get(peerId)?.epoch ?? 0) < epoch) this.#fingerprints.set(peerId, { epoch, fingerprint: toHex(spkiHash) });
  }

  #header(block: Uint8Array): void {
    this.#seen += 1;
    const checked = this.#headers?.check(block);
    if (checked === undefined) return;
    if ('fault' in checked) this.#fault(checked.fault);
    else this.#true.add(toHex(this.#crypto.sha256(block)));
  }

  #fault(fault: ArchiveFaultKind): void {
    this.#faults.set(fault, (this.#faults.get(fault) ?? 0) + 1);
  }
}

/** Line by line, whatever the size, as far as it went when it was opened; everything else has its turn in between. Errors: archive.garbled, archive.newer, path.unusable. */
export async function checkArchive(crypto: Crypto, source: BackupSource): Promise<ArchiveReport> {
  const check = new ArchiveCheck(crypto);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  for (let left = source.size, isLast = false; !isLast; ) {
    const wanted = Math.min(pieceBytes, left);
    const piece = await source.read(wanted);
    left -= piece.length;
    // Or cut short meanwhile: then its end is not there.
    isLast = left === 0 || piece.length < wanted;
    const lines = (rest + decoded(decoder, piece, isLast)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.length > longestLine) throw garbled();
      check.line(line);
    }
    if (rest.length > longestLine) throw garbled();
    if (!isLast) await new Promise((resolve) => setImmediate(resolve));
  }
  if (rest !== '') check.line(rest);
  return check.report();
}

function decoded(decoder: { decode(bytes: Uint8Array, options: { stream: boolean }): string }, piece: Uint8Array, isLast: boolean): string {
  try {
    return decoder.decode(piece, { stream: !isLast });
  } catch {
    throw garbled();
  }
}

function parsed(line: string): unknown {
  try {
    const value: unknown = JSON.parse(line);
    return value;
  } catch {
    throw garbled();
  }
}

function record(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw garbled();
  return { ...value };
}

function textOf(value: unknown, longest: number): string {
  if (typeof value !== 'string' || value.length > longest) throw garbled();
  return value;
}

function bytesOf(value: unknown): Uint8Array {
  try {
    return fromBase64(textOf(value, longestLine));
  } catch {
    throw garbled();
  }
}

function garbled(): KeyshiftError {
  return new KeyshiftError('archive.garbled', 'This is no archive of Keyshift, or it is damaged. Nothing was changed; choose another file.');
}

import { WireError } from '../../wire/wire-error';
import { DerReader, parseDerNumber, tag } from '../der';

/** What of a foreign certificate's extensions (RFC 5280 §4.2) bears on whether it may vouch. */
export interface ForeignExtensions {
  /** basicConstraints: cA. */
  readonly isAuthority: boolean;
  /** basicConstraints: how many authorities may stand between this one and the leaf. */
  readonly pathLength: number | undefined;
  /** keyUsage, by name; undefined where it says nothing. */
  readonly usage: ReadonlySet<KeyUsage> | undefined;
  /** extKeyUsage as hex of the OIDs; undefined where it says nothing. */
  readonly purposes: readonly string[] | undefined;
  /** Hex; for telling keys of one name apart, never for trust. */
  readonly subjectKeyId: string | undefined;
  readonly authorityKeyId: string | undefined;
  /** URIs of subjectAltName. */
  readonly uris: readonly string[];
}

export type KeyUsage = 'sign' | 'certificates' | 'lists';

const oids = {
  subjectKeyId: '551d0e',
  keyUsage: '551d0f',
  subjectAltName: '551d11',
  issuerAltName: '551d12',
  basicConstraints: '551d13',
  nameConstraints: '551d1e',
  revocationPlaces: '551d1f',
  policies: '551d20',
  authorityKeyId: '551d23',
  purposes: '551d25',
  authorityPlaces: '2b06010505070101',
} as const;
/** Understood, or of no consequence here: such an extension may be critical. Addresses inside are never fetched. */
const understood: ReadonlySet<string> = new Set(Object.values(oids).filter((oid) => oid !== oids.nameConstraints));

const maxExtensions = 32;
const maxNames = 32;
const maxPurposes = 16;
const yes = 0xff;

type Found = ReadonlyMap<string, Uint8Array>;

/** `list`: the SEQUENCE OF Extension, or undefined where there is none. Throws `WireError`. */
export function readForeignExtensions(list: DerReader | undefined): ForeignExtensions {
  const found = list ? readList(list) : new Map<string, Uint8Array>();
  // They limit for which names an authority may speak: whoever does not apply them must not believe it (RFC 5280 §6.1).
  if (found.has(oids.nameConstraints)) throw new WireError('it is limited to certain names');
  return {
    ...basicConstraints(found),
    usage: keyUsage(found),
    purposes: purposes(found),
    subjectKeyId: subjectKeyId(found),
    authorityKeyId: authorityKeyId(found),
    uris: uris(found),
  };
}

/** The extensions of a certificate or a list by the hex of their OID. Throws `WireError` for one twice, too many, or an unknown critical one. */
export function readExtensionList(list: DerReader, known: ReadonlySet<string>): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  while (!list.done) {
    const entry = list.inside(tag.sequence);
    const type = hexOf(entry.content(tag.oid));
    const critical = entry.nextTag === tag.boolean;
    // DER never writes a default: a critical flag that is there is true.
    if (critical) assertYes(entry.content(tag.boolean));
    const value = entry.content(tag.octetString);
    entry.end();
    if (found.has(type) || found.size >= maxExtensions) throw new WireError('an extension twice, or too many');
    if (critical && !known.has(type)) throw new WireError('unknown critical extension');
    found.set(type, value);
  }
  return found;
}

function readList(list: DerReader): Found {
  return readExtensionList(list, new Set([...understood, oids.nameConstraints]));
}

function basicConstraints(found: Found): Pick<ForeignExtensions, 'isAuthority' | 'pathLength'> {
  const value = found.get(oids.basicConstraints);
  if (!value) return { isAuthority: false, pathLength: undefined };
  const fields = single(value, tag.sequence);
  const isAuthority = fields.nextTag === tag.boolean;
  if (isAuthority) assertYes(fields.content(tag.boolean));
  const pathLength = fields.done ? undefined : parseDerNumber(fields.content(tag.integer));
  fields.end();
  if (pathLength !== undefined && !isAuthority) throw new WireError('a path length without being an authority');
  return { isAuthority, pathLength };
}

function keyUsage(found: Found): ReadonlySet<KeyUsage> | undefined {
  const value = found.get(oids.keyUsage);
  if (!value) return undefined;
  const reader = new DerReader(value);
  const [unused, first = 0] = reader.content(tag.bitString);
  reader.end();
  if (unused === undefined || unused > 7) throw new WireError('a key usage that cannot be read');
  const usage = new Set<KeyUsage>();
  if (first & 0x80) usage.add('sign');
  if (first & 0x04) usage.add('certificates');
  if (first & 0x02) usage.add('lists');
  return usage;
}

function purposes(found: Found): readonly string[] | undefined {
  const value = found.get(oids.purposes);
  if (!value) return undefined;
  const list = single(value, tag.sequence);
  const all: string[] = [];
  while (!list.done) {
    all.push(hexOf(list.content(tag.oid)));
    if (all.length > maxPurposes) throw new WireError('too many purposes');
  }
  return all;
}

function subjectKeyId(found: Found): string | undefined {
  const value = found.get(oids.subjectKeyId);
  if (!value) return undefined;
  const reader = new DerReader(value);
  const id = reader.content(tag.octetString);
  reader.end();
  return hexOf(id);
}

function authorityKeyId(found: Found): string | undefined {
  const value = found.get(oids.authorityKeyId);
  const fields = value && single(value, tag.sequence);
  return fields?.nextTag === tag.keyId ? hexOf(fields.content(tag.keyId)) : undefined;
}

function uris(found: Found): readonly string[] {
  const value = found.get(oids.subjectAltName);
  if (!value) return [];
  const names = single(value, tag.sequence);
  const all: string[] = [];
  for (let count = 1; !names.done; count += 1) {
    if (count > maxNames) throw new WireError('too many names');
    const name = names.any();
    if (name.tag === tag.uri) all.push(Buffer.from(name.content).toString('latin1'));
  }
  return all;
}

function single(value: Uint8Array, type: number): DerReader {
  const reader = new DerReader(value);
  const inside = reader.inside(type);
  reader.end();
  return inside;
}

function assertYes(content: Uint8Array): void {
  if (content.length !== 1 || content[0] !== yes) throw new WireError('flag is not canonical');
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

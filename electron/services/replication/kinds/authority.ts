import { parseAuthorityCertificate } from '../../../engine/certificates/x509/authority-certificate';
import { maxForeignBytes } from '../../../engine/certificates/x509/foreign-certificate';
import { isListOf, parseRevocationList } from '../../../engine/certificates/x509/revocation-list';
import { isSignedBy } from '../../../engine/certificates/x509/signature';
import { WireError } from '../../../engine/wire/wire-error';
import { Writer } from '../../../engine/wire/writer';
import type { AuthorityRow } from '../../ports/authorities';
import { type FactKind, maxValueBytes } from '../replica';
import type { KindParts } from './kind-parts';
import { readFlag, readOptional, readTime, readWhole, writeOptional } from './values';

/** A longer list of revoked certificates stays on the device it was given to, in bytes: it does not fit into a fact. */
const maxListBytes = maxValueBytes - maxForeignBytes - 64;

/** `undefined`: removed. */
export function encodeAuthority(row: AuthorityRow | undefined): Uint8Array {
  if (row === undefined) return new Writer(1).u8(0).finish();
  const list = row.revocations && row.revocations.length <= maxListBytes ? row.revocations : undefined;
  const writer = new Writer(4096).u8(1).lp(row.certificate).u64(row.addedAt);
  return writeOptional(writer, list, (der) => writer.lp(der)).finish();
}

/** Organisations whose word is shown. Each device checks again what it takes: nothing is trusted for having been said. */
export function authorityKind({ crypto, stores, profile }: KindParts): FactKind {
  const { authorities } = stores;
  return {
    kind: 'authority',
    rank: 72,
    apply({ key, value }) {
      const told = parse(value);
      const before = authorities.list().find(({ authorityId }) => authorityId === key);
      if (told === undefined) {
        if (before) profile.vouching.change(() => authorities.remove(key));
        return true;
      }
      const certificate = parseAuthorityCertificate(crypto, told.certificate);
      if (certificate.fingerprint !== key) throw new WireError('another organisation');
      const stands = certificate.isRoot ? isSignedBy(crypto, certificate, certificate.key) : profile.vouching.pool.leadsToRoot(certificate);
      if (!stands) {
        if (certificate.isRoot) throw new WireError('an organisation that did not sign itself');
        return false;
      }
      const list = told.revocations && parseRevocationList(told.revocations);
      if (list && !isListOf(crypto, list, certificate)) throw new WireError('a list of another organisation');
      const kept = told.revocations ?? before?.revocations;
      profile.vouching.change(() => authorities.put({ authorityId: key, certificate: told.certificate, addedAt: Math.min(told.addedAt, before?.addedAt ?? told.addedAt), ...(kept && { revocations: kept }) }));
      return true;
    },
    *all() {
      for (const row of authorities.list()) yield { key: row.authorityId, value: encodeAuthority(row) };
    },
  };
}

function parse(value: Uint8Array): Omit<AuthorityRow, 'authorityId'> | undefined {
  return readWhole(value, (reader) => {
    if (!readFlag(reader)) return undefined;
    const [certificate, addedAt] = [reader.lp(maxForeignBytes).slice(), readTime(reader)];
    const revocations = readOptional(reader, () => reader.lp(maxListBytes).slice());
    return { certificate, addedAt, ...(revocations && { revocations }) };
  });
}

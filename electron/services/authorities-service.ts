import { type ErrorCode, KeyshiftError } from '../../shared/errors';
import type { Handlers } from '../../shared/contract/contract';
import type { Authority } from '../../shared/model/authority';
import { type AuthorityCertificate, parseAuthorityCertificate } from '../engine/certificates/x509/authority-certificate';
import { maxForeignBytes } from '../engine/certificates/x509/foreign-certificate';
import { readPem } from '../engine/certificates/x509/pem';
import { isLater, isListOf, maxRevocationListBytes, parseRevocationList, type RevocationList } from '../engine/certificates/x509/revocation-list';
import { isSignedBy } from '../engine/certificates/x509/signature';
import type { Crypto } from '../engine/crypto/crypto';
import type { Clock } from '../engine/ports';
import { WireError } from '../engine/wire/wire-error';
import type { OpenProfile } from './open-profile';
import type { AuthorityRow } from './ports/authorities';
import type { KnownAuthority } from './vouching';

export interface AuthoritiesParts {
  readonly profile: () => OpenProfile;
  readonly crypto: Crypto;
  readonly clock: Clock;
}

/** More organisations than anybody trusts; each costs a look at every endorsement. */
const maxAuthorities = 64;
/** A list from further ahead was made by a clock that was wrong: it would keep every later one out. */
const aheadMs = 24 * 60 * 60 * 1000;

/** Organisations whose word about names and keys is shown. What they say never moves a pin. */
export function authoritiesService(parts: AuthoritiesParts): Handlers['authorities'] {
  const { crypto, clock } = parts;
  const change = (profile: OpenProfile, work: () => void): void => profile.commit(() => profile.vouching.change(work));

  return {
    list: () => {
      const { vouching } = parts.profile();
      const now = clock.now();
      const vouchers = [...vouching.vouched().values()];
      return vouching.known.map((known) => viewOf(known, now, vouchers.filter((each) => each.some(({ authorities }) => authorities.includes(known.row.authorityId))).length));
    },
    import: ({ text }) => {
      const profile = parts.profile();
      const [der] = readPem(text, 'CERTIFICATE', { cap: maxForeignBytes, most: 1 });
      const certificate = refusing('authority.unacceptable', () => parseAuthorityCertificate(crypto, der ?? new Uint8Array(0)));
      const authorityId = certificate.fingerprint;
      const { vouching } = profile;
      if (vouching.known.some(({ row }) => row.authorityId === authorityId)) throw new KeyshiftError('authority.already-known', 'That organisation is in your list already.');
      if (certificate.notAfter < clock.now()) throw new KeyshiftError('authority.expired', 'This certificate has expired. Ask the organisation for its current one.');
      if (vouching.known.length >= maxAuthorities) throw unacceptable(`there are ${maxAuthorities} already`);
      const stands = certificate.isRoot ? isSignedBy(crypto, certificate, certificate.key) : vouching.pool.leadsToRoot(certificate);
      if (!stands) throw unacceptable(certificate.isRoot ? 'its signature is not good' : 'it was issued by an organisation that is not in your list');
      change(profile, () => profile.stores.authorities.put({ authorityId, certificate: certificate.der, addedAt: Math.max(0, Math.trunc(clock.now())) }));
      return { authorityId };
    },
    importRevocations: ({ text }) => {
      const profile = parts.profile();
      const [der] = readPem(text, 'X509 CRL', { cap: maxRevocationListBytes, most: 1 });
      const list = refusing('revocations.unacceptable', () => parseRevocationList(der ?? new Uint8Array(0)));
      const [of, ...twins] = issuersOf(crypto, list, profile.vouching.known);
      const replaces = [of, ...twins].flatMap((each) => (each.list ? [each.list] : []));
      if (list.thisUpdate > clock.now() + aheadMs) throw new KeyshiftError('revocations.unacceptable', 'This list is from the future. The list so far was kept.');
      const { authorityId } = of.row;
      if (replaces.some((known) => Buffer.compare(known.der, list.der) === 0)) return { authorityId };
      if (replaces.some((known) => !isLater(list, known))) throw new KeyshiftError('revocations.older', 'This list is older than the one you have. The newer one was kept.');
      change(profile, () => {
        // Of a key that has several certificates one holds the list.
        for (const { row } of twins) profile.stores.authorities.put(withoutList(row));
        profile.stores.authorities.put({ ...of.row, revocations: list.der });
      });
      return { authorityId };
    },
    remove: ({ authorityId }) => {
      const profile = parts.profile();
      const removed = profile.vouching.known.find(({ row }) => row.authorityId === authorityId);
      if (removed === undefined) throw new KeyshiftError('authority.unknown', 'That organisation is not in your list.');
      change(profile, () => {
        profile.stores.authorities.remove(authorityId);
        handOver(profile, removed);
        removeStranded(profile);
      });
      return null;
    },
  };
}

/** The authority that made the list, and other certificates of its name and key. Throws `authority.unknown`, `revocations.unacceptable`. */
function issuersOf(crypto: Crypto, list: RevocationList, known: readonly KnownAuthority[]): readonly [KnownAuthority, ...KnownAuthority[]] {
  const named = known.filter(({ certificate }) => Buffer.compare(certificate.subject, list.issuer) === 0);
  if (named.length === 0) throw new KeyshiftError('authority.unknown', 'This list is of an organisation that is not in your list.');
  const of = named.find(({ certificate }) => isListOf(crypto, list, certificate));
  if (of === undefined) throw new KeyshiftError('revocations.unacceptable', 'This list was not signed by that organisation. The list so far was kept.');
  return [of, ...named.filter((each) => each !== of && isSameIssuer(each.certificate, of.certificate))];
}

function isSameIssuer(a: AuthorityCertificate, b: AuthorityCertificate): boolean {
  return Buffer.compare(a.subject, b.subject) === 0 && Buffer.compare(a.spki, b.spki) === 0;
}

function withoutList({ revocations: _elsewhere, ...row }: AuthorityRow): AuthorityRow {
  return row;
}

/** What an organisation took back stays taken back while another certificate of its key is trusted. */
function handOver({ vouching, stores }: OpenProfile, { row, certificate }: KnownAuthority): void {
  const heir = row.revocations && vouching.known.find((each) => isSameIssuer(each.certificate, certificate));
  if (heir) stores.authorities.put({ ...heir.row, revocations: row.revocations });
}

/** What was believed only because of the one that is gone, goes as well. */
function removeStranded(profile: OpenProfile): void {
  const { vouching, stores } = profile;
  const { pool, known } = vouching;
  for (const { row, certificate } of known) if (!pool.leadsToRoot(certificate)) stores.authorities.remove(row.authorityId);
}

function viewOf({ row, certificate, list }: KnownAuthority, now: number, vouchesFor: number): Authority {
  return {
    authorityId: row.authorityId,
    name: certificate.name,
    notAfter: certificate.notAfter,
    state: stateOf(certificate, now),
    vouchesFor,
    ...(list && {
      revocations: {
        thisUpdate: list.thisUpdate,
        ...(list.nextUpdate === undefined ? {} : { nextUpdate: list.nextUpdate }),
        count: list.revoked.size,
        outdated: list.nextUpdate !== undefined && list.nextUpdate < now,
      },
    }),
  };
}

function stateOf({ notBefore, notAfter }: AuthorityCertificate, now: number): Authority['state'] {
  if (now > notAfter) return 'expired';
  return now < notBefore ? 'not-yet' : 'valid';
}

/** Malformed or unfitting input becomes this code; anything else is a mistake of ours. */
export function refusing<T>(code: ErrorCode, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof WireError) throw new KeyshiftError(code, `This is not acceptable: ${error.message}.`);
    throw error;
  }
}

function unacceptable(why: string): KeyshiftError {
  return new KeyshiftError('authority.unacceptable', `This is not acceptable: ${why}.`);
}

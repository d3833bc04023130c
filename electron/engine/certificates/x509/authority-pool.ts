import type { Crypto } from '../../crypto/crypto';
import { toHex } from '../../wire/encoding';
import { type AuthorityCertificate, isIssuedBy, type SignatureMemory } from './authority-certificate';
import type { Endorsement } from './endorsement';
import type { ForeignCertificate } from './foreign-certificate';
import type { RevocationList } from './revocation-list';

/** Authorities above a leaf, the root included. */
const maxAuthoritiesInPath = 3;
/** Cross-signed authorities make several ways up; more are not looked at. */
const maxPaths = 16;

/** Leaf first, root last. */
type Path = readonly [ForeignCertificate, ...AuthorityCertificate[]];

export type Judgement =
  /** `until`: Unix milliseconds, the last moment at which all of the path is in force. */
  | { readonly vouched: true; readonly root: AuthorityCertificate; readonly authorities: readonly AuthorityCertificate[]; readonly until: number }
  /**
   * `from`: the next moment at which that may be judged otherwise, because a part begins or one that was taken back ends anyway; Infinity when waiting changes nothing. `takenBackBy`:
   * roots of paths that are in force but for a part that is on a revocation list.
   */
  | { readonly vouched: false; readonly from: number; readonly takenBackBy: readonly AuthorityCertificate[] };

/**
 * The organisations a person trusts, and what they took back. Everything ends at a root that was imported by hand: a contact's
 * certificate, or what a contact sent along, is never one (A46). No dates are forgiven.
 */
export class AuthorityPool {
  readonly #crypto: Crypto;
  readonly #memory: SignatureMemory;
  readonly #authorities: readonly AuthorityCertificate[];
  readonly #lists = new Map<string, RevocationList[]>();

  /** All of `authorities` and `lists` were verified when they were imported. */
  constructor(crypto: Crypto, memory: SignatureMemory, authorities: readonly AuthorityCertificate[], lists: readonly { readonly of: AuthorityCertificate; readonly list: RevocationList }[]) {
    this.#crypto = crypto;
    this.#memory = memory;
    this.#authorities = authorities;
    for (const { of, list } of lists) this.#lists.set(issuerKey(of), [...(this.#lists.get(issuerKey(of)) ?? []), list]);
  }

  judge({ leaf, carried }: Endorsement, now: number): Judgement {
    let from = Infinity;
    const takenBackBy: AuthorityCertificate[] = [];
    for (const path of this.#paths([leaf], carried)) {
      const [begins, ends] = windowOf(path);
      const [, ...authorities] = path;
      const root = authorities.at(-1);
      if (ends < now || root === undefined) continue;
      if (begins > now) {
        if (!this.#isRevoked(path)) from = Math.min(from, begins);
      } else if (this.#isRevoked(path)) {
        takenBackBy.push(root);
        from = Math.min(from, ends + 1);
      } else {
        return { vouched: true, root, authorities, until: ends };
      }
    }
    return { vouched: false, from, takenBackBy };
  }

  /** Whether a root stands above this authority, whatever the dates; a root stands for itself when it is one of the pool. */
  leadsToRoot(authority: AuthorityCertificate): boolean {
    if (authority.isRoot) return this.#authorities.some(({ fingerprint }) => fingerprint === authority.fingerprint);
    return !this.#paths([authority], []).next().done;
  }

  *#paths(path: Path, carried: readonly AuthorityCertificate[]): Generator<Path, undefined> {
    let left = maxPaths;
    for (const found of this.#above(path, carried)) {
      yield found;
      left -= 1;
      if (left === 0) return undefined;
    }
    return undefined;
  }

  *#above(path: Path, carried: readonly AuthorityCertificate[]): Generator<Path, undefined> {
    const child = path.at(-1);
    // Authorities so far: all but the leaf, or all where an authority itself is what leads up.
    const [leaf] = path;
    const authorities = path.length - (leaf.extensions.isAuthority ? 0 : 1);
    if (!child || authorities >= maxAuthoritiesInPath) return undefined;
    for (const issuer of [...this.#authorities, ...carried]) {
      const allowed = issuer.extensions.pathLength ?? Infinity;
      if (authorities > allowed || path.some(({ fingerprint }) => fingerprint === issuer.fingerprint)) continue;
      if (!isIssuedBy(this.#crypto, child, issuer, this.#memory)) continue;
      const next: Path = [...path, issuer];
      if (issuer.isRoot && this.#authorities.includes(issuer)) yield next;
      else if (!issuer.isRoot) yield* this.#above(next, carried);
    }
    return undefined;
  }

  #isRevoked(path: Path): boolean {
    return path.some((child, at) => {
      const issuer = path[at + 1];
      // What follows the leaf are authorities: `Path` says so, an index does not.
      return issuer !== undefined && 'key' in issuer && (this.#lists.get(issuerKey(issuer)) ?? []).some(({ revoked }) => revoked.has(child.serial));
    });
  }
}

/** A list speaks for a name and key, whichever of its certificates somebody sent along. */
function issuerKey({ subject, spki }: ForeignCertificate): string {
  return `${toHex(subject)} ${toHex(spki)}`;
}

function windowOf(path: Path): readonly [number, number] {
  return [Math.max(...path.map(({ notBefore }) => notBefore)), Math.min(...path.map(({ notAfter }) => notAfter))];
}

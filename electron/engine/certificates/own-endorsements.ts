import type { Crypto } from '../crypto/crypto';
import type { EndorsementList } from './endorsement-list';
import { type EndorsedKey, type Endorsement, isFor, parseEndorsement } from './x509/endorsement';

/** An endorsement of this person's own. */
export interface OwnEndorsement {
  /** Leaf first, as it goes into cards. */
  readonly certificates: readonly Uint8Array[];
  /** The organisation's name for people: of the highest issuer that is named. */
  readonly issuer: string;
  /** DER of the name that issued the leaf: a later endorsement by the same one takes the place of this. */
  readonly issuedBy: Uint8Array;
  /** Unix milliseconds: the first part that ends. */
  readonly notAfter: number;
  /** For the key in use: an endorsement lapses with its key. */
  readonly current: boolean;
}

/** What organisations say of this person: for the key in use, and for earlier ones, so that nobody forgets to ask again. */
export class OwnEndorsements {
  readonly #crypto: Crypto;
  readonly #key: EndorsedKey;
  #all: readonly OwnEndorsement[];

  constructor(crypto: Crypto, key: EndorsedKey, stored: EndorsementList = []) {
    this.#crypto = crypto;
    this.#key = key;
    this.#all = this.#read(stored);
  }

  get all(): readonly OwnEndorsement[] {
    return this.#all;
  }

  /** What cards carry. */
  get ofKey(): EndorsementList {
    return this.#all.filter(({ current }) => current).map(({ certificates }) => certificates);
  }

  /** After the same list was stored. */
  replace(list: EndorsementList): void {
    this.#all = this.#read(list);
  }

  #read(list: EndorsementList): readonly OwnEndorsement[] {
    return list.flatMap((certificates) => {
      let endorsement: Endorsement;
      try {
        endorsement = parseEndorsement(this.#crypto, certificates);
      } catch {
        return []; // a later version may be stricter: then there is none
      }
      const { leaf, carried } = endorsement;
      return [
        {
          certificates,
          issuer: carried.at(-1)?.issuerName || leaf.issuerName,
          issuedBy: leaf.issuer,
          notAfter: Math.min(...[leaf, ...carried].map(({ notAfter }) => notAfter)),
          current: isFor(endorsement, this.#key),
        },
      ];
    });
  }
}

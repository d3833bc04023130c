import { verifyChain } from '../../electron/engine/certificates/chain';
import { createLocalRecord, openLocalParty } from '../../electron/engine/certificates/local-party';
import { renewLocalRecord } from '../../electron/engine/certificates/renewal';
import type { Crypto } from '../../electron/engine/crypto/crypto';
import type { LocalRecord } from '../../electron/engine/ports';
import type { Person } from './dialog-person';

/** A person whose credentials are renewed as a running profile renews them. One RSA key; each renewal is one signature. */
export class RotatingPerson {
  readonly #crypto: Crypto;
  record: LocalRecord;
  now: Person;

  constructor(crypto: Crypto, record: LocalRecord, now: number) {
    this.#crypto = crypto;
    this.record = record;
    this.now = this.#open(now);
  }

  static async create(crypto: Crypto, name: string, now: number): Promise<RotatingPerson> {
    return new RotatingPerson(crypto, await createLocalRecord(crypto, { name, deviceName: `${name}'s desk`, now }), now);
  }

  /** The same person with records of its own, so that tests do not meet in one. */
  copy(now: number): RotatingPerson {
    return new RotatingPerson(this.#crypto, this.record, now);
  }

  /** What is due is renewed, what is past its grace destroyed. */
  async renew(now: number): Promise<Person> {
    this.record = (await renewLocalRecord(this.#crypto, this.record, now)) ?? this.record;
    this.now = this.#open(now);
    return this.now;
  }

  #open(now: number): Person {
    const local = openLocalParty(this.#crypto, this.record);
    const chain = verifyChain(this.#crypto, local.chain, { now });
    return { local, chain, remote: () => ({ peerId: local.peerId, identity: chain.identity, exchange: chain.exchange }) };
  }
}

import type { Crypto } from '../../electron/engine/crypto/crypto';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import type { RemoteParty } from '../../electron/engine/dialog/dialog-engine';
import type { Clock } from '../../electron/engine/ports';
import { newPerson, type Person } from '../support/dialog-person';

/** A person with primitives, and so a meter, of its own. */
export interface Party {
  readonly crypto: Crypto;
  readonly person: Person;
}

/** One RSA key, 0.1–2 s. */
export async function newParty(name: string): Promise<Party> {
  const crypto = await createCrypto({ random: kernelRandom });
  return { crypto, person: await newPerson(crypto, name) };
}

export function asRemote({ person }: Party): RemoteParty {
  return { ...person.remote(), blocked: false, mayMessage: true, mayOpen: true };
}

export const clock: Clock = {
  now: () => Date.UTC(2026, 0, 1) + performance.now(),
  monotonic: () => performance.now(),
  setTimer: () => () => undefined,
};

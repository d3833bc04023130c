import type { Chain, VerifiedChain } from '../certificates/chain';
import type { Crypto } from '../crypto/crypto';
import type { Secret } from '../crypto/secret';
import { Abort } from './failure';
import type { HandshakeEnvironment, HandshakeStep, SessionKeys } from './handshake-state';
import { packItems } from './items';
import { confirmation, deriveRxKeys, deriveTxKeys, keyIdOf, type Role, type Transcript } from './key-schedule';
import { sealRecord, startOf } from './records';
import type { ResumptionEntry } from './resumption-entry';
import type { SecretScope } from './secret-scope';

interface Nonces {
  readonly cn: Secret<'content'>;
  readonly sn: Secret<'content'>;
}

interface KeyInputs {
  readonly env: HandshakeEnvironment;
  readonly role: Role;
  readonly own: Chain;
  readonly ownInstanceHash: Uint8Array;
  readonly peer: VerifiedChain;
  /** MK or MK'. */
  readonly master: Secret<'session-master'>;
  readonly transcript: Transcript;
  readonly scope: SecretScope;
}

interface Agreed {
  readonly ephemeral: Secret<'shared'>;
  readonly semiStatic: Secret<'shared'>;
}

type Pair = readonly [secret: Secret<'dh'>, share: Uint8Array];

/** DH(eC,eS) and DH(eC,sS), seen from either side. Throws `Abort` when the other side's share is of low order (A49). */
export function agree(crypto: Crypto, scope: SecretScope, ephemeral: Pair, semiStatic: Pair): Agreed {
  const [first, second] = [crypto.dh(...ephemeral), crypto.dh(...semiStatic)];
  for (const secret of [first, second]) if (secret) scope.own(secret);
  if (!first || !second) throw new Abort('share');
  return { ephemeral: first, semiStatic: second };
}

/** Key id and the keys of both directions, as this side uses them. All owned by the scope until the step hands them on. */
export function deriveKeys({ env, role, own, ownInstanceHash, peer, master, transcript, scope }: KeyInputs): SessionKeys {
  const { crypto } = env;
  scope.own(master);
  const other: Role = role === 'client' ? 'server' : 'client';
  const tx = deriveTxKeys(crypto, master, role, { identity: own.identity, instanceHash: ownInstanceHash }, transcript);
  const rx = deriveRxKeys(crypto, master, other, { identity: peer.identity, instanceHash: peer.instance.hash }, transcript);
  for (const keys of [tx, rx]) {
    scope.own(keys.record);
    scope.own(keys.confirm);
  }
  return { master, keyId: keyIdOf(crypto, master), tx, rx };
}

interface ConfirmInputs {
  readonly env: HandshakeEnvironment;
  readonly role: Role;
  readonly peer: VerifiedChain;
  readonly keys: SessionKeys;
  readonly nonces: Nonces;
  readonly transcript: Transcript;
  readonly scope: SecretScope;
  /** Frames that go out before the confirmation. */
  readonly before: readonly Uint8Array[];
  readonly resumes?: ResumptionEntry;
}

/** Seals this side's confirmation, M3 or M4, as record 0 of its direction and waits for the other's. */
export function confirmWith({ env, role, peer, keys, nonces, transcript, scope, before, resumes }: ConfirmInputs): HandshakeStep {
  const { crypto } = env;
  const other: Role = role === 'client' ? 'server' : 'client';
  const [plaintext = new Uint8Array(0)] = packItems([{ kind: 'confirm', bytes: confirmation(crypto, keys.tx, role, nonces, transcript) }]);
  const expected = confirmation(crypto, keys.rx, other, nonces, transcript);
  const { frame, next } = sealRecord(crypto, keys.tx, startOf(keys.tx), plaintext);
  scope.release(keys.master, keys.tx.record, keys.rx.record);
  return {
    state: { phase: 'awaiting-confirm', role, peer, keys, expected, sent: next, received: startOf(keys.rx), resumes },
    output: [...before, frame],
  };
}

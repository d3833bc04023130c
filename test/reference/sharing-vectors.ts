import sodium from 'libsodium-wrappers';
import { resumeM1 } from './resume-twin';
import { keyInUse, keysWord, ledgerLine, ownerHint, recordName, recordOf, sealState, sharingId, stateBytes, type TwinKey, type TwinLine, type TwinState } from './sharing-twin';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const counting = (start: number, length: number): Buffer => Buffer.from(Array.from({ length }, (_, at) => (start + at) & 0xff));
const flipped = (bytes: Buffer, at: number): string => hex(Buffer.concat([bytes.subarray(0, at), Buffer.of((bytes[at] ?? 0) ^ 1), bytes.subarray(at + 1)]));

/** The values of test/vectors/sharing.json, computed by the twin alone from counting bytes. `await ready` of the dialog's twin first. */
export function sharingVectors() {
  const persons: readonly TwinKey[] = [0x01, 0x02, 0x03].map((first, at) => ({ secret: counting(first, 32), listVersion: at === 0 ? 6 : 7 }));
  const person = keyInUse(persons) ?? { secret: counting(0, 32), listVersion: 0 };
  const [pair, otherPair]: readonly [TwinKey, TwinKey] = [{ secret: counting(0x21, 32), listVersion: 7 }, { secret: counting(0x41, 32), listVersion: 7 }];
  const state: TwinState = {
    keyId: counting(0x51, 32), secret: counting(0x61, 32), peerId: counting(0x71, 32), peerInstance: counting(0x81, 16), peerInstanceHash: counting(0x91, 32), pin: counting(0xa1, 32),
    madeAt: 1_768_478_400_000, expiresAt: 1_769_083_200_000, sent: { counter: 12, digest: counting(0xb1, 32) }, received: { counter: 9, digest: counting(0xc1, 32) }, peerChain: counting(0xd1, 500),
  };
  const [owner, taker] = [counting(0x11, 16), counting(0x31, 16)];
  const [contentKey, nonce, recordNonce] = [counting(0xe1, 32), counting(0xf1, 24), counting(0x05, 24)];
  const body = sealState(state, [otherPair, pair], contentKey, nonce);
  const held: TwinLine = { phase: 0, generation: 0, owner, taker: Buffer.alloc(0), leaseEnd: 0, expiresAt: state.expiresAt, body };
  const lent: TwinLine = { ...held, phase: 1, generation: 1, taker, leaseEnd: 1_768_478_410_000 };
  const gone: TwinLine = { ...lent, phase: 2, leaseEnd: 0, body: Buffer.alloc(0) };
  const hint = ownerHint(person, state.keyId, owner);
  const record = recordOf(person, state.keyId, lent, recordNonce);
  const [giverSeed, kemSecret, credentialHash, peerId] = [counting(0x15, 32), counting(0x25, 32), counting(0x35, 32), counting(0x45, 32)];
  const [given, coins] = [counting(0x55, 32), counting(0x65, 64)];
  const sealing = { signingKey: sodium.crypto_sign_seed_keypair(giverSeed).privateKey, recipientKem: sodium.crypto_kem_xwing_seed_keypair(kemSecret).publicKey, contentKey: given, coins, peerId, credentialHash };
  const keys = keysWord([person], pair, sealing);
  const shown = { keyId: state.keyId, secret: state.secret, cn: counting(0x75, 32), share: counting(0x85, 32), targetCredentialHash: credentialHash, counter: 12, digest: state.sent.digest, hint };
  const m1 = resumeM1(shown);
  const key = ({ secret, listVersion }: TwinKey) => ({ secret: hex(secret), listVersion, id: hex(sharingId({ secret, listVersion })) });
  const line = (of: TwinLine) => ({ phase: (['held', 'lent', 'gone'] as const)[of.phase], generation: of.generation, owner: hex(of.owner), taker: hex(of.taker), leaseEnd: of.leaseEnd, expiresAt: of.expiresAt, bytes: hex(ledgerLine(of)) });
  return {
    persons: persons.map(key), inUse: hex(sharingId(person)), pair: key(pair), otherPair: key(otherPair),
    state: {
      keyId: hex(state.keyId), secret: hex(state.secret), peerId: hex(state.peerId), peerInstance: hex(state.peerInstance), peerInstanceHash: hex(state.peerInstanceHash), pin: hex(state.pin),
      madeAt: state.madeAt, expiresAt: state.expiresAt, sent: { counter: 12, digest: hex(state.sent.digest) }, received: { counter: 9, digest: hex(state.received.digest) }, peerChain: hex(state.peerChain),
      bytes: hex(stateBytes(state)), contentKey: hex(contentKey), nonce: hex(nonce), body: hex(body),
    },
    owner: hex(owner), taker: hex(taker), hint: hex(hint),
    lines: [line(held), line(lent), line(gone)],
    record: { name: recordName(person, state.keyId), nonce: hex(recordNonce), bytes: hex(record) },
    keys: { giverSeed: hex(giverSeed), kemSecret: hex(kemSecret), credentialHash: hex(credentialHash), peerId: hex(peerId), contentKey: hex(given), encapsulationCoins: hex(coins), bytes: hex(keys) },
    shown: { cn: hex(shown.cn), share: hex(shown.share), counter: shown.counter, m1: hex(m1) },
    /** Nothing opens; who showed or sent it hears what everybody hears. */
    bad: {
      hints: [
        { name: 'of another session', keyId: hex(counting(0x52, 32)), bytes: hex(hint) },
        { name: 'one bit', keyId: hex(state.keyId), bytes: flipped(hint, 20) },
        { name: 'a byte more', keyId: hex(state.keyId), bytes: hex(Buffer.concat([hint, Buffer.of(0)])) },
        { name: 'none', keyId: hex(state.keyId), bytes: '' },
      ],
      bodies: [
        { name: 'a wrap for another key id', bytes: hex(sealState({ ...state, keyId: counting(0x52, 32) }, [pair], contentKey, nonce)) },
        { name: 'no wrap for this device', bytes: hex(sealState(state, [otherPair], contentKey, nonce)) },
        { name: 'one bit of the state', bytes: flipped(body, body.length - 20) },
        { name: 'sixteen wraps', bytes: hex(sealState(state, Array.from({ length: 16 }, () => pair), contentKey, nonce)) },
      ],
      lines: [
        { name: 'held, and taken by somebody', bytes: hex(ledgerLine({ ...held, taker })) },
        { name: 'lent to nobody', bytes: hex(ledgerLine({ ...lent, taker: Buffer.alloc(0) })) },
        { name: 'phase 3', bytes: hex(Buffer.concat([Buffer.of(1, 3), ledgerLine(gone).subarray(2)])) },
        { name: 'version 2', bytes: hex(Buffer.concat([Buffer.of(2), ledgerLine(gone).subarray(1)])) },
        { name: 'a byte more', bytes: hex(Buffer.concat([ledgerLine(gone), Buffer.of(0)])) },
      ],
      records: [
        { name: 'under another name’s key id', keyId: hex(counting(0x52, 32)), bytes: hex(record) },
        { name: 'one bit', keyId: hex(state.keyId), bytes: flipped(record, 30) },
      ],
      keys: [
        { name: 'for another device', bytes: hex(keysWord([person], pair, { ...sealing, credentialHash: counting(0x36, 32) })) },
        { name: 'nine person keys', bytes: hex(keysWord(Array.from({ length: 9 }, () => person), pair, sealing)) },
        { name: 'one bit', bytes: flipped(keys, keys.length - 1) },
      ],
      shown: [
        { name: 'aimed at the device that has it', outcome: 'no', bytes: hex(resumeM1({ ...shown, targetCredentialHash: counting(0x91, 32) })) },
        { name: 'under another secret', outcome: 'no', bytes: hex(resumeM1({ ...shown, secret: counting(0x62, 32) })) },
        { name: 'of who heard more than was said', outcome: 'stale', bytes: hex(resumeM1({ ...shown, counter: 13 })) },
        { name: 'of who heard something else', outcome: 'stale', bytes: hex(resumeM1({ ...shown, digest: counting(0xb2, 32) })) },
      ],
    },
  };
}

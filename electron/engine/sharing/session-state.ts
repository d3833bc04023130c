import { maxChainBytes } from '../certificates/chain';
import type { Crypto } from '../crypto/crypto';
import type { Secret } from '../crypto/secret';
import { id16ToBytes, instanceIdFromBytes, peerIdFromBytes, peerIdToBytes } from '../wire/ids';
import { Reader, WireError } from '../wire/reader';
import { concat, Writer } from '../wire/writer';
import type { Position } from '../session/records';
import type { SharedState } from '../session/resumption-entry';
import { type SharingKey, sharingIdBytes } from './sharing-keys';

const version = 1;
const nonceBytes = 24;
const contentKeyBytes = 32;
const tagBytes = 16;
const wrapBytes = sharingIdBytes + contentKeyBytes + tagBytes;
/** Devices one state is sealed to, at most. */
const maxTakers = 15;

/**
 * nonce[24] ‖ count u8 ‖ count × (pair key id[8] ‖ wrapped content key[48]) ‖ AEAD("session-state", content key, nonce, key id, state).
 * Each device unwraps under the pair key the maker gave it. `pairs`: keys to those who may take it.
 */
export function sealShared(crypto: Crypto, state: SharedState, pairs: readonly SharingKey[]): Uint8Array {
  const content = crypto.randomSecret('content', contentKeyBytes);
  const nonce = crypto.random(nonceBytes);
  const plaintext = encodeState(state);
  try {
    const wraps = pairs.slice(0, maxTakers).map((pair) => withWrapKey(crypto, pair, (key) => concat(pair.id, crypto.seal('session-wrap', key, nonce, state.keyId, content.bytes))));
    return concat(nonce, Uint8Array.of(wraps.length), ...wraps, crypto.seal('session-state', content, nonce, state.keyId, plaintext));
  } finally {
    content.wipe();
    crypto.wipe(plaintext);
  }
}

/** Undefined for what none of these keys opens, or what is not the state of this session. The caller wipes its secret. */
export function openShared(crypto: Crypto, keyId: Uint8Array, body: Uint8Array, pairs: readonly SharingKey[]): SharedState | undefined {
  try {
    const reader = new Reader(body);
    const nonce = reader.fixed(nonceBytes);
    const count = reader.u8();
    if (count > maxTakers) return undefined;
    const wraps = Array.from({ length: count }, () => reader.fixed(wrapBytes));
    const sealed = reader.fixed(reader.remaining);
    for (const wrap of wraps) {
      const pair = pairs.find(({ id }) => crypto.equal(id, wrap.subarray(0, sharingIdBytes)));
      const opened = pair && withWrapKey(crypto, pair, (key) => crypto.open('session-wrap', key, nonce, keyId, wrap.subarray(sharingIdBytes)));
      if (opened) return openWith(crypto, crypto.secret('content', opened), nonce, keyId, sealed);
    }
    return undefined;
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

function openWith(crypto: Crypto, content: Secret<'content'>, nonce: Uint8Array, keyId: Uint8Array, sealed: Uint8Array): SharedState | undefined {
  const plaintext = crypto.open('session-state', content, nonce, keyId, sealed);
  content.wipe();
  if (!plaintext) return undefined;
  try {
    const state = parseState(plaintext);
    if (crypto.equal(state.keyId, keyId)) return state;
    crypto.wipe(state.secret);
    return undefined;
  } finally {
    crypto.wipe(plaintext);
  }
}

/**
 * version u8 ‖ keyId[32] ‖ RS[32] ‖ peer id[32] ‖ peer's instance[16] ‖ its credential hash[32] ‖ pin[32] ‖ made at u64 ‖ expires at u64 ‖
 * sent (counter u64 ‖ digest[32]) ‖ received (the same) ‖ peer's chain LP.
 */
function encodeState(state: SharedState): Uint8Array {
  const writer = new Writer(384 + state.peerChain.length).u8(version).fixed(state.keyId).fixed(state.secret).fixed(peerIdToBytes(state.peerId));
  writer.fixed(id16ToBytes(state.peerInstance)).fixed(state.peerInstanceHash).fixed(state.pinnedSpkiHash).u64(state.madeAt).u64(state.expiresAt);
  for (const { counter, digest } of [state.sent, state.received]) writer.u64(counter).fixed(digest);
  return writer.lp(state.peerChain).finish();
}

function parseState(bytes: Uint8Array): SharedState {
  const reader = new Reader(bytes);
  if (reader.u8() !== version) throw new WireError('a state of another version');
  const copy = (length: number): Uint8Array => reader.fixed(length).slice();
  const position = (): Position => ({ counter: reader.u64(), digest: copy(32) });
  const state: SharedState = {
    keyId: copy(32),
    secret: copy(32),
    peerId: peerIdFromBytes(copy(32)),
    peerInstance: instanceIdFromBytes(copy(16)),
    peerInstanceHash: copy(32),
    pinnedSpkiHash: copy(32),
    madeAt: reader.u64(),
    expiresAt: reader.u64(),
    sent: position(),
    received: position(),
    peerChain: reader.lp(maxChainBytes).slice(),
  };
  reader.end();
  return state;
}

function withWrapKey<T>(crypto: Crypto, pair: SharingKey, use: (key: Secret<'sharing'>) => T): T {
  const key = crypto.secret('sharing', crypto.hkdf(pair.secret, 'session-wrap', 32));
  try {
    return use(key);
  } finally {
    key.wipe();
  }
}

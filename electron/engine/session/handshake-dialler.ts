import { encodedOnce } from '../certificates/chain';
import { openFrom, sealTo } from '../crypto/sealed-envelope';
import { frameTypes, type Frame } from '../wire/frame';
import { refusedSecretOf } from './contact-tag';
import { Abort } from './failure';
import { encodeBody, encodeHandshakeFrame, isZero, modes, parseBody, parseHandshakeFrame, selectorOf } from './handshake-message';
import { agree, confirmWith, deriveKeys } from './handshake-keys';
import type { AwaitingM2, DialTarget, HandshakeEnvironment, HandshakeStep } from './handshake-state';
import { deriveMaster } from './key-schedule';
import { encodeM1Statement, signM1 } from './m1';
import { nonceCopyOf, parseM2Statement } from './m2';
import { parsePeerChain, pinDialled, verifyPeerChain } from './peer-chain';
import type { SecretScope } from './secret-scope';
import { isInForce } from './semi-static';

/** idle → awaiting-m2: sends M1. Also after a resumption was refused, on the same connection. */
export function startFull(env: HandshakeEnvironment, target: DialTarget, now: number, scope: SecretScope): HandshakeStep {
  const { crypto, local } = env;
  const { chain } = local;
  const cn = scope.own(crypto.randomSecret('content', 32));
  const ephemeral = crypto.generateDh();
  scope.own(ephemeral.secret);
  const encoded = encodedOnce(crypto, chain);
  const statement = encodeM1Statement({ time: now, listVersion: chain.list.version });
  const envelope = sealTo(crypto, 'm1-content', target.exchange.kemKey, cn, (kemCiphertextHash) => {
    const binding = {
      recipient: target.peerId,
      recipientCredentialHash: target.exchange.hash,
      kemCiphertextHash,
      share: ephemeral.publicKey,
      chainHash: encoded.hash,
    };
    return encodeBody({ chain: encoded.bytes, share: ephemeral.publicKey, statement, signature: signM1(crypto, local.instance.signing.secret, binding, statement) });
  });
  const frame = encodeHandshakeFrame(crypto, frameTypes.m1, target.exchange.hash, envelope);
  const own = local.exchange.find(chain.exchange.hash);
  if (!own) throw new Abort('chain');
  scope.release(cn, ephemeral.secret);
  return { state: { phase: 'awaiting-m2', target, chain, kem: own.kem, cn, ephemeral, m1Hash: crypto.sha256(frame) }, output: [frame] };
}

/** awaiting-m2 → awaiting-confirm: verifies M2, sends M3 at once. */
export function acceptM2(env: HandshakeEnvironment, state: AwaitingM2, frame: Frame, now: number, scope: SecretScope): HandshakeStep {
  const { crypto, local } = env;
  const { target, cn, ephemeral } = state;
  if (frame.type === frameTypes.retry) throw new Abort('retry-asked', undefined, refusedSecretOf(crypto, cn));
  if (frame.type !== frameTypes.m2) throw new Abort('unexpected-frame');
  const message = parseHandshakeFrame(frame);
  if (message.mode !== modes.full) throw new Abort('unexpected-frame');
  if (!crypto.equal(message.selector, selectorOf(crypto, state.chain.exchange.hash, message.envelope))) throw new Abort('unknown-selector');
  const opened = openFrom(crypto, 'm2-content', state.kem, message.envelope);
  if (!opened) throw new Abort('envelope');
  const sn = scope.own(opened.contentKey);
  if (isZero(sn.bytes) || crypto.equal(sn.bytes, cn.bytes)) throw new Abort('nonce');

  const body = parseBody(opened.payload);
  const chain = parsePeerChain(env, body.chain, crypto.sha256(body.chain));
  if (chain.identity.peerId !== target.peerId) throw new Abort('other-identity');
  const statement = parseM2Statement(body.statement);
  if (!crypto.equal(statement.nonceCopy, nonceCopyOf(crypto, cn))) throw new Abort('nonce-copy');
  const isAuthentic = (): boolean => isInForce(crypto, statement.part, body.signature, chain.instance, now, env.verified);
  const peer = verifyPeerChain(env, chain, {
    peerId: target.peerId,
    pinnedSpkiHash: pinDialled(env, target, chain),
    now,
    isAuthentic,
  });
  if (!isAuthentic()) throw new Abort('static-part');

  const ours = ephemeral.publicKey;
  if (crypto.equal(body.share, ours) || crypto.equal(statement.part.share, ours)) throw new Abort('share');
  const shares = agree(crypto, scope, [ephemeral.secret, body.share], [ephemeral.secret, statement.part.share]);
  const transcript = { m1: state.m1Hash, m2: crypto.sha256(frame.frame) };
  const nonces = { cn, sn };
  const keys = deriveKeys({ env, role: 'client', own: state.chain, ownInstanceHash: local.instance.credential.hash, peer, master: deriveMaster(crypto, { ...nonces, ...shares }, transcript), transcript, scope });
  return confirmWith({ env, role: 'client', peer, keys, nonces, transcript, scope, before: [] });
}

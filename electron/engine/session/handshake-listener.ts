import { encodedOnce } from '../certificates/chain';
import type { Crypto } from '../crypto/crypto';
import { openFrom, sealTo } from '../crypto/sealed-envelope';
import type { Secret } from '../crypto/secret';
import { frameTypes, type Frame } from '../wire/frame';
import { refusedSecretOf } from './contact-tag';
import { Abort } from './failure';
import { encodeBody, encodeHandshakeFrame, type FullMessage, isZero, parseBody, selectorOf } from './handshake-message';
import { agree, confirmWith, deriveKeys } from './handshake-keys';
import type { HandshakeEnvironment, HandshakeStep } from './handshake-state';
import { deriveMaster } from './key-schedule';
import { clockToleranceMs, isM1Signed, parseM1Statement } from './m1';
import { encodeM2Statement, nonceCopyOf } from './m2';
import { deviceKeyOf } from './own-device';
import { parsePeerChain, pinOf, verifyPeerChain } from './peer-chain';
import type { SecretScope } from './secret-scope';

interface RecipientKey {
  readonly credential: { readonly hash: Uint8Array };
  readonly kem: Secret<'exchange-kem' | 'instance-kem'>;
}

/**
 * awaiting-m1 → awaiting-confirm: sends M2 and, without waiting for M3, M4. The checks come in the order of their cost;
 * until the pin is found a stranger has cost one hash, or one decapsulation within the budget (S3-32).
 */
export function acceptFull(env: HandshakeEnvironment, message: FullMessage, frame: Frame, now: number, scope: SecretScope): HandshakeStep {
  const { crypto, local } = env;
  const own: RecipientKey = { credential: deviceKeyOf(crypto, local.instance.credential), kem: local.instance.kem };
  const key = [...local.exchange.all(), own].find(({ credential }) => crypto.equal(message.selector, selectorOf(crypto, credential.hash, message.envelope)));
  if (!key) throw new Abort('unknown-selector');
  const m1Hash = crypto.sha256(frame.frame);
  if (env.isReplay(m1Hash)) throw new Abort('replayed');
  if (!env.mayDecapsulate()) throw new Abort('busy');
  const opened = openFrom(crypto, 'm1-content', key.kem, message.envelope);
  if (!opened) throw new Abort('envelope');
  env.opened(m1Hash);
  const cn = scope.own(opened.contentKey);
  if (isZero(cn.bytes)) throw new Abort('nonce');

  const body = parseBody(opened.payload);
  const statement = parseM1Statement(body.statement);
  const chainHash = crypto.sha256(body.chain);
  const chain = parsePeerChain(env, body.chain, chainHash);
  // Contacts know the exchange keys; a device's own key is for the person's other devices.
  if (key === own && chain.identity.peerId !== local.peerId) throw new Abort('not-a-contact');
  const pin = pinOf(env, chain);
  const binding = {
    recipient: local.peerId,
    recipientCredentialHash: key.credential.hash,
    kemCiphertextHash: opened.kemCiphertextHash,
    share: body.share,
    chainHash,
  };
  const isSigned = (): boolean => isM1Signed(crypto, chain.instance.signingKey, binding, body.statement, body.signature);
  const isInTime = Math.abs(statement.time - now) <= clockToleranceMs;
  const isAuthentic = (): boolean => isInTime && statement.listVersion === chain.list.version && isSigned();
  const peer = orRemembered(crypto, cn, () => verifyPeerChain(env, chain, { peerId: chain.identity.peerId, pinnedSpkiHash: pin.spkiHash, now, isAuthentic }));
  if (!isSigned()) throw new Abort('signature');
  if (statement.listVersion !== peer.list.version) throw new Abort('list-version');
  if (!isInTime) throw new Abort('time');

  const ephemeral = crypto.generateDh();
  scope.own(ephemeral.secret);
  const sn = scope.own(crypto.randomSecret('content', 32));
  // Never by chance; a broken generator must not go on.
  if (isZero(sn.bytes) || crypto.equal(sn.bytes, cn.bytes)) throw new Abort('nonce');
  const semiStatic = env.semiStatic();
  if (crypto.equal(body.share, semiStatic.part.share)) throw new Abort('share');
  // A low-order share fails here, before M2 is made.
  const shares = agree(crypto, scope, [ephemeral.secret, body.share], [semiStatic.pair.secret, body.share]);

  const shown = local.chain;
  const m2 = sealTo(crypto, 'm2-content', peer.exchange.kemKey, sn, () =>
    encodeBody({
      chain: encodedOnce(crypto, shown).bytes,
      share: ephemeral.publicKey,
      statement: encodeM2Statement({ nonceCopy: nonceCopyOf(crypto, cn), part: semiStatic.part }),
      signature: semiStatic.signature,
    }),
  );
  const m2Frame = encodeHandshakeFrame(crypto, frameTypes.m2, peer.exchange.hash, m2);
  const transcript = { m1: m1Hash, m2: crypto.sha256(m2Frame) };
  const nonces = { cn, sn };
  const keys = deriveKeys({ env, role: 'server', own: shown, ownInstanceHash: local.instance.credential.hash, peer, master: deriveMaster(crypto, { ...nonces, ...shares }, transcript), transcript, scope });
  return confirmWith({ env, role: 'server', peer, keys, nonces, transcript, scope, before: [m2Frame] });
}

/** Whoever authenticated under another key than the pinned one may show by this M1 that they were refused, and be asked about it. */
function orRemembered<T>(crypto: Crypto, cn: Secret<'content'>, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof Abort && error.reason === 'contact.key-mismatch') throw new Abort(error.reason, error.shown, refusedSecretOf(crypto, cn));
    throw error;
  }
}

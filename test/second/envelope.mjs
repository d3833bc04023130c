/** docs/protocol.md §3: a secret and a signed statement for the holder of a KEM key. */
import { cat, lp, need, Reader, same } from './bytes.mjs';
import { decapsulate, edSign, edVerify, encapsulate, H, HKDF, kemPublic, label, open, random, seal, ZERO_NONCE } from './crypto.mjs';

const bindingOf = (purpose, recipientKey, ciphertext) => cat(label(purpose), H(recipientKey), H(ciphertext));

/** The sealed form with any payload: M1 and M2 have one of their own. `payload` may need the ciphertext: then it is a function of it. */
export const sealPayload = (purpose, recipientKey, payload, { contentKey = random(32), coins } = {}) => {
  const { ciphertext, shared } = encapsulate(recipientKey, coins);
  const binding = bindingOf(purpose, recipientKey, ciphertext);
  const body = typeof payload === 'function' ? payload(ciphertext) : payload;
  return cat(
    ciphertext,
    seal('kem-content', HKDF(shared, 'kem-content', binding), ZERO_NONCE, binding, contentKey),
    seal(purpose, HKDF(contentKey, 'content-key', binding), ZERO_NONCE, binding, body),
  );
};
export const openPayload = (purpose, secret, envelope) => {
  const reader = new Reader(envelope);
  const ciphertext = reader.take(1120);
  const sealedKey = reader.take(48);
  const binding = bindingOf(purpose, kemPublic(secret), ciphertext);
  const contentKey = open('kem-content', HKDF(decapsulate(secret, ciphertext), 'kem-content', binding), ZERO_NONCE, binding, sealedKey);
  return { ciphertext, contentKey, payload: open(purpose, HKDF(contentKey, 'content-key', binding), ZERO_NONCE, binding, reader.rest()) };
};

const signed = (context, ciphertext, statement) => cat(lp(context), H(ciphertext), lp(statement));

/** `sealSigned(purpose)`: payload = signature ‖ statement. */
export const sealSigned = (purpose, { signingSeed, recipientKey, context, statement, contentKey, coins }) =>
  sealPayload(purpose, recipientKey, (ciphertext) => cat(edSign(signingSeed, purpose, signed(context, ciphertext, statement)), statement), { contentKey, coins });

/** The signer is often inside the statement: `signerOf(statement)` gives the Ed25519 key. */
export const openSigned = (purpose, { secret, context, envelope, signerOf }) => {
  const { ciphertext, payload, contentKey } = openPayload(purpose, secret, envelope);
  need(payload.length >= 64, 'no signature');
  const statement = payload.subarray(64);
  need(edVerify(signerOf(statement), purpose, payload.subarray(0, 64), signed(context, ciphertext, statement)), 'signature of the envelope');
  return { statement, contentKey, signature: payload.subarray(0, 64) };
};

/** Eight bytes in front of an envelope: which exchange key opens it. */
export const selectorOf = (credentialHash, envelope, purpose = 'selector') => H(label(purpose), credentialHash, envelope.subarray(0, 1120)).subarray(0, 8);
export const isFor = (selector, credentialHash, envelope, purpose) => same(selector, selectorOf(credentialHash, envelope, purpose));

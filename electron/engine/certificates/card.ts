import { KeyshiftError } from '../../../shared/errors';
import type { Crypto } from '../crypto/crypto';
import { parseHost } from '../identity/host';
import type { Address } from '../ports';
import { fromBase64, toBase64 } from '../wire/encoding';
import { Reader } from '../wire/reader';
import { WireError } from '../wire/wire-error';
import { Writer } from '../wire/writer';
import { encodeChain, maxChainBytes, parseChain, type VerifiedCache, type VerifiedChain, verifyChain } from './chain';
import type { LocalParty } from './local-party';
import { parsing, unacceptable } from './unacceptable';
import { validityTolerance } from './validity';

/** Cap in bytes: chain, addresses, signature. */
export const maxCardBytes = 16 * 1024;
export const maxCardAddresses = 8;
const maxHost = 253;
const signatureLength = 64;

/** What a person hands out: who they are, how to reach them, signed by one of their devices. */
export interface Card {
  readonly chain: VerifiedChain;
  /** Hosts in canonical form. Where to try, never whom to trust. */
  readonly addresses: readonly Address[];
  /** When it was made by the sender's clock, Unix milliseconds: the later card of a device wins. */
  readonly time: number;
  readonly bytes: Uint8Array;
}

/** chain LP ‖ time u64 ‖ count u8 ‖ count × (host LP, text ‖ port u16) ‖ Ed25519 signature[64] over all before. More than 8 addresses are cut. */
export function createCard(crypto: Crypto, local: Pick<LocalParty, 'chain' | 'instance'>, addresses: readonly Address[], now: number): Uint8Array {
  const kept = addresses.slice(0, maxCardAddresses);
  const writer = new Writer(8192).lp(encodeChain(local.chain)).u64(now).u8(kept.length);
  for (const { host, port } of kept) writer.text(canonicalHost(host)).u16(port);
  const signed = writer.finish();
  return writer.fixed(crypto.sign('card', local.instance.signing.secret, signed)).finish();
}

/**
 * A card of anybody, its chain verified without a pin: compare the key before believing who it is. `verified`: chains
 * whose signatures were found good before. Throws `key.unacceptable`.
 */
export function parseCard(crypto: Crypto, source: Uint8Array, now: number, verified?: VerifiedCache): Card {
  return parsing(() => {
    if (source.length > maxCardBytes) throw new WireError('longer than its cap');
    const bytes = new Uint8Array(source);
    const reader = new Reader(bytes);
    const chainBytes = reader.lp(maxChainBytes);
    const time = reader.u64();
    const count = reader.u8();
    if (count > maxCardAddresses) throw new WireError('too many addresses');
    const addresses = Array.from({ length: count }, () => readAddress(reader));
    const signed = bytes.subarray(0, reader.offset);
    const signature = reader.fixed(signatureLength);
    reader.end();
    const claimed = parseChain(crypto, chainBytes);
    // The cheapest signature covers everything, so it is looked at first.
    if (!crypto.verify('card', claimed.instance.signingKey, signed, signature)) throw unacceptable('the device did not sign the card');
    const chain = verifyChain(crypto, claimed, { now, ...(verified && { verified }) });
    // A card from the far future would stay the latest for ever.
    if (time > now + validityTolerance) throw unacceptable('the card was made in the future');
    return { chain, addresses, time, bytes };
  });
}

const begin = '-----BEGIN KEYSHIFT CARD-----';
const end = '-----END KEYSHIFT CARD-----';

/** A card as text to paste or save: base64 in lines of 64 characters, with a newline at the end. */
export function armourCard(card: Uint8Array): string {
  const lines = toBase64(card).match(/.{1,64}/g) ?? [];
  return [begin, ...lines, end, ''].join('\n');
}

/** Reads one armoured card, also from the middle of a mail. Throws `key.garbled` when there is none, `key.unacceptable` when it is not good. */
export function parseArmouredCard(crypto: Crypto, text: string, now: number): Card {
  return parseCard(crypto, removeArmour(text), now);
}

function removeArmour(text: string): Uint8Array {
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (text.length > 4 * maxCardBytes || from < 0 || to < 0) throw garbled();
  try {
    // Mail programs quote and wrap: white space and leading ">" are no part of it.
    return fromBase64(text.slice(from + begin.length, to).replace(/[\s>]/g, ''));
  } catch {
    throw garbled();
  }
}

function garbled(): KeyshiftError {
  return new KeyshiftError('key.garbled', 'This text holds no Keyshift card, or only a part of one.');
}

function readAddress(reader: Reader): Address {
  const host = reader.text(maxHost);
  const port = reader.u16();
  if (port === 0 || canonicalHost(host) !== host) throw new WireError('not an address');
  return { host, port };
}

function canonicalHost(host: string): string {
  const parsed = parseHost(host);
  if (!parsed) throw new WireError('not an address');
  return parsed.text;
}

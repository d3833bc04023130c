import { KeyshiftError } from '../../../shared/errors';
import type { Crypto } from '../crypto/crypto';
import { parseHost } from '../identity/host';
import type { Address } from '../ports';
import { fromBase64, toBase64 } from '../wire/encoding';
import { Reader } from '../wire/reader';
import { WireError } from '../wire/wire-error';
import { Writer } from '../wire/writer';
import { type CardSections, cardSections, encodeSections, readSections } from './card-tail';
import { encodeChain, maxChainBytes, parseChain, type VerifiedCache, type VerifiedChain, verifyChain } from './chain';
import type { IdentityCertificate } from './identity-certificate';
import { encodeEndorsements, type EndorsementList, maxEndorsements, readEndorsements } from './endorsement-list';
import { encodeKeyHistory, type KeyHistory, parseKeyHistory } from './key-history';
import type { LocalParty } from './local-party';
import { encodeMailboxPlaces, type MailboxPlace, readMailboxPlaces } from './mailbox-place';
import { encodeSuspensionsTold, maxSuspensionsTold, readSuspensionsTold } from './suspensions-told';
import { parsing, unacceptable } from './unacceptable';
import { validityTolerance } from './validity';

/** Cap in bytes: chain, addresses, key history, signature. Without a history a card has about 5.5 KiB. */
export const maxCardBytes = 60 * 1024;
export const maxCardAddresses = 8;
const maxHost = 253;
const signatureLength = 64;
const nothing = new Uint8Array(0);

/** What a person hands out: who they are, how to reach them, signed by one of their devices. */
export interface Card {
  readonly chain: VerifiedChain;
  /** Hosts in canonical form. Where to try, never whom to trust. */
  readonly addresses: readonly Address[];
  /** How this person came from the first key to this one; with a first key, and towards contacts, there is none. Verified. */
  readonly history?: KeyHistory;
  /** When it was made by the sender's clock, Unix milliseconds: the later card of a device wins. */
  readonly time: number;
  /** What organisations say of the key, as it came: nothing of it is judged here. Absent for none. */
  readonly endorsements?: EndorsementList;
  /** Where something may be left for this person: for the reader alone, or for anybody who has the card. Absent: nothing is said of it. */
  readonly mailboxes?: readonly MailboxPlace[];
  /** Devices of this person that another of theirs stopped: statements as they came, to be judged under the list in force. Absent for none. */
  readonly suspensions?: readonly Uint8Array[];
  readonly bytes: Uint8Array;
}

/** What the card says besides who and where. */
export interface CardTail {
  /** Places for this very reader. */
  readonly mailboxes?: readonly MailboxPlace[] | undefined;
  /** Statements about own devices that are in force, in the order they were made; the first four are told. */
  readonly suspensions?: readonly Uint8Array[];
}

/** Whose card it is. */
export type CardMaker = Pick<LocalParty, 'chain' | 'instance' | 'history'> & { readonly endorsements?: { readonly ofKey: EndorsementList } };

/**
 * chain LP ‖ time u64 ‖ count u8 ‖ count × (host LP, text ‖ port u16) ‖ from the second identity key on: key history LP ‖ endorsements, if there are
 * any (`endorsement-list.ts`) ‖ sections, if there are any (`card-tail.ts`) ‖ Ed25519 signature[64] over all before. More than 8 addresses are cut. `reader` `contact`: somebody who pinned this
 * key already, to whom the history stays empty; one that does not fit is left out too, and then the card proves nothing to strangers.
 * Endorsements that do not fit beside it are left out.
 */
export function createCard(crypto: Crypto, local: CardMaker, addresses: readonly Address[], now: number, reader: 'anybody' | 'contact' = 'anybody', told: CardTail = {}): Uint8Array {
  const kept = addresses.slice(0, maxCardAddresses);
  const tail = encodeSections(sectionsOf(told));
  const writer = new Writer(8192).lp(encodeChain(local.chain)).u64(now).u8(kept.length);
  for (const { host, port } of kept) writer.text(canonicalHost(host)).u16(port);
  if (local.chain.identity.epoch > 1) {
    const history = reader === 'anybody' && local.history ? encodeKeyHistory(local.history) : nothing;
    const room = maxCardBytes - signatureLength - tail.length - writer.finish().length - 4;
    writer.lp(history.length <= room ? history : nothing);
  }
  const endorsements = encodeEndorsements(local.endorsements?.ofKey ?? []);
  if (writer.finish().length + endorsements.length + tail.length + signatureLength <= maxCardBytes) writer.fixed(endorsements);
  writer.fixed(tail);
  const signed = writer.finish();
  return writer.fixed(crypto.sign('card', local.instance.signing.secret, signed)).finish();
}

export interface CardExpectation {
  /** The pin of who must have made it, 32 bytes; otherwise the card itself has to prove whose key it is: compare it before believing who that is. */
  readonly pinnedSpkiHash?: Uint8Array;
  /** Chains whose signatures were found good before. */
  readonly verified?: VerifiedCache;
  /** Whose identity certificate counts past its end; without it nobody's. */
  readonly mayLapse?: (identity: IdentityCertificate) => boolean;
}

/** A card, its chain verified. Throws `key.unacceptable`, with a pin also `contact.key-mismatch`. */
export function parseCard(crypto: Crypto, source: Uint8Array, now: number, expected: CardExpectation = {}): Card {
  return parsing(() => {
    if (source.length > maxCardBytes) throw new WireError('longer than its cap');
    const bytes = new Uint8Array(source);
    const reader = new Reader(bytes);
    const chainBytes = reader.lp(maxChainBytes);
    const time = reader.u64();
    const count = reader.u8();
    if (count > maxCardAddresses) throw new WireError('too many addresses');
    const addresses = Array.from({ length: count }, () => readAddress(reader));
    const claimed = parseChain(crypto, chainBytes);
    const historyBytes = claimed.identity.epoch > 1 ? reader.lp(maxCardBytes) : nothing;
    const endorsements = reader.remaining > signatureLength && (bytes[reader.offset] ?? 0) <= maxEndorsements ? readEndorsements(reader) : undefined;
    const sections = readSections(reader, signatureLength);
    const signed = bytes.subarray(0, reader.offset);
    const signature = reader.fixed(signatureLength);
    reader.end();
    // The cheapest signature covers everything, so it is looked at first.
    if (!crypto.verify('card', claimed.instance.signingKey, signed, signature)) throw unacceptable('the device did not sign the card');
    // Towards a pin a history proves nothing more.
    const history = historyBytes.length > 0 && !expected.pinnedSpkiHash ? parseKeyHistory(crypto, historyBytes) : undefined;
    const chain = verifyChain(crypto, claimed, { now, ...expected, mayLapse: expected.mayLapse?.(claimed.identity) === true, ...(history && { history }) });
    // A card from the far future would stay the latest for ever.
    if (time > now + validityTolerance) throw unacceptable('the card was made in the future');
    const places = sections.get(cardSections.mailboxes);
    const mailboxes = places && readMailboxPlaces(places);
    const stopped = sections.get(cardSections.suspensions);
    const suspensions = stopped && readSuspensionsTold(stopped);
    return { chain, addresses, time, bytes, ...(suspensions && { suspensions }), ...(history && { history }), ...(endorsements && { endorsements }), ...(mailboxes && { mailboxes }) };
  });
}

function sectionsOf({ mailboxes, suspensions = [] }: CardTail): CardSections {
  const sections = new Map<number, Uint8Array>();
  if (mailboxes) sections.set(cardSections.mailboxes, encodeMailboxPlaces(mailboxes));
  if (suspensions.length > 0) sections.set(cardSections.suspensions, encodeSuspensionsTold(suspensions.slice(0, maxSuspensionsTold)));
  return sections;
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

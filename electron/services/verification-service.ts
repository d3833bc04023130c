import type { Handlers } from '../../shared/contract/contract';
import { KeyshiftError } from '../../shared/errors';
import type { Verification } from '../../shared/model/verification';
import type { Crypto } from '../engine/crypto/crypto';
import { encodeSafetyCode, parseSafetyCode } from '../engine/identity/safety-code';
import type { SafetyParty } from '../engine/identity/safety-number';
import { fromHex, toHex } from '../engine/wire/encoding';
import { contactRow, pinnedPeer } from './contacts-service';
import type { OpenProfile } from './open-profile';
import type { ContactRow } from './ports';
import { type Comparing, hasHalf, isNumberOf, judgeCode, judgeNumber, readNumber, type Verdict } from './safety-verdict';

/** Whose number it might be instead is asked of so many contacts: each costs about 15 ms. */
const othersAsked = 100;

type Contacts = Handlers['contacts'];

export interface VerificationParts {
  readonly profile: () => OpenProfile;
  readonly crypto: Crypto;
  readonly setChecked: Contacts['setChecked'];
  readonly ownKeys: Handlers['identity']['keyHistory'];
  readonly keys: Pick<Contacts, 'keyHistory' | 'keyTrouble' | 'acceptKey'>;
}

/** Two people compare their keys: by a QR code of one screen or by 60 digits (protocol.md §12). A match marks as checked. */
export function verificationService(parts: VerificationParts): Pick<Contacts, 'verify' | 'safetyCode' | 'useCamera'> {
  const { crypto } = parts;

  const partiesOf = (profile: OpenProfile, row: ContactRow): { readonly own: SafetyParty; readonly peer: SafetyParty } => {
    const { record } = pinnedPeer(profile, row);
    return {
      own: { peerId: profile.local.peerId, spkiHash: profile.local.identity.spkiHash },
      peer: { peerId: record.peerId, spkiHash: record.pinnedSpkiHash },
    };
  };

  /** The keys in use only: what is enough for most comparisons, and needs no waiting. */
  const inUse = (profile: OpenProfile, row: ContactRow): Comparing => ({ ...partiesOf(profile, row), ownEarlier: [], peerEarlier: [], candidates: [] });

  const withAllKeys = async (profile: OpenProfile, row: ContactRow): Promise<Comparing> => {
    const { contactId } = row;
    const ownKeys = await parts.ownKeys(undefined);
    const known = await parts.keys.keyHistory({ contactId });
    const { candidates } = await parts.keys.keyTrouble({ contactId });
    const { own, peer } = partiesOf(profile, row);
    const without = (hash: Uint8Array, keys: readonly { readonly fingerprint: string }[]): Uint8Array[] =>
      keys.map(({ fingerprint }) => fromHex(fingerprint)).filter((one) => !crypto.equal(one, hash));
    return { own, ownEarlier: without(own.spkiHash, ownKeys), peer, peerEarlier: without(peer.spkiHash, known), candidates: without(peer.spkiHash, candidates) };
  };

  /** The contact among the others to whom this number belongs. Gives way between two of them. */
  const ownerOf = async (profile: OpenProfile, { own, peer }: Pick<Comparing, 'own' | 'peer'>, digits: string): Promise<string | undefined> => {
    if (!hasHalf(crypto, own, digits)) return undefined;
    const others = profile.stores.contacts.list().filter(({ peerId, relation }) => relation === 'mutual' && peerId !== peer.peerId);
    for (const { peerId, name } of others.slice(0, othersAsked)) {
      const spkiHash = profile.book.find(peerId)?.record.pinnedSpkiHash;
      if (spkiHash !== undefined && isNumberOf(crypto, own, { peerId, spkiHash }, digits)) return name;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return undefined;
  };

  const judged = async (profile: OpenProfile, row: ContactRow, judge: (between: Comparing) => Verdict): Promise<Verdict> => {
    const first = judge(inUse(profile, row));
    return first.outcome === 'match' ? first : judge(await withAllKeys(profile, row));
  };

  const byNumber = async (profile: OpenProfile, row: ContactRow, text: string): Promise<Verdict> => {
    const digits = readNumber(text);
    if (digits === undefined) throw unreadable();
    const verdict = await judged(profile, row, (between) => judgeNumber(crypto, between, digits));
    if (verdict.outcome !== 'no-match') return verdict;
    const otherName = await ownerOf(profile, partiesOf(profile, row), digits);
    return otherName === undefined ? verdict : { outcome: 'other-person', reason: 'contact', otherName };
  };

  const byCode = async (profile: OpenProfile, row: ContactRow, text: string): Promise<Verdict> => {
    const code = parseSafetyCode(text);
    if (code === undefined) throw unreadable();
    return judged(profile, row, (between) => judgeCode(crypto, between, code, (peerId) => profile.stores.contacts.byPeer(peerId)?.name));
  };

  /** The compared key counts as checked; while sending is paused, it also ends that. */
  const taken = async (profile: OpenProfile, { contactId, peerId }: ContactRow, key: Uint8Array): Promise<Verification> => {
    const isKnown = (): boolean => {
      const pinned = profile.book.find(peerId)?.record.pinnedSpkiHash;
      return pinned !== undefined && crypto.equal(pinned, key);
    };
    // In the turn in which it was compared: no other key can be pinned in between.
    const known = isKnown();
    if (known) await parts.setChecked({ contactId, checked: true });
    const { kind } = await parts.keys.keyTrouble({ contactId });
    if (known && kind === 'none') return { outcome: 'match' };
    await parts.keys.acceptKey({ contactId, fingerprint: toHex(key) });
    return { outcome: 'match', reason: known ? 'known-key' : 'new-key' };
  };

  return {
    safetyCode: ({ contactId }) => {
      const profile = parts.profile();
      const { own, peer } = partiesOf(profile, contactRow(profile, contactId));
      return { qr: encodeSafetyCode({ shower: own, reader: peer }) };
    },
    verify: async ({ contactId, number, qr }): Promise<Verification> => {
      const profile = parts.profile();
      const row = contactRow(profile, contactId);
      pinnedPeer(profile, row);
      const verdict = number === undefined ? await byCode(profile, row, qr ?? '') : await byNumber(profile, row, number);
      return verdict.outcome === 'match' ? taken(profile, row, verdict.key) : verdict;
    },
    // Where there is no window there is no camera; the window's own answer is in electron/window.
    useCamera: () => {
      throwIfClosed(parts.profile);
      return { allowed: false };
    },
  };
}

/** Where there is no vault yet, a device that is to be linked reads the link with it: nothing is there to be protected from a picture. */
function throwIfClosed(profile: () => unknown): void {
  try {
    profile();
  } catch (thrown) {
    if (!(thrown instanceof KeyshiftError) || thrown.code !== 'vault.absent') throw thrown;
  }
}

function unreadable(): KeyshiftError {
  return new KeyshiftError('code.unreadable', 'Neither 60 digits nor a safety code.');
}

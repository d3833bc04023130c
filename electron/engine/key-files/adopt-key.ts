import { KeyshiftError } from '../../../shared/errors';
import { type IdentityCertificate, parseIdentityCertificate } from '../certificates/identity-certificate';
import { type FollowedKeys, followKeyLinks, type KeyElement } from '../certificates/key-history';
import { parseKeyLink } from '../certificates/key-link';
import { openLocalParty } from '../certificates/local-party';
import { OwnEndorsements } from '../certificates/own-endorsements';
import { parseRecovery } from '../certificates/recovery-statement';
import { reissueUnder } from '../certificates/reissue';
import { certifyLaterKey, type OwnKey, privateBytes, withoutPrivate, withSiblings } from '../certificates/rotation';
import { unacceptable } from '../certificates/unacceptable';
import type { Crypto } from '../crypto/crypto';
import type { LocalRecord } from '../ports';
import type { KeyFile } from './key-file';
import type { KeyPaper } from './key-papers';

/**
 * The record with the key of a file in use (protocol.md §9, S5-26): the one in use until now becomes historical, and this device's
 * credentials are made anew under the other. Undefined when it is the key in use already. It is `unconfirmed`: two holders of one key who both
 * make new ones would fork themselves. Like a contact, this device follows only what leads on from its own key: a file that anybody else made
 * changes nothing. Throws `key-file.other-person`, `key-file.older`, `key.unacceptable`. The caller stores the result in one transaction,
 * then opens it.
 */
export async function adoptIdentityKey(crypto: Crypto, record: LocalRecord, file: KeyFile, now: number): Promise<LocalRecord | undefined> {
  const party = openLocalParty(crypto, record);
  try {
    const { identity } = party;
    const { certificate, privateKey } = file;
    if (certificate.peerId !== record.peerId) throw new KeyshiftError('key-file.other-person', 'This file holds the key of somebody else. Yours was kept.');
    if (certificate.epoch < identity.epoch) throw new KeyshiftError('key-file.older', 'This file holds an earlier key of yours. The one in use is newer and was kept.');
    const keyPair = { privateKey, spki: certificate.spki };
    if (crypto.equal(certificate.spkiHash, identity.spkiHash)) return withPrivate(record, identity.epoch, () => privateBytes(keyPair));
    if (certificate.epoch === identity.epoch) throw unacceptable('the key in use here is another one of the same age');

    const steps = stepsAfter(crypto, identity, file.papers);
    const recovered = Math.max(0, ...record.identityKeys.filter(({ recovery }) => recovery).map(({ epoch }) => epoch));
    const start = { epoch: identity.epoch, spki: identity.spki, recovered };
    const end = followKeyLinks(crypto, record.peerId, start, steps.map(({ element }) => element), identity.recoveryKeyHash);
    if (!leadsTo(crypto, end, certificate)) throw unacceptable('nothing in the file shows that it follows on the key in use here');

    const later = await certifyLaterKey(crypto, identity, certificate.epoch, keyPair, now);
    const { credential, list, siblings, exchange } = await reissueUnder(crypto, party, later, privateKey, now, record.siblings);
    const isRecovery = steps.some(({ element }) => element.kind === 'recovery');
    const earlier = record.identityKeys.map((key) => retired(isRecovery ? withoutPrivate(key) : key, now));
    const added = steps.map((step, index): OwnKey => ownKey(step, steps[index + 1], now));
    const endorsements = new OwnEndorsements(crypto, later, file.endorsements).ofKey;
    return {
      ...record,
      identityKeys: [...earlier, ...added.slice(0, -1), { ...withoutCertificate(added), certificate: later.der, privateKey: privateBytes(keyPair) }],
      instance: { ...record.instance, credential },
      exchanges: [exchange, ...(end.purpose === 'compromise' ? [] : record.exchanges)],
      instanceList: list,
      ...withSiblings(siblings),
      unconfirmed: true,
      // Else those of the key before stay, so that nobody forgets to ask again.
      ...(endorsements.length > 0 && { endorsements }),
    };
  } finally {
    party.wipe();
  }
}

interface Step {
  readonly element: KeyElement;
  readonly paper: KeyPaper;
}

/** From the newest recovery on where there was one: it leads on from every key (protocol.md §9). Throws `key.unacceptable`. */
function stepsAfter(crypto: Crypto, identity: IdentityCertificate, papers: readonly KeyPaper[]): readonly Step[] {
  const steps = papers.flatMap((paper): Step[] => {
    if (paper.epoch <= identity.epoch || !paper.statement) return [];
    const { kind, bytes } = paper.statement;
    return [{ paper, element: kind === 'link' ? parseKeyLink(crypto, bytes) : parseRecovery(crypto, bytes) }];
  });
  const kept = steps.slice(Math.max(0, steps.map(({ element }) => element.kind).lastIndexOf('recovery')));
  for (const { element, paper } of kept) {
    const { peerId, epoch, spkiHash } = parseIdentityCertificate(crypto, paper.certificate);
    if (peerId !== element.peerId || epoch !== element.epoch || !crypto.equal(spkiHash, element.spkiHash)) throw unacceptable('a certificate in the file is another key’s');
  }
  return kept;
}

function leadsTo(crypto: Crypto, end: FollowedKeys, { epoch, spki }: IdentityCertificate): boolean {
  return end.epoch === epoch && crypto.equal(end.spki, spki);
}

/** The private half where only that was missing; undefined when nothing was. */
function withPrivate(record: LocalRecord, epoch: number, bytes: () => Uint8Array): LocalRecord | undefined {
  if (record.identityKeys.some((key) => key.epoch === epoch && key.privateKey)) return undefined;
  const privateKey = bytes();
  return { ...record, identityKeys: record.identityKeys.map((key) => (key.epoch === epoch ? { ...key, privateKey } : key)), unconfirmed: true };
}

function retired(key: OwnKey, now: number): OwnKey {
  return key.retiredAt === undefined ? { ...key, retiredAt: now } : key;
}

function ownKey({ element, paper }: Step, next: Step | undefined, now: number): OwnKey {
  return {
    epoch: element.epoch,
    certificate: paper.certificate,
    createdAt: Math.min(element.time, now),
    ...(next && { retiredAt: Math.min(next.element.time, now) }),
    ...(element.kind === 'link' ? { link: element.bytes } : { recovery: element.bytes }),
  };
}

/** The last of them, which gets a certificate of today. */
function withoutCertificate(keys: readonly OwnKey[]): Omit<OwnKey, 'certificate'> {
  const last = keys.at(-1);
  if (!last) throw unacceptable('nothing in the file shows that it follows on the key in use here');
  const { certificate: _replaced, ...rest } = last;
  return rest;
}

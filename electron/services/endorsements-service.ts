import { KeyshiftError } from '../../shared/errors';
import type { Handlers } from '../../shared/contract/contract';
import { encodeEndorsements, maxCertificatesInEndorsement, maxEndorsements } from '../engine/certificates/endorsement-list';
import type { LocalParty } from '../engine/certificates/local-party';
import { type AuthorityCertificate, isIssuedBy, parseAuthorityCertificate, signatureMemory } from '../engine/certificates/x509/authority-certificate';
import { writeCertificateRequest } from '../engine/certificates/x509/certificate-request';
import { type Endorsement, isFor, parseEndorsement } from '../engine/certificates/x509/endorsement';
import { type ForeignCertificate, maxForeignBytes, parseForeignCertificate } from '../engine/certificates/x509/foreign-certificate';
import { readPem, writePem } from '../engine/certificates/x509/pem';
import type { Crypto, RsaPrivateKey } from '../engine/crypto/crypto';
import type { Clock } from '../engine/ports';
import { refusing } from './authorities-service';
import type { OpenProfile } from './open-profile';
import { loadRecord } from './retiring';
import { wipeRecord } from './wipe-record';

export interface EndorsementsParts {
  readonly profile: () => OpenProfile;
  readonly crypto: Crypto;
  readonly clock: Clock;
  /** One change of what this device keeps of itself at a time: what is being renewed meanwhile would be written over it. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Endorsements of earlier keys that are remembered, so that the person knows whom to ask again. */
const keptLapsed = 3;

/** What organisations say of the own key: asked for by a certificate request, shown to contacts in cards. */
export function endorsementsService(parts: EndorsementsParts): Pick<Handlers['identity'], 'exportRequest' | 'importEndorsement' | 'removeEndorsements'> {
  const { crypto, clock } = parts;
  return {
    exportRequest: async () => {
      const { local } = parts.profile();
      const { peerId, identity } = local;
      const request = await writeCertificateRequest(crypto, certifierKey(local), { peerId, subject: identity.subject, spki: identity.spki });
      return { text: writePem('CERTIFICATE REQUEST', request) };
    },
    importEndorsement: ({ text }) =>
      parts.inTurn(async () => {
        const profile = parts.profile();
        const blocks = readPem(text, 'CERTIFICATE', { cap: maxForeignBytes, most: maxCertificatesInEndorsement + 1 });
        const certificates = endorsementOf(crypto, profile, blocks, clock.now());
        const [leaf] = certificates;
        const others = profile.local.endorsements.all.filter(({ issuedBy }) => Buffer.compare(issuedBy, leaf.issuer) !== 0);
        const current = others.filter((each) => each.current).map((each) => each.certificates);
        const lapsed = others.filter((each) => !each.current).map((each) => each.certificates).slice(-keptLapsed);
        if (current.length >= maxEndorsements) throw unacceptable(`there are ${maxEndorsements} already, and no more go into a card`);
        const shown = [...current, certificates.map(({ der }) => der)];
        refusing('endorsement.unacceptable', () => encodeEndorsements(shown));
        store(crypto, profile, [...lapsed, ...shown]);
        const made = profile.local.endorsements.all.at(-1);
        if (made === undefined) throw new Error('an endorsement that was read cannot be read again');
        return { issuer: made.issuer, notAfter: made.notAfter };
      }),
    removeEndorsements: () =>
      parts.inTurn(async () => {
        const profile = parts.profile();
        if (profile.local.endorsements.all.length > 0) store(crypto, profile, []);
        return null;
      }),
  };
}

/** Leaf first, then what leads up, without a root: in the order in which they issued one another, all signatures in between good. */
function endorsementOf(crypto: Crypto, profile: OpenProfile, blocks: readonly Uint8Array[], now: number): readonly [ForeignCertificate, ...AuthorityCertificate[]] {
  const { local, vouching } = profile;
  const read = refusing('endorsement.unacceptable', () => blocks.map((der) => parseForeignCertificate(crypto, der)));
  const leaves = read.filter(({ spki }) => crypto.equal(spki, local.identity.spki));
  if (leaves.length === 0) throw new KeyshiftError('endorsement.other-key', 'This certificate is for another key than the one you use now. Send a new request to the organisation.');
  const [leaf] = leaves;
  if (leaf === undefined || leaves.length > 1) throw unacceptable('it holds several certificates for your key');
  const above = refusing('endorsement.unacceptable', () => read.filter((each) => each !== leaf).map(({ der }) => parseAuthorityCertificate(crypto, der)));
  const carried = climb(crypto, leaf, [...above, ...vouching.known.map(({ certificate }) => certificate)], new Set(above));
  const endorsement = refusing('endorsement.unacceptable', () => parseEndorsement(crypto, [leaf.der, ...carried.map(({ der }) => der)]));
  if (!isFor(endorsement, { peerId: local.peerId, spki: local.identity.spki })) throw unacceptable('it does not name your Keyshift id; ask the organisation to keep the names of the request');
  if ([leaf, ...carried].some(({ notBefore, notAfter }) => now < notBefore || now > notAfter)) throw unacceptable('it has expired or has not begun');
  assertNotTakenBack(profile, endorsement, now);
  return [leaf, ...carried];
}

/** From the leaf upwards until a root or the end of what came along. Throws where a name fits and no signature does. */
function climb(crypto: Crypto, leaf: ForeignCertificate, all: readonly AuthorityCertificate[], cameAlong: ReadonlySet<AuthorityCertificate>): readonly AuthorityCertificate[] {
  const memory = signatureMemory();
  const carried: AuthorityCertificate[] = [];
  for (let child = leaf; ; ) {
    const named = all.filter(({ subject }) => Buffer.compare(subject, child.issuer) === 0);
    const issuer = named.find((each) => isIssuedBy(crypto, child, each, memory));
    if (named.length > 0 && issuer === undefined) throw unacceptable('its signature is not good');
    if (issuer === undefined || issuer.isRoot || !cameAlong.has(issuer) || carried.includes(issuer)) return carried;
    carried.push(issuer);
    child = issuer;
  }
}

/** Where the organisation is one of ours, contacts would judge as we do. */
function assertNotTakenBack({ vouching }: OpenProfile, endorsement: Endorsement, now: number): void {
  const path = [endorsement.leaf, ...endorsement.carried];
  const isKnown = vouching.known.some(({ certificate }) => path.some(({ issuer }) => Buffer.compare(issuer, certificate.subject) === 0));
  if (isKnown && !vouching.pool.judge(endorsement, now).vouched) throw unacceptable('that organisation took it back, or was not allowed to give it');
}

/** Durable before it is shown; whoever is connected gets a new card. */
function store(crypto: Crypto, profile: OpenProfile, endorsements: readonly (readonly Uint8Array[])[]): void {
  const record = loadRecord(profile.stores.local);
  try {
    profile.commit(() => profile.stores.local.save({ ...record, endorsements }));
  } finally {
    wipeRecord(crypto, record);
  }
  profile.local.endorsements.replace(endorsements);
  profile.addressesChanged();
}

function certifierKey(local: LocalParty): RsaPrivateKey {
  try {
    return local.certifierKey();
  } catch {
    throw new KeyshiftError('key.not-here', 'The identity key is on another of your devices.');
  }
}

function unacceptable(why: string): KeyshiftError {
  return new KeyshiftError('endorsement.unacceptable', `This is not acceptable: ${why}.`);
}

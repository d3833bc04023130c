import { encodeEndorsements, readEndorsements } from '../../../electron/engine/certificates/endorsement-list';
import { parseAuthorityCertificate, signatureMemory } from '../../../electron/engine/certificates/x509/authority-certificate';
import { AuthorityPool } from '../../../electron/engine/certificates/x509/authority-pool';
import { parseEndorsement, isFor } from '../../../electron/engine/certificates/x509/endorsement';
import { readPem, writePem } from '../../../electron/engine/certificates/x509/pem';
import { isListOf, parseRevocationList } from '../../../electron/engine/certificates/x509/revocation-list';
import { isSignedBy } from '../../../electron/engine/certificates/x509/signature';
import { Reader } from '../../../electron/engine/wire/reader';
import { WireError } from '../../../electron/engine/wire/wire-error';
import { KeyshiftError } from '../../../shared/errors';
import { extension, forgeCertificate, forgedKey, forgeList, listEntry, nameOf } from '../../support/forged-certificates';
import { der, tag } from '../../../electron/engine/certificates/der';
import { localPerson, now, realCrypto } from '../../support/foundation-kit';
import { assertSame, outcomeOf, type Target } from '../target';

const promised = [WireError, KeyshiftError];

/** What organisations make, and what people bring along of it: whatever is changed is refused, or vouches for nobody (A46, A85). */
export async function organisations(): Promise<Target[]> {
  const crypto = await realCrypto();
  const { local } = await localPerson(crypto, 'Ann');
  const key = forgedKey();
  const { spki, subject } = local.identity;
  const root = forgeCertificate(key);
  const names = extension(der(tag.sequence, der(tag.uri, Buffer.from(`keyshift:${local.peerId}`))), 0x55, 0x1d, 0x11);
  const leaf = forgeCertificate(key, { subject, spki, extensions: [names] });
  const list = forgeList(key, [listEntry(1), listEntry(2)]);
  const known = parseAuthorityCertificate(crypto, root);
  const pool = new AuthorityPool(crypto, signatureMemory(), [known], []);
  const encoded = encodeEndorsements([[leaf], [leaf, forgeCertificate(key, { subject: nameOf('Below') })]]);
  const genuine = (bytes: Uint8Array, original: Uint8Array): string => {
    if (Buffer.compare(bytes, original) !== 0) throw new Error('something changed still counts');
    return 'genuine';
  };

  return [
    {
      name: 'authority-certificate',
      seeds: [root],
      run: (bytes) =>
        outcomeOf(promised, () => {
          const read = parseAuthorityCertificate(crypto, bytes);
          return isSignedBy(crypto, read, read.key) ? genuine(bytes, root) : 'read, not signed';
        }),
    },
    {
      name: 'endorsement',
      seeds: [leaf],
      run: (bytes) =>
        outcomeOf(promised, () => {
          const endorsement = parseEndorsement(crypto, [bytes]);
          const vouches = isFor(endorsement, { peerId: local.peerId, spki }) && pool.judge(endorsement, now).vouched;
          return vouches ? genuine(bytes, leaf) : 'read, vouches for nobody';
        }),
    },
    {
      name: 'revocation-list',
      seeds: [list],
      run: (bytes) => outcomeOf(promised, () => (isListOf(crypto, parseRevocationList(bytes), known) ? genuine(bytes, list) : 'read, not signed')),
    },
    {
      name: 'endorsement-list',
      seeds: [encoded],
      run: (bytes) =>
        outcomeOf(promised, () => {
          const reader = new Reader(bytes);
          const read = readEndorsements(reader);
          reader.end();
          assertSame(encodeEndorsements(read), bytes, 'a list of endorsements');
          return 'read';
        }),
    },
    {
      name: 'organisation-pem',
      seeds: [Buffer.from(writePem('CERTIFICATE', root))],
      run: (bytes) => outcomeOf(promised, () => (readPem(Buffer.from(bytes).toString('utf8'), 'CERTIFICATE', { cap: 16_384, most: 4 }), 'read')),
    },
  ];
}

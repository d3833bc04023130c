import { encodeContainerPayload, parseContainerPayload } from '../../../electron/engine/key-files/container';
import type { KeyFile } from '../../../electron/engine/key-files/key-file';
import { encodePapers, parsePapers } from '../../../electron/engine/key-files/key-papers';
import { encodePem, parsePem } from '../../../electron/engine/key-files/pem-file';
import { parseBags, parsePkcs12 } from '../../../electron/engine/key-files/pkcs12-reader';
import { encodePkcs12 } from '../../../electron/engine/key-files/pkcs12-writer';
import { openPbes2 } from '../../../electron/engine/key-files/pbes2';
import { openPrivateKey } from '../../../electron/engine/key-files/private-key';
import { encodeRecoveryCode, parseRecoveryCode, recoveryQrText } from '../../../electron/engine/identity/recovery-code';
import { WireError } from '../../../electron/engine/wire/wire-error';
import { KeyshiftError } from '../../../shared/errors';
import { localPerson, realCrypto } from '../../support/foundation-kit';
import { keyFileParts } from '../../support/key-file-kit';
import { assertSame, outcomeOf, type Target } from '../target';

/** Inside, these throw either; `openKeyFile` makes one of both. */
const promised = [KeyshiftError, WireError];
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const least = 2048;

/** Files of identity keys from anywhere, past their passphrase as well: never a key that is not the one written (A80, A81, A85). */
export async function keyFiles(): Promise<Target[]> {
  const crypto = await realCrypto();
  const { local } = await localPerson(crypto, 'Ann');
  const privateKey = local.certifierKey();
  const pkcs8 = new Uint8Array(privateKey.key.export({ format: 'der', type: 'pkcs8' }));
  const papers = [{ epoch: 1, certificate: local.identity.der }, { epoch: 2, certificate: local.identity.der, statement: { kind: 'link' as const, bytes: new Uint8Array(900).fill(7) } }];
  const file: KeyFile = { privateKey, certificate: local.identity, papers: papers.slice(0, 1), recoveryKey: new Uint8Array(32).fill(9), endorsements: [[local.identity.der]] };
  const pkcs12 = await encodePkcs12(keyFileParts(crypto), file, 'p', { pbkdf2: least, mac: least });
  const [sealed] = parsePkcs12(pkcs12).encrypted;
  const bags = sealed && (await openPbes2(sealed.algorithm, Buffer.from('p'), sealed.bytes));
  const seed = new Uint8Array(32).fill(5);
  const groups = encodeRecoveryCode(crypto, seed);
  const assertGenuine = (key: { equals(other: typeof privateKey.key): boolean }): string => {
    if (!key.equals(privateKey.key)) throw new Error('another key was read');
    return 'the key';
  };

  return [
    { name: 'pkcs12', seeds: [pkcs12], run: (bytes) => outcomeOf(promised, () => `${parsePkcs12(bytes).encrypted.length} parts`) },
    { name: 'pkcs12-bags', seeds: bags ? [bags] : [], run: (bytes) => outcomeOf(promised, () => `${parseBags(bytes).length} bags`) },
    { name: 'key-pem', seeds: [await encodePem(keyFileParts(crypto), file, 'p', least)], run: (bytes) => outcomeOf(promised, () => `${parsePem(text(bytes)).certificates.length} certificates`) },
    { name: 'private-key', seeds: [pkcs8], run: (bytes) => outcomeOf(promised, () => assertGenuine(openPrivateKey(bytes).privateKey.key)) },
    {
      name: 'key-papers',
      seeds: [encodePapers(papers)],
      run: (bytes) => outcomeOf(promised, () => (assertSame(encodePapers(parsePapers(bytes)), bytes, 'key papers'), 'read')),
    },
    { name: 'key-container', seeds: [encodeContainerPayload(crypto, file)], run: (bytes) => outcomeOf(promised, () => assertGenuine(parseContainerPayload(crypto, bytes).privateKey.key)) },
    {
      name: 'recovery-code',
      seeds: [Buffer.from(groups.join(' ')), Buffer.from(recoveryQrText(groups))],
      run: (bytes) => outcomeOf(promised, () => (assertSame(parseRecoveryCode(crypto, text(bytes)), seed, 'a recovery code'), 'read')),
    },
  ];
}

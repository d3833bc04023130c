import { createPrivateKey } from 'node:crypto';
import { recallIdentityCertificate } from '../certificates/identity-certificate';
import { OwnEndorsements } from '../certificates/own-endorsements';
import type { Crypto } from '../crypto/crypto';
import type { LocalRecord } from '../ports';
import type { KeyFile } from './key-file';
import { papersOf } from './key-papers';

/**
 * What an export of this record holds: the private half of the key in use and of no other, and what is public of all. Undefined when this
 * device does not hold it. The record's buffers are copied.
 */
export function keyFileOfRecord(crypto: Crypto, record: LocalRecord): KeyFile | undefined {
  const current = record.identityKeys.filter(({ retiredAt }) => retiredAt === undefined).reduce((a, b) => (b.epoch > a.epoch ? b : a));
  if (!current.privateKey) return undefined;
  const der = Buffer.from(current.privateKey);
  const certificate = recallIdentityCertificate(crypto, current.certificate);
  const endorsements = new OwnEndorsements(crypto, certificate, record.endorsements).ofKey;
  try {
    return {
      privateKey: { key: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }) },
      certificate,
      papers: papersOf(record).filter(({ epoch }) => epoch <= current.epoch),
      ...(record.recovery && { recoveryKey: record.recovery.publicKey }),
      ...(endorsements.length > 0 && { endorsements }),
    };
  } finally {
    der.fill(0);
  }
}

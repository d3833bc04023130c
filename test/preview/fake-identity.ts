import type { Handlers } from '../../shared/contract/contract';

const fingerprint = (digit: string): string => digit.repeat(64);

/** Own identity keys, keys of contacts, organisations and backups as the window would see them; screens change what they need. */
export const fakeIdentityKeys: Omit<Handlers['identity'], 'get' | 'exportPublic'> = {
  rotate: () => ({ epoch: 2 }),
  keyHistory: () => [{ epoch: 1, fingerprint: fingerprint('a'), createdAt: 1, held: true, behind: 0 }],
  forgetOldKeys: () => ({ stranded: [] }),
  exportPrivate: () => ({ path: '/media/stick/identity.p12' }),
  importPrivate: () => ({ peerId: 'a'.repeat(52), epoch: 2 }),
  confirmSole: () => null,
  saveRecoveryKit: () => ({ path: '/home/ada/recovery-kit.pdf' }),
  forgetRecoveryKey: () => null,
  recover: () => ({ epoch: 2 }),
  exportRequest: () => ({ text: '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n' }),
  importEndorsement: () => ({ issuer: 'Acme CA', notAfter: 9 }),
  removeEndorsements: () => null,
};

export const fakeContactKeys: Pick<Handlers['contacts'], 'verify' | 'safetyCode' | 'keyHistory' | 'keyTrouble' | 'acceptKey'> = {
  verify: () => ({ outcome: 'match' }),
  safetyCode: () => ({ qr: 'KEYSHIFT-SAFETY' }),
  keyHistory: () => [{ epoch: 1, fingerprint: fingerprint('b'), since: 1, origin: 'first', checked: false, current: true }],
  keyTrouble: () => ({ kind: 'none', candidates: [] }),
  acceptKey: () => null,
};

export const fakeAuthorities: Handlers['authorities'] = {
  list: () => [],
  import: () => ({ authorityId: fingerprint('c') }),
  importRevocations: () => ({ authorityId: fingerprint('c') }),
  remove: () => null,
};

export const fakeBackup: Handlers['backup'] = {
  create: () => ({ path: '/media/stick/ada.keyshift-backup', bytes: 1_048_576 }),
  restore: () => ({ peerId: 'a'.repeat(52) }),
  cancel: () => null,
};

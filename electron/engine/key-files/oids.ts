/** Object identifiers as the hex of their DER content. */
export const oids = {
  rsaEncryption: '2a864886f70d010101',
  pbes2: '2a864886f70d01050d',
  pbkdf2: '2a864886f70d01050c',
  hmacSha256: '2a864886f70d0209',
  hmacSha384: '2a864886f70d020a',
  hmacSha512: '2a864886f70d020b',
  aes128Cbc: '608648016503040102',
  aes192Cbc: '608648016503040116',
  aes256Cbc: '60864801650304012a',
  sha256: '608648016503040201',
  data: '2a864886f70d010701',
  encryptedData: '2a864886f70d010706',
  keyBag: '2a864886f70d010c0a0101',
  shroudedKeyBag: '2a864886f70d010c0a0102',
  certBag: '2a864886f70d010c0a0103',
  x509Certificate: '2a864886f70d01091601',
  friendlyName: '2a864886f70d010914',
  localKeyId: '2a864886f70d010915',
  /** Ours, beside those of the certificate (certificate-profile.ts): 2.25.49017952653411.3. */
  keyPapers: '698b92ce8d9fa06303',
} as const;

import { generateKeyPair, type KeyObject, sign, verify } from 'node:crypto';
import { expect, it } from 'vitest';
import { generateRsa } from '../../../electron/engine/crypto/rsa';
import { withReadyRsa } from '../../support/ready-rsa';
import { readyKeys } from '../../support/rsa-keys';

const made = (modulusLength: number): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> =>
  new Promise((resolve, reject) => generateKeyPair('rsa', { modulusLength }, (error, publicKey, privateKey) => (error ? reject(error) : resolve({ publicKey, privateKey }))));

it('new keys of 3072 bits are ready ones, each another, which sign as any; others are made, and all of them once none is ready any more', async () => {
  withReadyRsa();
  const [one, other] = [await made(3072), await generateRsa()];
  const text = Buffer.from('words');
  expect(verify('sha256', text, one.publicKey, sign('sha256', text, one.privateKey))).toBe(true);
  const next = readyKeys(1);
  const pems = [one.privateKey, other.privateKey.key].map((key) => key.export({ type: 'pkcs8', format: 'pem' }));
  expect(new Set([...pems, ...next]).size).toBe(3);
  expect((await made(1024)).privateKey.asymmetricKeyDetails?.modulusLength).toBe(1024);
  readyKeys(1_000);
  const last = await made(3072);
  expect(last.privateKey.asymmetricKeyDetails?.modulusLength).toBe(3072);
  expect([...pems, ...next]).not.toContain(last.privateKey.export({ type: 'pkcs8', format: 'pem' }));
}, 60_000);

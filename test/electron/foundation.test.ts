import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { createCard, parseCard } from '../../electron/engine/certificates/card';
import { encodeChain, parseChain, verifyChain } from '../../electron/engine/certificates/chain';
import { parseIdentityCertificate } from '../../electron/engine/certificates/identity-certificate';
import { createLocalRecord, type LocalParty, openLocalParty } from '../../electron/engine/certificates/local-party';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import { memoryLockFailed } from '../../electron/engine/crypto/locked-memory';
import { openSigned, sealSigned } from '../../electron/engine/crypto/sealed-envelope';
import { selfTest } from '../../electron/engine/crypto/self-test';
import { OpensslCa } from '../support/openssl-ca';
import { caFolder, poolOf, requestOf, verdict } from '../support/organisation';

const now = Date.UTC(2026, 0, 15, 12);

// BoringSSL instead of OpenSSL, buffers in V8's cage, an allocator that aborts on locked pages: all of it again here.
describe("primitives and certificates in Electron's Node", () => {
  let crypto: Crypto;
  let local: LocalParty;

  before(async () => {
    crypto = await createCrypto({ random: kernelRandom });
    local = openLocalParty(crypto, await createLocalRecord(crypto, { name: 'Électra ⚡', deviceName: 'desk', now }));
  });

  it('every primitive gives its known answer', () => {
    selfTest(crypto);
  });

  it('a chain and a card made here are good here', () => {
    const chain = verifyChain(crypto, parseChain(crypto, encodeChain(local.chain)), { now, expectedPeerId: local.peerId });
    assert.equal(chain.identity.name, 'Électra ⚡');
    const card = parseCard(crypto, createCard(crypto, local, [{ host: '192.0.2.7', port: 9 }], now), now);
    assert.deepEqual(card.addresses, [{ host: '192.0.2.7', port: 9 }]);
  });

  it('A14: a certificate with any byte changed is refused by BoringSSL too', () => {
    const { der } = local.identity;
    for (let at = 0; at < der.length; at += 1) {
      const changed = der.slice();
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      assert.throws(() => parseIdentityCertificate(crypto, changed), { code: 'key.unacceptable' }, `byte ${at}`);
    }
  });

  it('A85: organisations with keys of every kind vouch here, too, and take it back; weak ones do not', async () => {
    const folder = caFolder();
    try {
      const dates = { from: now - 86_400_000, to: now + 86_400_000 };
      const csr = await requestOf(crypto, local);
      const judge = (ca: OpensslCa, certificates: readonly string[], list?: string): string =>
        verdict(crypto, local, poolOf(crypto, { authorities: [ca.pem], ...(list === undefined ? {} : { lists: [{ of: ca.pem, list }] }) }), certificates, now);
      const rsaKey = join(folder.path, 'rsa.key'); // an own one: making another takes a second
      writeFileSync(rsaKey, local.certifierKey().key.export({ type: 'pkcs8', format: 'pem' }));
      for (const key of ['p256', 'p384', 'ed25519', 'rsa'] as const) {
        const digest = key === 'ed25519' ? 'default' : 'sha384';
        const ca = OpensslCa.create(folder.path, key, { ...dates, digest, ...(key === 'rsa' ? { keyFile: rsaKey } : { key }) });
        const below = OpensslCa.create(folder.path, `${key} people`, { ...dates, issuer: ca, digest });
        const leaf = ca.issue(csr, { ...dates, digest });
        assert.deepEqual([key, judge(ca, [leaf]), judge(ca, [below.issue(csr, dates), below.pem])], [key, key, key]);
        const signed = key === 'ed25519' ? undefined : ca.revocations([leaf], { ...dates, number: 1 });
        assert.equal(judge(ca, [leaf], signed), signed === undefined ? key : 'nobody');
      }
      const weak = OpensslCa.create(folder.path, 'weak', { ...dates, key: 'rsa1024' });
      assert.throws(() => judge(weak, [weak.issue(csr, dates)]), { name: 'WireError' });
    } finally {
      folder.release();
    }
  });

  it('a sealed envelope opens', () => {
    const { credential, kem } = local.exchange.current;
    const statement = crypto.random(100);
    const envelope = sealSigned(crypto, 'm1', { signing: local.instance.signing.secret, recipientKem: credential.kemKey, recipientContext: credential.hash, statement });
    const opened = openSigned(crypto, 'm1', kem, credential.hash, envelope, () => local.instance.credential.signingKey);
    assert.deepEqual(opened?.statement, statement);
  });

  it('Argon2id runs beside the event loop', async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    const key = await crypto.passwordKey(new TextEncoder().encode('correct horse'), crypto.random(16), { memoryBytes: 32 * 1024 * 1024, passes: 2 });
    clearInterval(timer);
    assert.equal(key.bytes.length, 32);
    assert.ok(turns > 0);
  });

  it('thousands of secrets are locked in memory, wiped, collected, and the process lives', { skip: process.platform !== 'linux' }, () => {
    const lockedKiB = (): number => Number(/VmLck:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
    const secrets = Array.from({ length: 4000 }, () => crypto.randomSecret('dsk-send', 32));
    if (!memoryLockFailed()) assert.ok(lockedKiB() >= 4000 / 16, `${lockedKiB()} KiB locked`);
    for (const secret of secrets) secret.wipe();
    // Ordinary buffers come and go beside the locked ones: Electron's allocator gives their pages back.
    for (let turn = 0; turn < 2000; turn += 1) Buffer.allocUnsafeSlow(4096 + turn).fill(1);
    assert.notDeepEqual(crypto.randomSecret('kek', 32).bytes, new Uint8Array(32));
  });
});

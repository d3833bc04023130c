import { beforeAll, describe, expect, it } from 'vitest';
import { issueInstanceList, type ListedInstance, maxInstances, parseInstanceList, verifyInstanceList } from '../../../../electron/engine/certificates/instance-list';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { instanceIdFromBytes } from '../../../../electron/engine/wire/ids';
import { concat } from '../../../../electron/engine/wire/writer';
import { codeOf, flipBit, localPerson, type LocalPerson, now, realCrypto } from '../../../support/foundation-kit';

let crypto: Crypto;
let ann: LocalPerson;
beforeAll(async () => {
  crypto = await realCrypto();
  ann = await localPerson(crypto, 'Ann');
});

const check = (bytes: Uint8Array) => codeOf(() => verifyInstanceList(crypto, parseInstanceList(crypto, bytes), ann.local.identity));

function entry(number: number, change: Partial<ListedInstance> = {}): ListedInstance {
  return { instanceId: instanceIdFromBytes(new Uint8Array(16).fill(number)), credentialHash: new Uint8Array(32).fill(number), roles: [], state: 'active', ...change };
}

function issue(instances: readonly ListedInstance[], change: Partial<Parameters<typeof issueInstanceList>[1]> = {}) {
  return issueInstanceList(crypto, { identity: ann.local.identity, identityKey: ann.local.certifierKey(), version: 2, issuedAt: now, instances, ...change });
}

describe('instance list', () => {
  it('comes back in order of id, with roles and states', async () => {
    const list = await issue([entry(9, { state: 'suspended' }), entry(1, { roles: ['certifier', 'exchange'] }), entry(5, { state: 'retired' })]);
    expect(list).toMatchObject({ version: 2, issuedAt: now, peerId: ann.local.peerId });
    expect(list.instances).toEqual([entry(1, { roles: ['certifier', 'exchange'] }), entry(5, { state: 'retired' }), entry(9, { state: 'suspended' })]);
    expect(parseInstanceList(crypto, list.bytes)).toEqual(list);
    expect(check(list.bytes)).toBeUndefined();
  });

  it('A46: every single flipped bit, truncation and trailing byte is refused', () => {
    const { bytes } = ann.local.list;
    for (let bit = 0; bit < bytes.length * 8; bit += 1) expect(check(flipBit(bytes, bit)), `bit ${bit}`).toBe('key.unacceptable');
    for (let length = 0; length < bytes.length; length += 1) expect(check(bytes.subarray(0, length))).toBe('key.unacceptable');
    expect(check(concat(bytes, new Uint8Array(1)))).toBe('key.unacceptable');
    expect(check(new Uint8Array(100_000))).toBe('key.unacceptable');
  }, 60_000);

  it('exactly one certifier that is not retired', async () => {
    const certifier = entry(1, { roles: ['certifier'] });
    await expect(issue([entry(1)])).rejects.toMatchObject({ code: 'key.unacceptable' });
    await expect(issue([certifier, entry(2, { roles: ['certifier'] })])).rejects.toMatchObject({ code: 'key.unacceptable' });
    await expect(issue([entry(1, { roles: ['certifier'], state: 'retired' })])).rejects.toMatchObject({ code: 'key.unacceptable' });
    expect(check((await issue([certifier, entry(2, { roles: ['certifier'], state: 'retired' })])).bytes)).toBeUndefined();
  });

  it('no device twice, none at all, nor too many', async () => {
    const certifier = entry(1, { roles: ['certifier'] });
    const many = (count: number) => [certifier, ...Array.from({ length: count - 1 }, (_, index) => entry(index + 2))];
    await expect(issue([certifier, entry(1)])).rejects.toMatchObject({ code: 'key.unacceptable' });
    await expect(issue([])).rejects.toMatchObject({ code: 'key.unacceptable' });
    await expect(issue(many(maxInstances + 1))).rejects.toMatchObject({ code: 'key.unacceptable' });
    expect((await issue(many(maxInstances))).instances).toHaveLength(maxInstances);
  });

  it('versions begin at 1; another identity\'s key signs nothing here', async () => {
    const certifier = entry(1, { roles: ['certifier'] });
    await expect(issue([certifier], { version: 0 })).rejects.toMatchObject({ code: 'key.unacceptable' });
    const { privateKey } = await crypto.generateRsa();
    expect(check((await issue([certifier], { identityKey: privateKey })).bytes)).toBe('key.unacceptable');
  });
});

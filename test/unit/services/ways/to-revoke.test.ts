import { describe, expect, it } from 'vitest';
import type { InstanceId } from '../../../../electron/engine/ids';
import { instanceIdFromBytes } from '../../../../electron/engine/wire/ids';
import { WireError } from '../../../../electron/engine/wire/wire-error';
import { DeviceKey, isProof } from '../../../../electron/network/mailbox/device-key';
import type { DeviceMailboxEnd, DeviceMailboxRow } from '../../../../electron/services/ports/device-mailboxes';
import { encodeMailboxKey, encodeMailboxWord, parseMailboxKey, parseMailboxWord } from '../../../../electron/services/ways/mailbox-keys';
import { type KnownMailboxes, toRevoke } from '../../../../electron/services/ways/to-revoke';

const device = (at: number): InstanceId => instanceIdFromBytes(new Uint8Array(16).fill(at));
const [own, gone, third] = [device(1), device(2), device(3)];
const address = 'cd'.repeat(16);
const keyOf = (at: number): string => new DeviceKey(new Uint8Array(32).fill(at)).text;
const place = { servers: ['tls://mail.example:4222'], address, slot: '11'.repeat(8), token: 'a.b.c', expiresAt: 0 };
const row = (of: Partial<DeviceMailboxRow> = {}): DeviceMailboxRow => ({ instanceId: gone, deviceKey: keyOf(2), address, server: 'tls://mail.example:4222', until: 0, proof: new Uint8Array(64), hasLeft: false, ownWord: true, witness: place, ...of });
const end = (of: Partial<DeviceMailboxEnd> = {}): DeviceMailboxEnd => ({ instanceId: gone, deviceKey: keyOf(2), address, author: third, seen: false, at: 10, ...of });
const registration = { ...place, deviceKey: keyOf(1), slots: [] };
const states = new Map<InstanceId, 'active' | 'suspended' | 'retired'>([[own, 'active'], [third, 'active'], [gone, 'retired']]);
const tasks = (of: Partial<KnownMailboxes>) => toRevoke({ rows: [row()], ends: [], own, stateOf: (at) => states.get(at) ?? 'retired', nameOf: () => 'phone', registration, ...of }).map(({ shown }) => shown);

describe('what an operator has to be told', () => {
  it('S4-35 A65: a device that counts is never named, whoever claims its key', () => {
    expect(tasks({ rows: [row({ instanceId: third })] })).toEqual([]);
    expect(tasks({ rows: [row(), row({ instanceId: third })] })).toEqual([]);
    expect(tasks({ rows: [row(), row({ instanceId: third, address: 'ef'.repeat(16) })] })).toHaveLength(1); // the same key in another mailbox is in use there alone
    expect(tasks({ stateOf: (at) => (at === own ? 'suspended' : 'retired') })).toEqual([]);
    expect(tasks({ rows: [row({ instanceId: device(9) })] })).toMatchObject([{ reason: 'removed' }]); // on no list
  });

  it('S4-35: a date ends nothing; a word counts while its device does, and not against what the mailbox showed later', () => {
    expect(tasks({ rows: [row({ until: 1 })] })).toMatchObject([{ until: 1 }]);
    expect(tasks({ ends: [end()] })).toMatchObject([{ saidAt: 10 }]);
    expect(tasks({ ends: [end({ author: gone }), end({ author: gone, seen: true })] })[0]).not.toHaveProperty('saidAt');
    expect(tasks({ ends: [end({ deviceKey: keyOf(4) })] })[0]).not.toHaveProperty('saidAt');
    expect(tasks({ rows: [row({ stoodAt: 11 })], ends: [end()] })[0]).not.toHaveProperty('saidAt');
    expect(tasks({ rows: [row({ stoodAt: 11 })], ends: [end({ seen: true })] })).toHaveLength(1);
    expect(tasks({ ends: [end({ seen: true })] })).toEqual([]);
  });

  it('S4-35 A65: watched only with a slot of the very mailbox that takes this device, which no other row offers', () => {
    const watched = (of: Partial<KnownMailboxes>): unknown => tasks(of)[0]?.watched;
    expect(watched({})).toBe(true);
    expect([undefined, { ...registration, address: 'ef'.repeat(16) }, { ...registration, servers: ['tls://other.example:4222'] }, { ...registration, authority: new Uint8Array(1) }].map((each) => watched({ registration: each }))).toEqual([false, false, false, false]);
    const { witness: _none, ...bare } = row();
    expect([watched({ rows: [bare] }), watched({ rows: [row({ witness: { ...place, address: 'ef'.repeat(16) } })] }), watched({ rows: [row(), row({ deviceKey: keyOf(5) })] })]).toEqual([false, false, false]);
  });
});

describe('what a device says of its place in a mailbox', () => {
  it('S4-35 A65: is proven by the key, for this device, address and server alone; no challenge of a server can be such a proof', () => {
    const key = new DeviceKey(new Uint8Array(32).fill(2));
    const statement = Uint8Array.of(0xff, 1, 2);
    const proof = key.prove(statement);
    expect(isProof(key.text, statement, proof)).toBe(true);
    expect([isProof(key.text, Uint8Array.of(0xff, 1, 3), proof), isProof(keyOf(3), statement, proof), isProof(key.text.replace(/.$/, 'A'), statement, proof), isProof(key.text, statement, proof.subarray(1)), isProof('U', statement, proof)]).toEqual([false, false, false, false, false]);
    const answered = new Uint8Array(Buffer.from(key.answer('a challenge'), 'base64url'));
    expect(isProof(key.text, Buffer.from('a challenge'), answered)).toBe(false);
    expect(() => key.prove(Buffer.from('a challenge'))).toThrow(RangeError);
  });

  it('A50: reads back what it writes, and nothing else', () => {
    expect(parseMailboxKey(encodeMailboxKey(row()))).toEqual({ instanceId: gone, deviceKey: keyOf(2), address });
    const { server, until, proof, hasLeft, witness } = row({ hasLeft: true, until: 7 });
    const word = encodeMailboxWord({ server, until, proof, hasLeft, ...(witness && { witness }) });
    expect(parseMailboxWord(word)).toEqual({ server, until, proof, hasLeft, witness });
    for (const bad of ['', `${gone}/${keyOf(2)}`, `${gone}/${keyOf(2)}/${address}/x`, `${gone}/U; rm -rf ~/${address}`, encodeMailboxKey(row()).toUpperCase()]) expect(() => parseMailboxKey(bad)).toThrow(WireError);
    for (const bad of [word.subarray(1), Uint8Array.of(...word, 0), Uint8Array.of(2, ...word.subarray(1)), encodeMailboxWord({ ...row(), server: 'tls://a b:1' })]) expect(() => parseMailboxWord(bad)).toThrow(WireError);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPrivateKey } from 'node:crypto';
import { Refused } from '../second/bytes.mjs';
import { readSuspension } from '../second/card.mjs';
import { edVerify, random } from '../second/crypto.mjs';
import { join as joinAsDevice } from '../second/device.mjs';
import { SharedKeys, takeSession } from '../second/handover.mjs';
import { readLink } from '../second/link.mjs';
import * as live from '../second/live.mjs';
import { Peer } from '../second/peer.mjs';
import { makeResumeM1, targetOf } from '../second/session.mjs';
import { isKeyOf, KIND, Sibling } from '../second/sibling.mjs';
import type { HeadlessPeer } from '../support/headless-peer';
import { readyKeys } from '../support/rsa-keys';
import { letIn, whoDials } from '../support/second-people';
import { newPerson, temporaryFolder } from '../support/two-peers';

// Hedda's first device is a real headless peer. Her second one, and Carol, were written from docs/protocol.md alone. Tests go on where the one before ended.
const folder = temporaryFolder();
let hedda: HeadlessPeer;
let carol: InstanceType<typeof Peer>;
let pocket: Awaited<ReturnType<typeof joinAsDevice>>;
let keys: InstanceType<typeof SharedKeys>;
let sibling: InstanceType<typeof Sibling>;
let onWire: (wire: InstanceType<typeof live.Wire>) => void = () => undefined;

beforeAll(async () => {
  hedda = (await newPerson(folder.path, 'hedda')).peer;
  carol = await whoDials('Carol');
  pocket = await letIn(hedda, 'pocket');
  keys = new SharedKeys(pocket);
  sibling = new Sibling(pocket, pocket.grant.devices[0], keys);
  await sibling.meet();
  await sibling.until(() => keys.pairs.length > 0 && sibling.log.isComplete);
  await carol.accept(readLink((await hedda.call('contacts.createInvitation')).link));
  await carol.dial();
});
afterAll(async () => {
  carol.close();
  sibling.session.close();
  await hedda.end();
  folder.release();
});

const flipped = (bytes: Buffer, at: number) => Buffer.from(bytes.map((byte, index) => (index === at ? byte ^ 1 : byte)));
const device = async (isCurrent: boolean) => (await hedda.call('devices.list')).find(({ current }) => current === isCurrent);

describe('a session that goes on at another device', () => {
  it('S4-15 S4-30 A43: is lent to the device that shows the M1, once, and nothing else is; the next one at its owner is a full one', async () => {
    await carol.until(() => carol.session?.hint);
    const { session } = carol;
    const { hint } = session;
    session.close();
    await carol.until(() => carol.sessions.every(({ ended }: { ended?: boolean }) => ended));
    const entry = { ...session.entry(), hint };
    const target = targetOf(entry.keyId, pocket.chain.instance.hash);
    const shown = makeResumeM1(entry, { hint, target }).bytes;
    expect(keys.ownerOf({ hint, keyId: entry.keyId })).toEqual(sibling.otherId);

    const take = (m1: Buffer, ask: number, more = {}) => takeSession(pocket, keys, m1, sibling.handover, { ask, ...more });
    expect(await take(flipped(shown, shown.length - 1), 1)).toBeUndefined();
    expect(await take(makeResumeM1(entry, { hint }).bytes, 2)).toBeUndefined();
    expect(await take(makeResumeM1({ ...entry, rs: flipped(entry.rs, 0) }, { hint, target }).bytes, 3)).toBeUndefined();
    const lent: number[] = [];
    expect(await take(makeResumeM1(entry, { hint, target }).bytes, 4, { generationOf: (generation: number) => lent.push(generation) && generation + 1 })).toBeUndefined();
    expect(lent).toHaveLength(1);

    // Carol dials the other device, which asks for what she shows.
    const dialled = new Promise<InstanceType<typeof live.Wire>>((resolve) => {
      onWire = resolve;
    });
    const server = await live.listen((wire: InstanceType<typeof live.Wire>) => onWire(wire));
    const atPocket = dialled.then(async (wire) => {
      const m1 = await wire.next();
      const taken = await takeSession(pocket, keys, m1, sibling.handover, { ask: 5 });
      return live.answerResumption(pocket, wire, m1, () => taken);
    });
    const goesOn = await live.resume(carol.person, server.address, { ...entry, peerInstanceHash: pocket.chain.instance.hash, chain: pocket.chain });
    const there = await atPocket;
    goesOn.send({ type: 4, body: Buffer.from('lives on') });
    expect((await there.next())[0].body.toString()).toBe('lives on');
    goesOn.close();
    server.close();

    const again = makeResumeM1(entry, { hint, target }).bytes;
    expect(await take(again, 6)).toBeUndefined();
    expect(await carol.dial({ resume: entry })).toMatchObject({ afterRefusal: true });
  });
});

describe('the identity key moves, and a device is stopped', () => {
  it('S4-26: is offered, taken, signed over and released; the device that has it signs the next list, and nobody else does', async () => {
    const words = sibling.words.length;
    const moving = hedda.call('devices.moveCertifier', { instanceId: pocket.instanceId.toString('hex') });
    const offer = sibling.readOffer((await sibling.word(KIND.offer, words)).body);
    sibling.upkeep(KIND.taken, Buffer.alloc(16));
    sibling.upkeep(KIND.taken, offer.move);
    await moving;
    await sibling.ended();
    await sibling.meet({ inStep: false });
    const list = sibling.takeUpdate((await sibling.word(KIND.update, words)).body);
    expect(list.entries.map(({ roles, state }: { roles: number; state: number }) => [roles & 1, state]).toSorted()).toEqual([[0, 0], [1, 0]]);
    sibling.session.close();
    await sibling.meet();
    const release = (await sibling.word(KIND.release, words)).body;
    expect(() => sibling.readRelease(flipped(release, release.length - 1), offer)).toThrow(Refused);
    const { keys: moved } = sibling.readRelease(release, offer);
    expect(moved.map(({ epoch }: { epoch: number }) => epoch)).toEqual([1]);
    expect(isKeyOf(moved[0].privateKey, pocket.chain)).toBe(true);
    sibling.upkeep(KIND.released, offer.move);
    expect((await device(false))?.roles).toContain('certifier');

    const { version } = pocket.chain.list;
    const [other = ''] = readyKeys(1);
    sibling.upkeep(KIND.update, sibling.nextListUpdate({ privateKey: createPrivateKey(other) }).body);
    await sibling.heardOut();
    expect(sibling.session.isOver).toBe(false);
    const next = sibling.nextListUpdate(moved[0]);
    sibling.upkeep(KIND.update, next.body);
    await sibling.ended();
    await sibling.meet({ inStep: false });
    expect(sibling.session.chain.list.version).toBe(version + 1);
    expect(sibling.session.chain.list.bytes).toEqual(next.list);
    expect((await device(true))?.state).toBe('active');
  });

  it('S4-27: a device that another one stopped is told, and stops; what that one did not sign stops nobody', async () => {
    sibling.session.close();
    pocket.useList(sibling.session.chain.list);
    await sibling.meet();
    const stopped = sibling.otherId;
    const [, stranger] = [0, 1].map(() => random(32));
    sibling.upkeep(KIND.suspension, sibling.suspensionOf(stopped, { signingSeed: stranger }));
    await sibling.heardOut();
    expect((await device(true))?.state).toBe('active');
    const statement = sibling.suspensionOf(stopped);
    const { signature, body } = readSuspension(statement);
    expect(edVerify(pocket.signingKey, 'suspension', signature, body)).toBe(true);
    sibling.upkeep(KIND.suspension, statement);
    await hedda.until('it knows', async () => (await device(true))?.state === 'suspended');
    await expect(hedda.call('contacts.createInvitation')).rejects.toMatchObject({ code: 'device.suspended' });
  });
});

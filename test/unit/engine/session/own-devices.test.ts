import { beforeAll, describe, expect, it } from 'vitest';
import { deviceKeyOf } from '../../../../electron/engine/session/own-device';
import { dialler, listener, newDevices, newParty, openBoth, type Party, targetOf } from '../../../support/session-kit';

let desk: Party;
let laptop: Party;

beforeAll(async () => {
  [desk, laptop] = await newDevices('Dana');
}, 60_000);

describe('two devices of one person', () => {
  it('S3-25 A43: talk to each other under one name and with different keys each way', () => {
    expect(desk.local.identity.subject).toEqual(laptop.local.identity.subject);
    const { dialler: a, listener: b } = openBoth(desk, laptop);
    expect(a.opened.keys.keyId).toEqual(b.opened.keys.keyId);
    expect(a.opened.peer.instance.instanceId).toBe(laptop.local.instanceId);
    expect(a.opened.keys.tx.record.bytes).not.toEqual(a.opened.keys.rx.record.bytes);
    expect(a.opened.keys.tx.salt).not.toEqual(a.opened.keys.rx.salt);
    expect(a.opened.keys.tx.record.bytes).toEqual(b.opened.keys.rx.record.bytes);
  });

  it('A43: with one name on both sides, a confirmation reflected still ends it', () => {
    const a = dialler(desk, targetOf(laptop), []);
    const b = listener(laptop, []).receive(a.next());
    a.receive(b.next());
    expect(a.receive(a.next()).result).toBe('confirmation');
    expect(b.receive(b.next()).result).toBe('confirmation');
  });

  it('A43: the device that dialled is not answered by itself, though it holds the exchange key dialled', () => {
    const a = dialler(desk, targetOf(laptop), []);
    expect(listener(desk, []).receive(a.next()).result).toBe('own-instance');
  });

  it('S3-15: a device’s own key is for the other devices of its person: a contact that dials it is told what a stranger is', async () => {
    const contact = await newParty('Carl');
    const exchange = deviceKeyOf(laptop.crypto, laptop.local.instance.credential);
    const refused = listener(laptop, [contact]).receive(dialler(contact, { ...targetOf(laptop), exchange }, [laptop]).next());
    expect([refused.result, refused.out]).toEqual(['not-a-contact', []]);
    expect(listener(laptop, []).receive(dialler(desk, { ...targetOf(laptop), exchange }, []).next()).result).toBe('awaiting-confirm');
  });

  it('a device that our own list does not show as active is a stranger, whatever list it brings', async () => {
    const m1 = dialler(desk, targetOf(laptop), []).next();
    const without = { ...laptop.local, list: { ...laptop.local.list, instances: laptop.local.list.instances.filter(({ instanceId }) => instanceId !== desk.local.instanceId) } };
    expect(listener(laptop, [], { local: without }).receive(m1).result).toBe('not-a-contact');
    const removed = { ...laptop.local, list: { ...laptop.local.list, instances: laptop.local.list.instances.map((entry) => ({ ...entry, state: entry.instanceId === desk.local.instanceId ? ('retired' as const) : entry.state })) } };
    expect(listener(laptop, [], { local: removed }).receive(m1).result).toBe('not-a-contact');
  });

  it('S3-15: a contact sees which device it talks to', async () => {
    const other = await newParty('Erik');
    const { dialler: a } = openBoth(other, laptop);
    expect(a.opened.peer.instance.instanceId).toBe(laptop.local.instanceId);
  }, 30_000);
});

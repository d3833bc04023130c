import { randomBytes } from 'node:crypto';
import { type NatsConnection, PermissionViolationError } from '@nats-io/nats-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { subjectOf } from '../../electron/network/mailbox/connect';
import { DeviceKey } from '../../electron/network/mailbox/device-key';
import type { InstanceId } from '../../electron/engine/ids';
import { instanceIdFromBytes } from '../../electron/engine/wire/ids';
import { systemClock } from '../../electron/platform/clock';
import { EventHub } from '../../electron/services/event-hub';
import { Revoking } from '../../electron/services/ways/revoking';
import { openDatabase } from '../../electron/storage/database';
import { openStores } from '../../electron/storage/open-stores';
import { maxDepositBytes } from '../../electron/services/ports/mailbox';
import { readState } from '../../scripts/mailbox/state.mjs';
import { deviceToken, nowSeconds, slotToken } from '../../scripts/mailbox/tokens.mjs';
import { attacker, lies, newId, newMailbox, Subscriber } from '../support/mailbox-people';
import { HostedMailbox, onServer } from '../support/nats-server';

/**
 * What somebody with rights of their own, and tools of their own, does to other people's mail (protocol.md §11.1). Each test also
 * looks at what must not have changed: Ann's mail lies there as it did, and reaches her.
 */
onServer('attacks on a mailbox', () => {
  let host: HostedMailbox;
  let ann: Subscriber;
  /** Registered, and curious. */
  let eve: Subscriber;
  let asEve: NatsConnection;
  /** Has a slot in Ann's mailbox. */
  let asDropper: NatsConnection;
  let dropperInbox: string;
  const sender = newMailbox();

  beforeAll(async () => {
    host = await HostedMailbox.start();
    [ann, eve] = [await Subscriber.at(host), await Subscriber.at(host)];
    const { token } = ann.slot;
    dropperInbox = `_IN.${subjectOf(token)}`;
    asEve = await attacker(host, eve.registration.token, { key: new DeviceKey(eve.seed), inbox: `_IN.${eve.key}` });
    asDropper = await attacker(host, token, { inbox: dropperInbox });
    expect(await sender.deposit(ann.slot, Buffer.from('for Ann'), newId())).toBe('stored');
  });
  afterAll(async () => {
    await Promise.allSettled([asEve.close(), asDropper.close(), sender.close(), ann.close(), eve.close()]);
    await host.close();
  });

  const refused = (who: NatsConnection, subject: string, payload: string | Uint8Array = ''): Promise<void> =>
    expect(who.request(subject, payload, { timeout: 2_000 }), subject).rejects.toSatisfy(isRefused);

  test('S4-28: nobody reads another mailbox: not its consumer, not the stream, not one message', async () => {
    for (const who of [asEve, asDropper]) {
      for (const api of ['$JS.API', 'MBXAPI']) {
        await refused(who, `${api}.CONSUMER.MSG.NEXT.MBX.${ann.key}`, '{"batch":10,"no_wait":true}');
        await refused(who, `${api}.CONSUMER.INFO.MBX.${ann.key}`);
        await refused(who, `${api}.CONSUMER.LIST.MBX`);
        await refused(who, `${api}.STREAM.INFO.MBX`);
        await refused(who, `${api}.STREAM.MSG.GET.MBX`, '{"seq":1}');
        await refused(who, `${api}.DIRECT.GET.MBX`, '{"seq":1}');
      }
    }
  });

  test('S4-28: nobody listens where answers and mail pass', async () => {
    const heard: string[] = [];
    const subjects = ['>', '_IN.>', `_IN.${ann.key}.>`, 'mbx.in.>', `mbx.in.${ann.registration.address}.*`, '$JS.>', '$SYS.>', '_INBOX.>', '$KV.>'];
    for (const subject of subjects) {
      const closed = await new Promise((resolve) => {
        asEve.subscribe(subject, {
          callback: (error, message) => {
            if (error === null) heard.push(message.subject);
            else resolve(error);
          },
        });
      });
      expect(closed, subject).toBeInstanceOf(PermissionViolationError);
    }
    expect(await sender.deposit(ann.slot, Buffer.from('second for Ann'), newId())).toBe('stored');
    await asEve.flush();
    expect(heard).toEqual([]);
  });

  test('S4-26: nobody makes, changes or removes what stands on the server, nor a consumer that delivers elsewhere', async () => {
    const before = await lies(host);
    const own = { stream_name: 'MBX', config: { durable_name: 'eve', deliver_subject: `_IN.${eve.key}.x`, ack_policy: 'none', deliver_policy: 'all' } };
    const toTheInterface = { ...own, config: { ...own.config, deliver_subject: '$JS.API.STREAM.PURGE.MBX' } };
    for (const who of [asEve, asDropper]) {
      for (const api of ['$JS.API', 'MBXAPI']) {
        for (const config of [own, toTheInterface]) {
          await refused(who, `${api}.CONSUMER.CREATE.MBX`, JSON.stringify(config));
          await refused(who, `${api}.CONSUMER.CREATE.MBX.eve`, JSON.stringify(config));
          await refused(who, `${api}.CONSUMER.DURABLE.CREATE.MBX.eve`, JSON.stringify(config));
          await refused(who, `${api}.CONSUMER.DURABLE.CREATE.MBX.${ann.key}`, JSON.stringify(config));
        }
        for (const verb of ['PURGE', 'DELETE', 'UPDATE', 'CREATE', 'MSG.DELETE']) await refused(who, `${api}.STREAM.${verb}.MBX`, '{}');
        await refused(who, `${api}.CONSUMER.DELETE.MBX.${ann.key}`);
      }
    }
    await refused(asEve, '$SYS.REQ.CLAIMS.UPDATE', 'x');
    expect(await lies(host)).toEqual(before);
  });

  test('S4-26: the server’s answer to a deposit cannot be made an order: not to purge, not to delete', async () => {
    const before = await lies(host);
    const subject = `mbx.in.${ann.registration.address}.${ann.slot.slot}`;
    const orders = ['STREAM.PURGE.MBX', 'STREAM.DELETE.MBX', 'STREAM.UPDATE.MBX', `CONSUMER.DELETE.MBX.${ann.key}`];
    for (const order of orders) {
      for (const api of ['$JS.API', 'MBXAPI']) asDropper.publish(subject, 'x', { reply: `${api}.${order}` });
    }
    await asDropper.flush();
    // After them in the same connection, hence after whatever they did.
    await asDropper.request(subject, 'y', { timeout: 5_000 });
    const after = await lies(host);
    expect(after.consumers).toBe(before.consumers);
    // None was lost, and each that was taken lies there.
    expect(after.messages - before.messages).toBe(after.lastSequence - before.lastSequence);
    expect(after.messages).toBeGreaterThan(before.messages);
  });

  test('A68 S4-28: of session records only those of the own address: not read, not written, not with a wildcard', async () => {
    const name = randomBytes(16).toString('hex');
    const [theirs, mine] = [ann.registration.address, eve.registration.address];
    ann.open();
    await ann.reaches('connected');
    expect(await ann.link.repository.write(name, Buffer.from('sealed'), 0)).toBeGreaterThan(0);
    for (const key of [`${theirs}.${name}`, `${theirs}.>`, `*.${name}`, '>']) {
      await refused(asEve, `MBXAPI.DIRECT.GET.KV_sess.$KV.sess.${key}`);
      await refused(asDropper, `MBXAPI.DIRECT.GET.KV_sess.$KV.sess.${key}`);
    }
    await refused(asEve, 'MBXAPI.DIRECT.GET.KV_sess', '{"seq":1}');
    for (const subject of [`MBXAPI.$KV.sess.${theirs}.${name}`, `$KV.sess.${theirs}.${name}`, `$KV.sess.${mine}.${name}`]) {
      await refused(asEve, subject, 'overwritten');
      await refused(asDropper, subject, 'overwritten');
    }
    expect(Buffer.from((await ann.link.repository.read(name))?.record ?? []).toString()).toBe('sealed');
  });

  test('nobody acknowledges for another, nor under another’s key', async () => {
    await refused(asEve, `$JS.ACK.MBX.${ann.key}.1.1.1.1.0`, '+ACK');
    // Ann's token is worth nothing to who cannot answer the server's challenge.
    await expect(attacker(host, ann.registration.token, { key: new DeviceKey(randomBytes(32)), inbox: `_IN.${ann.key}` })).rejects.toThrow(/Authorization Violation/i);
    await expect(attacker(host, ann.registration.token, { inbox: `_IN.${ann.key}` })).rejects.toThrow(/Authorization Violation/i);
  });

  test('a token alone leaves things in one slot: not in another, another mailbox or all of them', async () => {
    const { address } = ann.registration;
    for (const subject of [`mbx.in.${address}.${'0'.repeat(16)}`, `mbx.in.${eve.registration.address}.${eve.slot.slot}`, `mbx.in.${address}.*`, 'mbx.in.>']) {
      await refused(asDropper, subject, 'x');
    }
  });

  test('oversize is refused with the token as well as by the server, and nothing of it lies there', async () => {
    const before = await lies(host);
    const third = await attacker(host, ann.slot.token, { inbox: dropperInbox });
    const closed = third.closed();
    // The library itself would not send it.
    Object.assign(third.info ?? {}, { max_payload: 1_000_000 });
    third.publish(`mbx.in.${ann.registration.address}.${ann.slot.slot}`, new Uint8Array(70_001));
    await closed;
    expect(await sender.deposit(ann.slot, new Uint8Array(maxDepositBytes + 1), newId())).toBe('too-large');
    expect((await lies(host)).lastSequence).toBe(before.lastSequence);
  });

  test('S4-35: what has expired is refused, also in the middle of a connection', async () => {
    const state = readState(host.folder);
    const { address } = eve.registration;
    const gone = await slotToken(state, { address, expiresAt: nowSeconds() - 60 });
    expect(await sender.deposit({ ...eve.slot, ...gone }, Buffer.from('late'), newId())).toBe('refused');
    const late = { ...eve.registration, token: await deviceToken(state, { key: eve.key, address, expiresAt: nowSeconds() - 60 }) };
    await eve.open(late).reaches('refused');
    await eve.link.close();
    const soon = { ...eve.registration, token: await deviceToken(state, { key: eve.key, address, expiresAt: nowSeconds() + 2 }) };
    await eve.open(soon).reaches('connected');
    await eve.reaches('refused');
    await eve.link.close();
    await eve.open().reaches('connected');
    await eve.link.close();
  });

  test('S4-32 A65: a removed device stays out after the server was started anew', async () => {
    const lost = await Subscriber.at(host);
    await host.revoke(lost.key);
    await lost.open().reaches('refused');
    await host.kill();
    await host.run();
    lost.link.retry();
    const again = new Subscriber(lost.key, lost.registration, lost.seed).open();
    await again.reaches('refused');
    await expect(lost.mailbox.deposit(lost.slot, Buffer.from('x'), newId())).resolves.toBe('refused');
    await Promise.all([lost.close(), again.close()]);
  });

  test('S4-32 S4-35: what was typed while the server did not answer is typed again, and done', async () => {
    const lost = await Subscriber.at(host);
    await host.kill();
    await expect(host.revoke(lost.key)).rejects.toThrow(/type the same again/);
    await host.run();
    await lost.open().reaches('connected');
    await host.revoke(lost.key);
    await lost.reaches('refused');
    await host.revoke(lost.key); // once more does no harm
    await lost.close();
  });

  test('S4-32 S4-35 A65: that a device which is gone was taken out is seen by one that takes mail beside it, not believed; nothing that waits for that one goes', async () => {
    const lost = await Subscriber.at(host);
    const kept = await Subscriber.at(host, { address: lost.registration.address });
    const [toContact, witness] = lost.registration.slots;
    if (toContact === undefined || witness === undefined) throw new Error('two slots');
    await kept.open().reaches('connected');
    const db = openDatabase(':memory:');
    const { deviceMailboxes: store } = openStores(db);
    const [own, gone] = [1, 2].map((at) => instanceIdFromBytes(new Uint8Array(16).fill(at))) as [InstanceId, InstanceId];
    const { registration } = kept;
    store.put({ instanceId: gone, deviceKey: lost.key, address: registration.address, server: registration.servers[0] ?? '', until: registration.expiresAt, proof: new Uint8Array(64), hasLeft: false, ownWord: true, witness });
    const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
    const revoking = new Revoking({
      clock: systemClock, logger, events: new EventHub(logger), store, ownInstance: own, mailbox: kept.mailbox, commit: (work) => work(),
      stateOf: (instanceId) => (instanceId === own ? 'active' : 'retired'), nameOf: () => 'lost',
      own: () => ({ registration, isConnected: kept.link.current.state === 'connected' }),
    });
    const [task] = revoking.list();
    expect(task).toMatchObject({ command: `npm run mailbox -- revoke ${lost.key}`, watched: true });
    // Its old rights take mail still: the reason for the task.
    await lost.open().reaches('connected');
    await lost.link.close();
    expect(await sender.deposit(toContact, Buffer.from('in the slot of the lost one'), newId())).toBe('stored');
    await expect(revoking.confirm(task?.taskId ?? '')).rejects.toMatchObject({ code: 'mailbox.still-registered' });
    expect(revoking.list()).toHaveLength(1);

    await host.revoke(lost.key);
    await revoking.confirm(task?.taskId ?? '');
    expect([revoking.list(), store.ends().map(({ seen }) => seen)]).toEqual([[], [true]]);
    await lost.open().reaches('refused');
    expect(await sender.deposit(toContact, Buffer.from('too late'), newId())).toBe('refused');
    await kept.when(() => kept.texts.includes('in the slot of the lost one'));
    expect(await sender.deposit(kept.slot, Buffer.from('in its own'), newId())).toBe('stored');
    await kept.when(() => kept.texts.includes('in its own'));
    revoking.close();
    db.close();
    await Promise.all([lost.close(), kept.close()]);
  });

  test('after all of it Ann has what was left for her', async () => {
    await ann.when(() => ann.texts.includes('for Ann') && ann.texts.includes('second for Ann'));
  });
});

function isRefused(error: unknown): boolean {
  return error instanceof PermissionViolationError || (error instanceof Error && error.cause !== undefined && isRefused(error.cause));
}

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Mail, type Mailbox, type MailboxCapability, type MailboxLink, type MailboxRegistration, type MailboxState, maxDepositBytes } from '../../../electron/services/ports/mailbox';
import { backings, type MailboxBacking } from './backings';

/** One suite for every `Mailbox`: what the services rely on holds for the twin in memory and for the real server alike. */
for (const { name, skip, start } of backings) {
  if (skip === undefined) describe(`Mailbox over ${name}`, () => holds(start));
  else describe.skip(`Mailbox over ${name} [NOT PROVEN: ${skip}]`, () => holds(start));
}

function holds(start: () => Promise<MailboxBacking>): void {
  let backing: MailboxBacking;
  beforeAll(async () => {
    backing = await start();
  });
  afterAll(() => backing.close());

  test('S4-26: a text that is no registration is refused', async () => {
    const mailbox = backing.mailbox();
    for (const text of ['', 'keyshift-mailbox:', 'keyshift-mailbox:AAAA', '{}']) {
      await expect(mailbox.read(text)).rejects.toMatchObject({ code: 'mailbox.registration-garbled' });
    }
    await mailbox.close();
  });

  test('a registration says whose it is, where the mailbox is, and has slots that nobody else has', async () => {
    const [one, other] = [await device(backing), await device(backing)];
    expect(one.registration.deviceKey).toBe(one.key);
    const all = [one, other].flatMap(({ registration: { publicSlot, slots } }) => [publicSlot, ...slots]);
    expect(new Set(all.map((each) => each?.slot)).size).toBe(all.length);
    expect(new Set(all.map((each) => each?.token)).size).toBe(all.length);
    expect(one.registration.address).not.toBe(other.registration.address);
    expect(one.registration.slots.every(({ address }) => address === one.registration.address)).toBe(true);
    await Promise.all([one.end(), other.end()]);
  });

  test('what is left while nobody is there comes when somebody is, once, from the slot it was left in', async () => {
    const { registration, open, end } = await device(backing);
    const [first, second] = slotsOf(registration);
    const sender = backing.mailbox();
    expect(await sender.deposit(first, bytes(1), id())).toBe('stored');
    expect(await sender.deposit(second, bytes(2), id())).toBe('stored');
    const got = open();
    await got.until(2);
    expect(got.mail.map(({ slot, bytes: [value] }) => [slot, value]).toSorted()).toEqual([[first.slot, 1], [second.slot, 2]].toSorted());
    for (const mail of got.mail) mail.ack();
    await got.link.close();
    const again = open();
    expect(await sender.deposit(first, bytes(3), id())).toBe('stored');
    await again.until(1);
    expect(again.mail.map(({ bytes: [value] }) => value)).toEqual([3]);
    await Promise.all([sender.close(), end()]);
  });

  test('what was not acknowledged comes again', async () => {
    const { registration, open, end } = await device(backing);
    const sender = backing.mailbox();
    await sender.deposit(slotsOf(registration)[0], bytes(7), id());
    const before = open();
    await before.until(1);
    await before.link.close();
    const after = open();
    await after.until(1);
    expect(after.mail[0]?.bytes[0]).toBe(7);
    await Promise.all([sender.close(), end()]);
  }, 30_000);

  test('the same id twice is one deposit', async () => {
    const { registration, open, end } = await device(backing);
    const sender = backing.mailbox();
    const [slot, same] = [slotsOf(registration)[0], id()];
    expect([await sender.deposit(slot, bytes(1), same), await sender.deposit(slot, bytes(1), same)]).toEqual(['stored', 'duplicate']);
    await sender.deposit(slot, bytes(2), id());
    const got = open();
    await got.until(2);
    expect(got.mail.map(({ bytes: [value] }) => value)).toEqual([1, 2]);
    await Promise.all([sender.close(), end()]);
  });

  test('every device of a mailbox gets everything, each for itself', async () => {
    const one = await device(backing);
    const two = await device(backing, one.registration.address);
    const sender = backing.mailbox();
    await sender.deposit(slotsOf(one.registration)[0], bytes(1), id());
    await sender.deposit(slotsOf(two.registration)[0], bytes(2), id());
    const got = [one.open(), two.open()];
    await Promise.all(got.map((each) => each.until(2)));
    for (const { mail } of got) expect(mail.map(({ bytes: [value] }) => value)).toEqual([1, 2]);
    await Promise.all([sender.close(), one.end(), two.end()]);
  });

  test('S4-28 A68: a slot opens no other slot, and no other mailbox', async () => {
    const [one, other] = [await device(backing), await device(backing)];
    const [mine, second] = slotsOf(one.registration);
    const sender = backing.mailbox();
    expect(await sender.deposit({ ...mine, slot: second.slot }, bytes(1), id())).toBe('refused');
    expect(await sender.deposit({ ...mine, address: other.registration.address }, bytes(1), id())).toBe('refused');
    expect(await sender.deposit({ ...mine, token: 'garbled' }, bytes(1), id())).toBe('refused');
    const got = [one.open(), other.open()];
    await sender.deposit(mine, bytes(9), id());
    await sender.deposit(slotsOf(other.registration)[0], bytes(9), id());
    await Promise.all(got.map((each) => each.until(1)));
    for (const { mail } of got) expect(mail.map(({ bytes: [value] }) => value)).toEqual([9]);
    await Promise.all([sender.close(), one.end(), other.end()]);
  });

  test('a full slot takes no more and throws nothing away; another one still does', async () => {
    const { registration, open, end } = await device(backing);
    const [slot, free] = slotsOf(registration);
    const sender = backing.mailbox();
    const outcomes = await Promise.all(Array.from({ length: 520 }, (_, index) => sender.deposit(slot, bytes(index), id())));
    expect(outcomes.filter((one) => one === 'stored')).toHaveLength(500);
    expect(outcomes.filter((one) => one === 'full')).toHaveLength(20);
    expect(await sender.deposit(free, bytes(1), id())).toBe('stored');
    const got = open((mail) => mail.ack());
    await got.until(501);
    expect(new Set(got.mail.filter((mail) => mail.slot === slot.slot).map(({ bytes: own }) => Buffer.from(own).readUInt8(0))).size).toBeGreaterThan(200);
    expect(await sender.deposit(slot, bytes(2), id())).toBe('stored');
    await Promise.all([sender.close(), end()]);
  });

  test('the largest deposit is taken, a larger one is not', async () => {
    const { registration, open, end } = await device(backing);
    const sender = backing.mailbox();
    const [slot] = slotsOf(registration);
    const largest = new Uint8Array(randomBytes(maxDepositBytes));
    expect(await sender.deposit(slot, new Uint8Array(maxDepositBytes + 1), id())).toBe('too-large');
    expect(await sender.deposit(slot, largest, id())).toBe('stored');
    const got = open();
    await got.until(1);
    expect(Buffer.from(got.mail[0]?.bytes ?? []).equals(largest)).toBe(true);
    await Promise.all([sender.close(), end()]);
  });

  test('a withdrawn capability is refused; the others go on', async () => {
    const { registration, end } = await device(backing);
    const [slot, other] = slotsOf(registration);
    const sender = backing.mailbox();
    await backing.withdraw(slot);
    expect(await sender.deposit(slot, bytes(1), id())).toBe('refused');
    expect(await sender.deposit(other, bytes(1), id())).toBe('stored');
    await Promise.all([sender.close(), end()]);
  });

  test('S4-32 A65: a removed device is refused, also while it is connected, and its sibling gets everything', async () => {
    const one = await device(backing);
    const two = await device(backing, one.registration.address);
    const [got, sibling] = [one.open(), two.open()];
    await Promise.all([got.reach('connected'), sibling.reach('connected')]);
    await backing.revoke(one.key);
    await got.reach('refused');
    expect(got.link.current.failure).toBe('mailbox.refused');
    const sender = backing.mailbox();
    await sender.deposit(slotsOf(two.registration)[0], bytes(1), id());
    await sibling.until(1);
    expect(got.mail).toEqual([]);
    // What was given with it goes with it, as anybody sees who may ask; nothing of the other does.
    const [gone, stands] = [slotsOf(one.registration)[1], slotsOf(two.registration)[1]];
    expect([await sender.probe(gone), await sender.probe(stands), await sender.probe({ ...stands, expiresAt: stands.expiresAt + 1 })]).toEqual(['withdrawn', 'stands', 'garbled']);
    expect(await sender.deposit(gone, bytes(2), id())).toBe('refused');
    await backing.setReachable(false);
    expect(await sender.probe(stands)).toBe('unreachable');
    await backing.setReachable(true);
    await Promise.all([sender.close(), one.end(), two.end()]);
  });

  test('S4-35: a key proves what its device says, and nothing a server could ask it', async () => {
    const mailbox = backing.mailbox();
    const seed = mailbox.createSeed();
    const [key, other] = [await mailbox.deviceKey(seed), await mailbox.deviceKey(mailbox.createSeed())];
    const statement = Uint8Array.of(0xff, 1);
    const proof = mailbox.prove(seed, statement);
    expect([mailbox.isProof(key, statement, proof), mailbox.isProof(other, statement, proof), mailbox.isProof(key, Uint8Array.of(0xff, 2), proof)]).toEqual([true, false, false]);
    await mailbox.close();
  });

  test('while the server is gone deposits say so, and links come back by themselves', async () => {
    const { registration, open, end } = await device(backing);
    const sender = backing.mailbox();
    const got = open();
    await got.reach('connected');
    await backing.setReachable(false);
    await got.reach('connecting');
    expect(await sender.deposit(slotsOf(registration)[0], bytes(1), id())).toBe('unreachable');
    expect(await sender.deposit(slotsOf(registration)[0], bytes(1), id(), AbortSignal.abort())).toBe('unreachable');
    await backing.setReachable(true);
    got.link.retry();
    await got.reach('connected');
    expect(await sender.deposit(slotsOf(registration)[0], bytes(2), id())).toBe('stored');
    await got.until(1);
    expect(got.mail.map(({ bytes: [value] }) => value)).toEqual([2]);
    await Promise.all([sender.close(), end()]);
  });
}

interface Opened {
  readonly link: MailboxLink;
  readonly mail: Mail[];
  until(count: number): Promise<void>;
  reach(state: MailboxState['state']): Promise<void>;
}

interface Device {
  readonly key: string;
  readonly registration: MailboxRegistration;
  open(onMail?: (mail: Mail) => void): Opened;
  end(): Promise<void>;
}

/** A device with a registration, in a program of its own. */
async function device(backing: MailboxBacking, address?: string): Promise<Device> {
  const mailbox: Mailbox = backing.mailbox();
  const seed = mailbox.createSeed();
  const key = await mailbox.deviceKey(seed);
  const registration = await mailbox.read(await backing.register(key, address));
  return { key, registration, open: (onMail = () => {}) => opened(mailbox, registration, seed, onMail), end: () => mailbox.close() };
}

function opened(mailbox: Mailbox, registration: MailboxRegistration, seed: Uint8Array, onMail: (mail: Mail) => void): Opened {
  const mail: Mail[] = [];
  const waiting = new Set<() => void>();
  const news = (): void => {
    for (const check of waiting) check();
  };
  const link = mailbox.open(registration, seed, {
    onMail: (one) => {
      mail.push(one);
      onMail(one);
      news();
    },
    onState: news,
  });
  const when = (holds: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!holds()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  return { link, mail, until: (count) => when(() => mail.length >= count), reach: (state) => when(() => link.current.state === state) };
}

function slotsOf({ slots: [first, second] }: MailboxRegistration): [MailboxCapability, MailboxCapability] {
  if (first === undefined || second === undefined) throw new Error('a registration of tests has two slots');
  return [first, second];
}

const id = (): string => randomBytes(16).toString('hex');
const bytes = (value: number): Uint8Array => Uint8Array.of(value, ...randomBytes(32));

import { createPrivateKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cat, lp, u16, u32, u8 } from '../second/bytes.mjs';
import { laterExtension } from '../second/certificate.mjs';
import { makeInstanceCredential, makeList } from '../second/credentials.mjs';
import { H, label, random } from '../second/crypto.mjs';
import { knock } from '../second/faults.mjs';
import { Forger } from '../second/forging.mjs';
import { readLink } from '../second/link.mjs';
import * as live from '../second/live.mjs';
import { Peer } from '../second/peer.mjs';
import { identityKey, Person, toOf } from '../second/person.mjs';
import * as session from '../second/session.mjs';
import type { HeadlessPeer } from '../support/headless-peer';
import { readyKeys } from '../support/rsa-keys';
import { codeOf } from '../support/set-clock-people';
import { newPerson, temporaryFolder, texts } from '../support/two-peers';

// One real headless process, and one peer of a later version: written from docs/protocol.md alone, with something added in each of the places of §16 that it meets, and in those that are none.
const folder = temporaryFolder();
const keyOf = (at: number) => identityKey(1, createPrivateKey(readyKeys(at + 1)[at] ?? ''));
const extensions = [laterExtension('2.25.49017952653411.99', random(30)), laterExtension('1.3.6.1.4.1.55555.7', Buffer.from('later'))];
let hedda: HeadlessPeer;
let later: InstanceType<typeof Peer>;
let forger: InstanceType<typeof Forger>;
// oxlint-disable-next-line typescript/no-explicit-any -- the second implementation is plain JavaScript
let dialog: any;
let conversationId = '';

beforeAll(async () => {
  hedda = (await newPerson(folder.path, 'hedda')).peer;
  await hedda.call('settings.set', { findOnNetwork: false });
  later = new Peer(new Person({ name: 'Later', key: keyOf(0), extensions }));
  await later.listen();
  await later.accept(readLink((await hedda.call('contacts.createInvitation')).link));
  await later.dial();
  await ready();
  forger = new Forger(later);
  dialog = later.openDialog('Later');
  later.say(dialog, 'of today');
  await acknowledged();
  conversationId = (await hedda.call('conversations.list')).find(({ title }) => title === 'Later')?.conversationId ?? '';
});
afterAll(async () => {
  later.close();
  await hedda.end();
  folder.release();
});

const ready = () => later.until(() => later.session?.isReady && !later.session.ended);
const acknowledged = () => later.until(() => dialog.out.unacknowledged.size === 0);
const address = () => later.contact.addresses[0];
async function dealtWith(): Promise<void> {
  const before = later.items.filter((type: number) => type === 5).length;
  later.session.send({ type: 4, body: random(8) });
  await later.until(() => later.session.ended || later.items.filter((type: number) => type === 5).length > before);
}
const control = (counter: number, content: Buffer) => forger.message(dialog, { control: true, sequence: counter, content });
const contacts = async () => (await hedda.call('contacts.list')).map(({ name }) => name);

describe('§16, from outside: what may be missed is', () => {
  it('extensions that are not critical, in the certificate of a contact', async () => {
    expect(await contacts()).toEqual(['Later']);
    expect(later.session.chain.peerId).toBe(later.contact.chain.peerId);
  });

  it('S1-08: a type of content and a schema: they keep their place and their digest, and what follows comes', async () => {
    later.sayRaw(dialog, Buffer.from([1, 99, 1, 2, 3]));
    later.sayRaw(dialog, Buffer.from([2, 1, 0, 0]));
    later.say(dialog, 'behind them');
    await acknowledged();
    const all = (await hedda.call('messages.list', { conversationId })).filter(({ direction }) => direction === 'in');
    expect(all.slice(-3).map(({ kind, text }) => [kind, text])).toEqual([['unsupported', ''], ['unsupported', ''], ['text', 'behind them']]);
  });

  it('S1-08: a type of control message: its counter is used up, and nothing else comes of it', async () => {
    // Closed, under that counter and under the next one.
    const counter = (dialog.out.control += 1);
    later.sendAll(control(counter, cat(u8(77), random(40))), control(counter, u8(5)));
    await dealtWith();
    later.say(dialog, 'still open');
    await acknowledged();
    expect((await texts(hedda, conversationId, 'in')).at(-1)).toBe('still open');
  });

  it('sections of a card: the card counts, and its signature covers them; out of order, twice or too large there is no card', async () => {
    const places = await Promise.all([0, 1].map(async () => {
      const came: unknown[] = [];
      const { address: at, close } = await live.listen((wire: InstanceType<typeof live.Wire>) => {
        came.push(wire);
        wire.close();
        later.watchers.forEach((look: () => void) => look());
      });
      return { at, came, close };
    }));
    const [right, wrong] = places;
    if (!right || !wrong) return expect.unreachable();
    let shown = Date.now();
    const show = async ({ at }: { at: unknown }, behind: Buffer, spoil = false) => {
      // Each later than the one before: of two the later counts.
      shown += 1;
      const bytes = later.person.card({ addresses: [at], forContact: true, behind, now: shown });
      if (spoil) bytes[bytes.length - 70] = (bytes.at(-70) ?? 0) ^ 1;
      later.session.send({ type: 3, body: bytes });
      await dealtWith();
      expect(later.session.ended).toBeFalsy();
    };
    await show(right, cat(u8(16), lp(u8(0)), u8(18), lp(random(20)), u8(200), lp(''), u8(255), lp(random(400))));
    await show(wrong, cat(u8(18), lp(random(20))), true);
    for (const behind of [cat(u8(19), lp('a'), u8(18), lp('b')), cat(u8(18), lp('a'), u8(18), lp('b')), cat(u8(18), lp(random(16_384)))]) await show(wrong, behind);
    // Where it is looked for says which card counted.
    await later.apart();
    const contactId = (await hedda.call('contacts.list'))[0]?.contactId ?? '';
    await hedda.call('network.tryNow', { contactId });
    await later.until(() => right.came.length > 0);
    expect(wrong.came).toEqual([]);
    for (const { close } of places) close();
    await later.dial();
    await ready();
  });

  it('kinds of items, among others that are known', async () => {
    const before = later.items.filter((type: number) => type === 5).length;
    later.session.sendPlain(cat(session.item(99, random(9)), session.item(255, Buffer.alloc(0)), session.item(4, random(8)), session.item(15, random(900))));
    await later.until(() => later.items.filter((type: number) => type === 5).length > before);
    expect(later.session.ended).toBeFalsy();
  });
});

describe('§16, from outside: what is no such place is refused', () => {
  it('S1-08: flags of a message, and a version of it: not acknowledged, and nothing is shown', async () => {
    const shown = (await texts(hedda, conversationId, 'in')).length;
    const good = later.talk.send(dialog, { type: 'text', text: 'with flags' });
    // Behind version, tag, time and salt stand the flags.
    for (const at of [42, 43]) {
      const flagged = Buffer.from(good);
      flagged[at] = (flagged[at] ?? 0) | 2;
      later.session.send({ type: 2, body: flagged });
    }
    const versioned = Buffer.from(good);
    versioned[1] = 1;
    later.session.send({ type: 2, body: versioned });
    await dealtWith();
    expect(await texts(hedda, conversationId, 'in')).toHaveLength(shown);
    later.sendAll(good);
    await acknowledged();
    expect((await texts(hedda, conversationId, 'in')).at(-1)).toBe('with flags');
  });

  it('S3-15: a role or a state of a list: its chain is refused', async () => {
    const { person } = later;
    const who = { peerId: person.peerId, spkiHash: person.spkiHash, epoch: 1, privateKey: person.key.privateKey };
    const with_ = (roles: number, state: number, listed = roles) => {
      const dates = { notBefore: Date.now() - 60_000, notAfter: Date.now() + 86_400_000, minListVersion: 1 };
      const instance = makeInstanceCredential(who, { ...dates, signingKey: person.signingKey, kemKey: person.kemKey, roles, deviceName: 'second', counterSignature: person.consent });
      const other = { instanceId: random(16), hash: random(32), roles: listed & ~1, state };
      const list = makeList(who, { version: 2, issuedAt: Date.now(), entries: [{ instanceId: person.instanceId, hash: H(instance), roles, state: 0 }, other] });
      const { identity, exchange } = person.chainParts;
      return cat(...[identity, list, instance, exchange, Buffer.alloc(0)].map((part) => lp(part)));
    };
    const answered = async (chain: Buffer) => (await knock(address(), session.makeM1({ ...person.own, chain, listVersion: 2 }, toOf(later.contact.chain), { time: Date.now() }).bytes)).seen[0];
    expect(await answered(with_(3, 3))).toBe(session.TYPES.retry);
    expect(await answered(with_(3 | 8, 0, 2))).toBe(session.TYPES.retry);
    expect(await answered(with_(3, 0, 8))).toBe(session.TYPES.retry);
    const good = await live.Wire.dial(address());
    good.send(session.makeM1({ ...person.own, chain: with_(3, 1), listVersion: 2 }, toOf(later.contact.chain), { time: Date.now() }).bytes);
    expect((await good.next())?.[0]).toBe(session.TYPES.m2);
    good.close();
  });

  it('S5-04: a kind of host, and a version of a link', async () => {
    const link = (version: number, kind: number) => {
      const body = cat(u8(version), random(32), random(16), random(16), u32(Math.floor(Date.now() / 1000) + 600), u8(1), u8(kind), u16(4711), Buffer.of(127, 0, 0, 1));
      return `keyshift:invite/${cat(body, H(label('link-checksum'), body).subarray(0, 8)).toString('base64url')}`;
    };
    const accept = (text: string) => codeOf(hedda.call('contacts.acceptInvitation', { link: text }));
    expect(await accept(link(2, 1))).toBe('invitation.garbled');
    expect(await accept(link(1, 5))).toBe('invitation.garbled');
    expect(await accept(link(1, 1))).toBe('done');
  });
});

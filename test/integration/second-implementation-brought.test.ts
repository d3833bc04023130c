import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cat } from '../second/bytes.mjs';
import { cardText, makeCard } from '../second/card.mjs';
import { PURPOSE } from '../second/channel.mjs';
import { random } from '../second/crypto.mjs';
import { answerInvitation, invite, RESULT } from '../second/inviting.mjs';
import { deviceLink, letIn } from '../second/letting-in.mjs';
import { readLink } from '../second/link.mjs';
import { channelOver } from '../second/live.mjs';
import { Peer } from '../second/peer.mjs';
import { identityKey, Person } from '../second/person.mjs';
import { writeCode } from '../second/recovery-code.mjs';
import { HeadlessPeer } from '../support/headless-peer';
import { readyKeys } from '../support/rsa-keys';
import { codeOf } from '../support/set-clock-people';
import { newPerson, passphrase, temporaryFolder, texts } from '../support/two-peers';

// §17: what a person brings, made by people who were written from docs/protocol.md alone, and the code that a real peer gives it.
type Wire = Parameters<typeof answerInvitation>[1];
const folder = temporaryFolder();
const pems = readyKeys(9);
const keys = pems.map((one) => identityKey(1, createPrivateKey(one)));
const vectorsOf = (name: string) => JSON.parse(readFileSync(`test/vectors/${name}.json`, 'utf8'));
const personOf = (name: string, at: number, how: { now?: number } = {}) => new Person({ name, key: keys[at], ...how });
const pem = (label: string, bytes: Buffer) => `-----BEGIN ${label}-----\n${bytes.toString('base64')}\n-----END ${label}-----\n`;

let hedda: HeadlessPeer;
const seconds: InstanceType<typeof Peer>[] = [];
const extra: HeadlessPeer[] = [];

async function listening(name: string, at: number): Promise<InstanceType<typeof Peer>> {
  const second = new Peer(personOf(name, at));
  await second.listen();
  seconds.push(second);
  return second;
}
const known = async (name: string) => (await hedda.call('contacts.list')).find((each) => each.name === name);
const accept = (link: string) => codeOf(hedda.call('contacts.acceptInvitation', { link }));

/** §12, *Reading*: a link in the middle of other words. */
function holdsALink(text: string): boolean {
  const inside = /(?<![A-Za-z0-9_-])keyshift:invite\/[A-Za-z0-9_-]+/.exec(text)?.[0];
  if (inside === undefined || inside === text) return false;
  try {
    return readLink(inside).secret.length === 16;
  } catch {
    return false;
  }
}

beforeAll(async () => {
  hedda = (await newPerson(folder.path, 'hedda')).peer;
  await hedda.call('settings.set', { findOnNetwork: false });
}, 60_000);
afterAll(async () => {
  for (const second of seconds) second.close();
  await Promise.all([hedda, ...extra].map((peer) => peer.kill()));
  folder.release();
});

describe('§17, from outside: an invitation', () => {
  it('S5-04: a link is garbled, altered, one’s own or over, before anything is asked of anybody', async () => {
    const { bad, good } = vectorsOf('texts').links;
    // What has a whole link within other letters is another matter: such a one is looked for.
    const alone = bad.filter(({ text }: { text: string }) => !holdsALink(text));
    expect(bad.filter((one: { text: string }) => !alone.includes(one)).map(({ name }: { name: string }) => name)).toEqual(['padding', 'two brackets', 'a bracket alone']);
    for (const { name, text, code } of alone) expect([name, await accept(text)]).toEqual([name, code]);
    const { link } = await hedda.call('contacts.createInvitation');
    expect(await accept(link)).toBe('invitation.own');
    expect(await accept(`Come here: ${link}, will you?`)).toBe('invitation.own');
    const stranger = personOf('Late', 8);
    expect(await accept(invite(stranger, [], { seconds: -1 }).text)).toBe('invitation.expired');
    expect(holdsALink(good[0].text)).toBe(false);
    expect(await hedda.call('contacts.list')).toEqual([]);
  });

  it('S5-04: what the proven inviter says of it ends it: used, over, refused; accepted, the two talk, and it is not accepted twice', { timeout: 60_000 }, async () => {
    for (const [at, result] of (['used', 'expired', 'refused', 'accepted'] as const).entries()) {
      const second = await listening(`Says ${result}`, at);
      const { secret, text } = invite(second.person, second.addresses);
      const came = new Promise<Awaited<ReturnType<typeof answerInvitation>>>((done) => {
        second.answers[PURPOSE.invite] = async (wire: Wire, openFrame: Buffer) => done(await answerInvitation(second.person, wire, openFrame, { secret, addresses: second.addresses, result: RESULT[result] }));
      });
      const { contactId } = await hedda.call('contacts.acceptInvitation', { link: text });
      const card = await came;
      const stands = async () => (await hedda.call('contacts.list')).find((each) => each.contactId === contactId);
      if (result !== 'accepted') {
        await hedda.until(result, async () => (await stands())?.ended !== undefined);
        expect((await stands())?.ended).toBe(`invitation.${result}`);
        continue;
      }
      second.knows(card.chain, card.addresses);
      await second.dial();
      await second.until(() => second.session?.isReady);
      expect(await stands()).toMatchObject({ name: 'Says accepted', pending: false });
      expect(await accept(invite(second.person, second.addresses).text)).toBe('invitation.already-accepted');
      const dialog = second.openDialog('By link');
      second.say(dialog, 'I invited you');
      await second.until(() => dialog.out.unacknowledged.size === 0);
      expect(await texts(hedda, (await hedda.call('conversations.list'))[0]?.conversationId ?? '', 'in')).toEqual(['I invited you']);
    }
  });

  it('S5-04: another device of the inviter than made it is refused; another person is nobody, and it goes on waiting', { timeout: 60_000 }, async () => {
    const inviter = await listening('Two devices', 4);
    const { secret, text } = invite(inviter.person, inviter.addresses);
    const other = personOf('Two devices', 4);
    inviter.answers[PURPOSE.invite] = (wire: Wire, openFrame: Buffer) => answerInvitation(other, wire, openFrame, { secret, addresses: inviter.addresses });
    const { contactId } = await hedda.call('contacts.acceptInvitation', { link: text });
    await hedda.until('refused', async () => (await hedda.call('contacts.list')).find((each) => each.contactId === contactId)?.ended === 'invitation.refused');

    const away = await listening('Away', 5);
    const asked = invite(away.person, away.addresses);
    const somebody = personOf('Somebody', 6);
    away.answers[PURPOSE.invite] = (wire: Wire, openFrame: Buffer) => answerInvitation(somebody, wire, openFrame, { secret: asked.secret, addresses: [], inviter: away.person });
    const waiting = await hedda.call('contacts.acceptInvitation', { link: asked.text });
    await hedda.until('somebody else is seen', async () => (await hedda.call('network.reach', { contactId: waiting.contactId })).tries.some(({ outcome }) => outcome === 'other-identity'));
    expect((await hedda.call('contacts.list')).find((each) => each.contactId === waiting.contactId)).toMatchObject({ pending: true });
    expect(await known('Somebody')).toBeUndefined();
    await hedda.call('contacts.remove', { contactId: waiting.contactId });
  });
});

describe('§17, from outside: a key as text', () => {
  const importKey = (text: string) => codeOf(hedda.call('contacts.importKey', { text }));

  it('S5-23 A80: nothing, a part, a private key, one’s own, a contact’s, and what is not good each have their code', async () => {
    const bea = personOf('Bea', 6);
    const card = bea.card({ addresses: [] });
    const whole = cardText(card);
    const lapsed = personOf('Old', 7, { now: Date.now() - 200 * 86_400_000 });
    const later = makeCard({ chain: bea.chainBytes, time: Date.now() + 31 * 86_400_000, addresses: [], history: undefined, signingSeed: bea.signingSeed });
    const { text: own } = await hedda.call('identity.exportPublic', { format: 'card' });
    const accepted = seconds.find(({ person }) => person.name === 'Says accepted');
    const cases: Record<string, readonly [string, string]> = {
      'words': ['hello', 'key.garbled'],
      'half a card': [whole.slice(0, whole.length / 2), 'key.garbled'],
      'a private key': [pem('PRIVATE KEY', bea.key.privateKey.export({ format: 'der', type: 'pkcs8' })), 'key.private'],
      'a card and a private key behind it': [whole + pem('RSA PRIVATE KEY', random(100)), 'key.private'],
      'another signature': [cardText(cat(card.subarray(0, -1), Buffer.of((card.at(-1) ?? 0) ^ 1))), 'key.unacceptable'],
      'a card of somebody whose certificate ended long ago': [cardText(lapsed.card({ addresses: [] })), 'key.unacceptable'],
      'a card from more than 30 days ahead': [cardText(later), 'key.unacceptable'],
      'one’s own card': [own, 'key.own'],
      'a contact': [cardText(accepted?.person.card({ addresses: [] }) ?? Buffer.alloc(0)), 'key.already-known'],
    };
    for (const [name, [text, code]] of Object.entries(cases)) expect([name, await importKey(text)]).toEqual([name, code]);
    // A later key shows by its card alone that it is this person's.
    bea.rotate({ key: identityKey(2, createPrivateKey(pems[7] ?? '')) });
    expect(await importKey(pem('CERTIFICATE', bea.chain?.identity.bytes ?? Buffer.alloc(0)))).toBe('key.unacceptable');
    expect(await known('Bea')).toBeUndefined();
    expect(await importKey(`> ${cardText(bea.card({ addresses: [] })).replaceAll('\n', '\n> ')}`)).toBe('done');
    expect(await known('Bea')).toMatchObject({ pending: true });
  });
});

describe('§17, from outside: a recovery code', () => {
  it('S5-19: of another length, alphabet, checksum or identity it is wrong, and nothing has changed', async () => {
    const code = writeCode(random(32));
    const before = await hedda.call('identity.get');
    const other = code.startsWith('0') ? '2' : '0';
    for (const text of ['', code.slice(1), `${code}0`, `U${code.slice(1)}`, `${other}${code.slice(1)}`, code]) expect([text, await codeOf(hedda.call('identity.recover', { code: text }))]).toEqual([text, 'recovery.wrong-code']);
    expect(await hedda.call('identity.get')).toEqual(before);
  });
});

describe('§17, from outside: a link for a new device', () => {
  it('S4-26: garbled, of a later version, over, refused, closed three times, and lost behind the digits', { timeout: 120_000 }, async () => {
    const fresh = await HeadlessPeer.start(join(folder.path, 'fresh'), { listen: '127.0.0.1:0' });
    extra.push(fresh);
    const joins = (link: string) => codeOf(fresh.call('devices.join', { link, passphrase }));
    const host = await listening('Household', 7);
    // Those at their end are over by the clock of the vectors.
    for (const { name, text, code } of vectorsOf('linking').badLinks.filter((one: { code: string }) => one.code !== 'device.link-expired')) expect([name, await joins(text)]).toEqual([name, code]);
    expect(await joins(deviceLink(host.person, host.addresses, { now: Date.now() - 601_000 }).text)).toBe('device.link-expired');
    const ended = async (code: string, answers: (wire: Wire, openFrame: Buffer, secret: Buffer) => unknown) => {
      const { secret, text } = deviceLink(host.person, host.addresses);
      host.answers[PURPOSE.link] = (wire: Wire, openFrame: Buffer) => answers(wire, openFrame, secret);
      expect(await joins(text)).toBe('done');
      await fresh.until(code, async () => (await fresh.call('devices.linking')).failure === code);
      expect((await fresh.call('vault.status')).state).toBe('absent');
    };
    await ended('device.link-refused', async (wire, openFrame) => {
      const over = channelOver(wire, openFrame);
      await over.hear(48);
      over.say(63, Buffer.alloc(0));
      over.close();
    });
    let came = 0;
    await ended('device.link-refused', (wire) => {
      came += 1;
      wire.close();
    });
    expect(came).toBe(3);
    await ended('device.link-lost', (wire, openFrame, secret) =>
      letIn(host.person, wire, openFrame, {
        secret,
        addresses: host.addresses,
        compare: () => {
          wire.close();
          return false;
        },
      }).catch(() => undefined),
    );
  });
});

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createCard } from '../../../../electron/engine/certificates/card';
import { openCardDeposit, sealCardDeposit } from '../../../../electron/engine/dialog/card-deposit';
import { proveInvitation } from '../../../../electron/engine/dialog/invitation-mail';
import { encodeLongInvitation, parseLongInvitation } from '../../../../electron/engine/certificates/long-invitation';
import { invitationIdOf, parseInvitation } from '../../../../electron/engine/identity/invitation-link';
import { InvitationMail, type InvitationMailParts } from '../../../../electron/services/ways/invitation-mail';
import { createMailWorld, type MailWorld } from '../../../support/mail-world';
import { type Resident, toldOf } from '../../../support/services-kit';

let world: MailWorld;
let ann: Resident;
let bo: Resident;

const rowAt = (resident: Resident, other: Resident) => resident.profile.stores.contacts.byPeer(other.profile.local.peerId);
const relation = (resident: Resident, other: Resident) => rowAt(resident, other)?.relation;

async function invite(resident: Resident, expiresInSeconds = 86_400): Promise<string> {
  const { longLink } = await resident.contacts.createInvitation({ mailbox: true, expiresInSeconds });
  return longLink ?? '';
}

/** Ann invites; neither ever reaches the other. */
beforeEach(async () => {
  world = createMailWorld();
  [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
  world.part(ann, bo);
  for (const each of [ann, bo]) await world.register(each);
});
afterEach(() => world.close());

describe('an invitation that carries a place to answer', () => {
  test('S1-01: two people who are never there together become contacts and talk; whoever comes next hears that it was used', async () => {
    const link = await invite(ann);
    expect(link.length).toBeGreaterThan(4_000);
    expect(link.length).toBeLessThan(16_000);
    const laterAnn = ann.profile;
    laterAnn.leave(); // off
    const { contactId } = await bo.contacts.acceptInvitation({ link: `<${link.replace(/(.{76})/g, '$1\n')}>` });
    expect(relation(bo, ann)).toBe('invited');
    const { conversationId } = await bo.conversations.open({ contactId });
    await bo.messages.send({ conversationId, text: 'hello' });
    await world.until('all of it lies there', () => world.server.size >= 3);
    bo.profile.leave();
    ann.reopen();
    await world.until('Bo is a contact, with what was written', () => relation(ann, bo) === 'mutual' && toldOf(ann, 'message.received').length === 1);
    expect(ann.contacts.requests(undefined)).toEqual([]);
    await world.until('Ann left her card', () => world.left.some(({ by }) => by === 'Ann'));
    await world.pass(5_000);
    ann.profile.leave();
    bo.reopen();
    await world.until('Bo knows', () => relation(bo, ann) === 'mutual');
    await world.until('and that it arrived', () => toldOf(bo, 'message.state').some(({ state }) => state === 'delivered'));
    ann.reopen();

    const cy = await world.move('Cy');
    world.part(cy);
    await world.register(cy);
    await cy.contacts.acceptInvitation({ link });
    await world.until('Cy is told', () => rowAt(cy, ann)?.ended === 'invitation.used');
    expect(relation(ann, cy)).toBeUndefined();
    expect(ann.contacts.requests(undefined)).toEqual([]);
    expect(relation(ann, bo)).toBe('mutual');
  });

  test('redeemed by the device that made it alone, once, whatever comes again and in whichever order', async () => {
    ann.mute = false;
    ann.onLink = undefined;
    const laptop = await world.link(ann, 'Ann’s laptop');
    await laptop.mailbox.register({ registration: world.server.register((await laptop.mailbox.status(undefined)).deviceKey, { address: ann.profile.stores.ways.slots()[0]?.place.address ?? '' }) });
    await world.until('both take mail', () => laptop.profile.ways.own.state === 'connected' && ann.profile.ways.own.state === 'connected');
    const link = await invite(ann);
    ann.profile.leave();
    await bo.contacts.acceptInvitation({ link });
    await world.until('it lies there', () => world.left.some(({ by }) => by === 'Bo'));
    await world.pass(3_000);
    // The laptop had it, and knows no invitation.
    expect(relation(laptop, bo)).toBeUndefined();
    expect(laptop.contacts.requests(undefined)).toEqual([]);
    ann.reopen();
    await world.until('the desk redeems it', () => relation(ann, bo) === 'mutual');
    await world.until('the laptop hears of it', () => relation(laptop, bo) === 'mutual');
    const row = ann.profile.stores.invitations.list()[0];
    expect(row?.redeemedBy).toBe(bo.profile.local.peerId);
    const [first] = world.left.filter(({ by }) => by === 'Bo');
    const place = ann.profile.stores.ways.slots().find(({ isPublic }) => isPublic)?.place;
    if (first === undefined || place === undefined) throw new Error('nothing was left');
    await world.server.mailbox().deposit(place, first.bytes, 'ab'.repeat(16));
    await world.pass(3_000);
    expect(ann.profile.stores.invitations.list()).toEqual([row]);
    expect(ann.profile.stores.contacts.list()).toHaveLength(1);
  });

  test('A22: garbled, altered, expired, own, a stranger’s card in another’s link: nothing is left and nothing kept', async () => {
    const link = await invite(ann, 60);
    const at = link.length - 40;
    const altered = link.slice(0, at) + (link[at] === 'A' ? 'B' : 'A') + link.slice(at + 1);
    const card = createCard(bo.crypto, bo.profile.local, [], world.clock.now());
    const { link: short } = parseLongInvitation(bo.crypto, link, world.clock.now());
    const left = world.left.length;
    const refused = async (text: string): Promise<string> => {
      try {
        await bo.contacts.acceptInvitation({ link: text });
      } catch (error) {
        return String((error as { code?: string }).code);
      }
      return 'accepted';
    };
    expect(await refused(altered)).toBe('invitation.altered');
    expect(['invitation.garbled', 'invitation.altered']).toContain(await refused(link.slice(0, link.length - 4)));
    expect(await refused('keyshift:invite-long/')).toBe('invitation.garbled');
    expect(await refused(`keyshift:invite-long/${'A'.repeat(200_000)}`)).toBe('invitation.garbled');
    expect(await refused(encodeLongInvitation(bo.crypto, short, card))).toBe('invitation.garbled');
    expect(await refused(encodeLongInvitation(bo.crypto, short, new Uint8Array(300)))).toBe('invitation.garbled');
    expect(await refused((await bo.contacts.createInvitation({ mailbox: true })).longLink ?? '')).toBe('invitation.own');
    await world.pass(61_000, 1_000);
    expect(await refused(link)).toBe('invitation.expired');
    expect(bo.profile.stores.contacts.list()).toEqual([]);
    expect(bo.profile.stores.peers.list()).toEqual([]);
    expect(world.left.length).toBe(left);
    await ann.mailbox.leave(undefined);
    expect(() => ann.contacts.createInvitation({ mailbox: true })).toThrow(expect.objectContaining({ code: 'mailbox.none' }));
  });

  test('A22: a proof made without the secret, for another card or credential, or with an unknown id is nothing, and no answer goes out', async () => {
    const link = await invite(ann);
    const { invitation } = parseLongInvitation(bo.crypto, link, world.clock.now());
    const now = world.clock.now();
    const to = { peerId: ann.profile.local.peerId, exchange: ann.profile.local.exchange.current.credential };
    const inviter = { peerId: to.peerId, exchangeHash: to.exchange.hash };
    const me = { peerId: bo.profile.local.peerId, spkiHash: bo.profile.local.identity.spkiHash };
    const card = createCard(bo.crypto, bo.profile.local, [], now, 'anybody', { mailboxes: bo.profile.ways.own.placesFor('anybody') });
    const other = createCard(bo.crypto, bo.profile.local, [], now + 1);
    const id = invitationIdOf(bo.crypto, invitation.secret);
    const proof = proveInvitation(bo.crypto, { secret: invitation.secret, invitationId: id }, inviter, me, card);
    const guessed = proveInvitation(bo.crypto, { secret: new Uint8Array(16), invitationId: id }, inviter, me, card);
    const elsewhere = proveInvitation(bo.crypto, { secret: invitation.secret, invitationId: id }, { ...inviter, exchangeHash: new Uint8Array(32) }, me, card);
    const forOther = proveInvitation(bo.crypto, { secret: invitation.secret, invitationId: id }, inviter, { ...me, spkiHash: new Uint8Array(32) }, card);
    const bad = [
      { card, proof: guessed },
      { card, proof: elsewhere },
      { card, proof: forOther },
      { card, proof: { ...proof, tag: guessed.tag } },
      { card, proof: { ...proof, invitationId: '00'.repeat(16) } },
      { card: other, proof },
    ];
    const place = ann.profile.stores.ways.slots().find(({ isPublic }) => isPublic)?.place;
    if (place === undefined) throw new Error('Ann is registered');
    const before = world.left.length;
    for (const [n, each] of bad.entries()) {
      await world.server.mailbox().deposit(place, sealCardDeposit(bo.crypto, bo.profile.local, to, { ...each, wantsAnswer: true }), `0${n}`.repeat(16));
    }
    await world.until('all were taken', () => world.server.size === 0);
    await world.pass(10_000, 100);
    expect(ann.profile.stores.contacts.list()).toEqual([]);
    expect(ann.contacts.requests(undefined)).toEqual([]);
    expect(ann.profile.stores.invitations.list()[0]?.redeemedBy).toBeUndefined();
    expect(world.left.length).toBe(before);
    // A verdict of somebody else, or on another invitation, ends nothing.
    const cy = await world.move('Cy');
    await bo.contacts.acceptInvitation({ link });
    const toBo = { peerId: me.peerId, exchange: bo.profile.local.exchange.current.credential };
    const boPlace = bo.profile.stores.ways.slots().find(({ isPublic }) => isPublic)?.place;
    if (boPlace === undefined) throw new Error('Bo is registered');
    const verdicts = ([[cy, id], [ann, '11'.repeat(16)]] as const).map(([from, invitationId]) => {
      const bytes = sealCardDeposit(from.crypto, from.profile.local, toBo, { card: createCard(from.crypto, from.profile.local, [], now + 2), wantsAnswer: false, verdict: { invitationId, result: 'used' } });
      expect(openCardDeposit({ crypto: bo.crypto, local: bo.profile.local, mayDecapsulate: () => true, now }, bytes)?.verdict).toEqual({ invitationId, result: 'used' });
      return bytes;
    });
    ann.profile.leave();
    for (const [n, bytes] of verdicts.entries()) {
      await world.server.mailbox().deposit(boPlace, bytes, `f${n}`.repeat(16));
    }
    await world.pass(3_000);
    expect(rowAt(bo, ann)).toMatchObject({ relation: 'invited' });
    expect(rowAt(bo, ann)?.ended).toBeUndefined();
    expect(relation(bo, cy)).toBeUndefined();
  });

  test('what is read of a link is overwritten, its secret also where it has run out', async () => {
    const link = await invite(ann, 3_600);
    ann.profile.leave();
    await bo.contacts.acceptInvitation({ link });
    const { secret, expiresAt } = parseInvitation(bo.crypto, new TextDecoder().decode(rowAt(bo, ann)?.invitation));
    const wiped: string[] = [];
    const crypto = { ...bo.crypto, wipe: (bytes: Uint8Array) => (wiped.push(Buffer.from(bytes).toString('hex')), bo.crypto.wipe(bytes)) };
    const parts = { crypto, clock: { now: () => expiresAt }, local: bo.profile.local, stores: bo.profile.stores } as unknown as InvitationMailParts;
    const to = { peerId: ann.profile.local.peerId, exchange: ann.profile.local.exchange.current.credential };
    expect(new InvitationMail(parts).proofFor(to, new Uint8Array(1))).toBeUndefined();
    const hex = Buffer.from(secret).toString('hex');
    expect(wiped.map((bytes) => (bytes === hex ? 'secret' : bytes.includes(hex) ? 'link' : 'other'))).toEqual(['link', 'secret']);
  });

  test('nor does the secret stay with whoever made it once it was shown', async () => {
    const link = await invite(ann);
    const hex = Buffer.from(parseLongInvitation(ann.crypto, link, world.clock.now()).invitation.secret).toString('hex');
    const wiped: string[] = [];
    const { wipe } = ann.crypto;
    vi.spyOn(ann.crypto, 'wipe').mockImplementation((bytes) => (wiped.push(Buffer.from(bytes).toString('hex')), wipe(bytes)));
    await bo.contacts.acceptInvitation({ link });
    await world.until('Bo is a contact', () => relation(ann, bo) === 'mutual');
    expect(wiped).toContain(hex);
  });

  test('S4-32: whoever is blocked hears nothing, and a link that runs out is over', async () => {
    const link = await invite(ann, 3_600);
    await bo.contacts.acceptInvitation({ link: (await ann.contacts.createInvitation({ mailbox: true })).longLink ?? '' });
    await world.until('they are contacts', () => relation(ann, bo) === 'mutual' && relation(bo, ann) === 'mutual');
    await ann.contacts.block({ contactId: rowAt(ann, bo)?.contactId ?? '' });
    const cy = await world.move('Cy'); // without a mailbox: can ask, and hears nothing that way
    world.part(cy);
    await cy.contacts.acceptInvitation({ link });
    await world.until('Cy is a contact at Ann’s', () => relation(ann, cy) === 'mutual');
    expect(relation(cy, ann)).toBe('invited');
    await world.pass(3_700_000, 60_000);
    expect(rowAt(cy, ann)?.ended).toBe('invitation.expired');
  });

  test('as a file, which replaces nothing but its own kind', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyshift-invite-'));
    try {
      const path = join(folder, 'for-bo.keyshift-invite');
      const link = await invite(ann);
      expect(await ann.invitationFiles.saveInvitation({ link, path })).toEqual({ path });
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(readFileSync(path, 'utf8')).toBe(`${link}\n`);
      writeFileSync(join(folder, 'letter.txt'), 'dear Bo');
      await expect(ann.invitationFiles.saveInvitation({ link, path: join(folder, 'letter.txt') })).rejects.toMatchObject({ code: 'path.taken' });
      await expect(bo.invitationFiles.saveInvitation({ link, path })).rejects.toMatchObject({ code: 'invitation.garbled' });
      await expect(bo.invitationFiles.openInvitation({ path: join(folder, 'letter.txt') })).rejects.toMatchObject({ code: 'invitation.garbled' });
      await bo.invitationFiles.openInvitation({ path });
      await world.until('they are contacts', () => relation(ann, bo) === 'mutual' && relation(bo, ann) === 'mutual');
      expect(ann.profile.connections.sessions()).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('S1-01: a short one travels as a file too; it is read without anybody hearing of it, in the middle of a message as well; of who is blocked it is refused', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyshift-short-'));
    try {
      const { link, expiresAt } = await ann.contacts.createInvitation({});
      const said = { peerId: ann.profile.local.peerId, expiresAt };
      for (const text of [link, `Hi Bo, this is me: ${link}\nSee you!`, `\u202e“${link}”`, `${link} see you`, `${link}\n\nAnn`, link.replace(/(.{60})/g, '$1\n')]) {
        expect(await bo.contacts.readInvitation({ link: text }), text).toEqual(said);
      }
      for (const text of ['keyshift:invite/', `${link.slice(0, 80)} and so on`, 'x'.repeat(131_072)]) {
        expect(() => bo.contacts.readInvitation({ link: text })).toThrow(expect.objectContaining({ code: 'invitation.garbled' }));
      }
      const changed = link.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A'));
      for (const text of [changed, changed.replace(/(.{60})/g, '$1\n'), `${changed} see you`]) {
        expect(() => bo.contacts.readInvitation({ link: text }), text).toThrow(expect.objectContaining({ code: 'invitation.altered' }));
      }
      expect(() => ann.contacts.readInvitation({ link })).toThrow(expect.objectContaining({ code: 'invitation.own' }));
      expect(rowAt(bo, ann)).toBeUndefined();
      const path = join(folder, 'for-bo.keyshift-invite');
      await ann.invitationFiles.saveInvitation({ link, path });
      expect(readFileSync(path, 'utf8')).toBe(`${link}\n`);
      const { contactId } = await bo.invitationFiles.openInvitation({ path });
      expect(relation(bo, ann)).toBe('invited');
      expect(() => bo.contacts.readInvitation({ link })).toThrow(expect.objectContaining({ code: 'invitation.already-accepted' }));
      await bo.contacts.block({ contactId });
      expect(() => bo.contacts.acceptInvitation({ link })).toThrow(expect.objectContaining({ code: 'contact.blocked' }));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('with another place for strangers from the operator, cards and invitations name that one, and what lies in the earlier one is taken still', async () => {
    const before = await invite(ann);
    const address = ann.profile.stores.ways.slots()[0]?.place.address ?? '';
    const named = (text: string) => parseLongInvitation(bo.crypto, text, world.clock.now()).card.mailboxes?.map(({ slot }) => slot);
    // Random names: the one that comes first by name would be right by chance every other time.
    for (let n = 0; n < 6; n += 1) {
      const { deviceKey } = await ann.mailbox.status(undefined);
      const text = world.server.register(deviceKey, { address, slots: 0 });
      const { publicSlot } = await world.server.mailbox().read(text);
      await ann.mailbox.register({ registration: text });
      expect(named(await invite(ann))).toEqual([publicSlot?.slot]);
    }
    await bo.contacts.acceptInvitation({ link: before });
    await world.until('they are contacts', () => relation(ann, bo) === 'mutual');
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { KeyTrouble } from '../../../shared/model/identity';
import { verificationService } from '../../../electron/services/verification-service';
import { encodeSafetyCode, parseSafetyCode } from '../../../electron/engine/identity/safety-code';
import { safetyNumber, type SafetyParty } from '../../../electron/engine/identity/safety-number';
import { toHex } from '../../../electron/engine/wire/encoding';
import { peerIdFromBytes } from '../../../electron/engine/wire/ids';
import { acquaint, createWorld, type Resident, type World } from '../../support/services-kit';

const hashOf = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const noTrouble: KeyTrouble = { kind: 'none', candidates: [] };

describe('two people compare their keys', () => {
  let world: World;
  let ann: Resident;
  let bo: Resident;
  let carla: Resident;
  let contactId: string;
  let ofCarla: string;
  /** Earlier keys and keys in question, as the services of keys tell them. */
  let ownEarlier: Uint8Array[] = [];
  let boEarlier: Uint8Array[] = [];
  let trouble: KeyTrouble = noTrouble;
  const accepted: string[] = [];

  const party = ({ profile: { local } }: Resident): SafetyParty => ({ peerId: local.peerId, spkiHash: local.identity.spkiHash });
  const of = (resident: Resident) =>
    verificationService({
      profile: () => resident.profile,
      crypto: resident.crypto,
      setChecked: resident.contacts.setChecked,
      ownKeys: () => [party(resident).spkiHash, ...ownEarlier].map((hash, n) => ({ epoch: n + 1, fingerprint: toHex(hash), createdAt: 1, held: false, behind: 0 })),
      keys: {
        keyHistory: () => [party(bo).spkiHash, ...boEarlier].map((hash, n) => ({ epoch: n + 1, fingerprint: toHex(hash), since: 1, origin: 'first', checked: false, current: n === 0 })),
        keyTrouble: () => trouble,
        acceptKey: ({ fingerprint }) => {
          accepted.push(fingerprint);
          return null;
        },
      },
    });
  const verify = (input: { number?: string; qr?: string }) => Promise.resolve(of(ann).verify({ contactId, ...input }));
  const number = (a: SafetyParty, b: SafetyParty): string => safetyNumber(ann.crypto, a, b);
  const codeOf = (shower: SafetyParty, reader: SafetyParty): string => encodeSafetyCode({ shower, reader });
  const checked = async (): Promise<boolean> => (await ann.contacts.list(undefined)).some((one) => one.contactId === contactId && one.checked);

  beforeAll(async () => {
    world = createWorld();
    [ann, bo, carla] = [await world.move('Ann'), await world.move('Bo'), await world.move('Carla')];
    contactId = (await acquaint(world, ann, bo)).ofInviter;
    ofCarla = (await acquaint(world, ann, carla)).ofInviter;
  }, 60_000);
  afterAll(() => world.close());
  beforeEach(async () => {
    ownEarlier = [];
    boEarlier = [];
    trouble = noTrouble;
    accepted.length = 0;
    await ann.contacts.setChecked({ contactId, checked: false });
  });

  test('the code one shows is a match for the other, who is then marked as checked, by themselves alone', async () => {
    const ofAnn = bo.profile.stores.contacts.byPeer(party(ann).peerId)?.contactId ?? '';
    const { qr } = await of(bo).safetyCode({ contactId: ofAnn });
    expect(qr).toMatch(/^KEYSHIFT-SAFETY:1:[A-Z2-7]{205}$/);
    expect(await verify({ qr })).toEqual({ outcome: 'match' });
    expect(await checked()).toBe(true);
    const others = await ann.contacts.list(undefined);
    expect(others.filter((one) => one.checked)).toHaveLength(1);
    expect(accepted).toEqual([]);
  });

  test.each([
    ['as it is', (digits: string) => digits],
    ['in groups over lines', (digits: string) => digits.replace(/(\d{5})/g, '$1 ').replace(/(.{24})/g, '$1\r\n')],
    ['in wide digits, with marks that are not seen', (digits: string) => `\u200e${digits.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))}\ufeff`],
    ['with dashes', (digits: string) => digits.replace(/(\d{5})(?=\d)/g, '$1-')],
  ])('the number matches %s', async (_how, write) => {
    expect(await verify({ number: write(number(party(ann), party(bo))) })).toEqual({ outcome: 'match' });
    expect(await checked()).toBe(true);
  });

  test('a key that is neither known nor in question is no match, whichever of the two it is of', async () => {
    expect(await verify({ qr: codeOf({ ...party(bo), spkiHash: hashOf(9) }, party(ann)) })).toEqual({ outcome: 'no-match', reason: 'their-key' });
    expect(await verify({ qr: codeOf(party(bo), { ...party(ann), spkiHash: hashOf(9) }) })).toEqual({ outcome: 'no-match', reason: 'your-key' });
    expect(await verify({ number: number(party(ann), { ...party(bo), spkiHash: hashOf(9) }) })).toEqual({ outcome: 'no-match' });
    expect(await verify({ number: '0'.repeat(60) })).toEqual({ outcome: 'no-match' });
    expect(await checked()).toBe(false);
  });

  test('of somebody else: named when it is a contact; own codes and codes for others are told apart', async () => {
    expect(await verify({ qr: codeOf(party(carla), party(ann)) })).toEqual({ outcome: 'other-person', reason: 'contact', otherName: 'Carla' });
    expect(await verify({ number: number(party(ann), party(carla)) })).toEqual({ outcome: 'other-person', reason: 'contact', otherName: 'Carla' });
    expect(await verify({ qr: codeOf({ peerId: peerIdFromBytes(hashOf(3)), spkiHash: hashOf(1) }, party(ann)) })).toEqual({ outcome: 'other-person', reason: 'stranger' });
    expect(await verify({ qr: codeOf(party(ann), party(bo)) })).toEqual({ outcome: 'other-person', reason: 'own-code' });
    expect(await verify({ qr: codeOf(party(bo), party(carla)) })).toEqual({ outcome: 'other-person', reason: 'for-another' });
    expect((await ann.contacts.list(undefined)).filter((one) => one.checked)).toEqual([]);
    expect(ofCarla).not.toBe(contactId);
  });

  test('not in step is said of earlier keys of either side only', async () => {
    ownEarlier = [hashOf(1)];
    boEarlier = [hashOf(2)];
    const annBefore = { ...party(ann), spkiHash: hashOf(1) };
    const boBefore = { ...party(bo), spkiHash: hashOf(2) };
    expect(await verify({ qr: codeOf(party(bo), annBefore) })).toEqual({ outcome: 'not-in-step', reason: 'your-older-key' });
    expect(await verify({ qr: codeOf(boBefore, party(ann)) })).toEqual({ outcome: 'not-in-step', reason: 'their-older-key' });
    expect(await verify({ number: number(annBefore, party(bo)) })).toEqual({ outcome: 'not-in-step', reason: 'your-older-key' });
    expect(await verify({ number: number(party(ann), boBefore) })).toEqual({ outcome: 'not-in-step', reason: 'their-older-key' });
    // An earlier key of one does not excuse an unknown key of the other.
    expect(await verify({ qr: codeOf(boBefore, { ...party(ann), spkiHash: hashOf(9) }) })).toEqual({ outcome: 'no-match', reason: 'your-key' });
    expect(await verify({ qr: codeOf({ ...party(bo), spkiHash: hashOf(9) }, annBefore) })).toEqual({ outcome: 'no-match', reason: 'their-key' });
    expect(await checked()).toBe(false);
  });

  test('S5-16 A73: while sending is paused, the key that is shown is taken, by code or number; the known one ends it too', async () => {
    const shown = { ...party(bo), spkiHash: hashOf(5) };
    const candidate = (fill: number) => ({ fingerprint: toHex(hashOf(fill)), epoch: 2, seenAt: 1, digits: '0'.repeat(60), vouched: true });
    trouble = { kind: 'fork', candidates: [candidate(4), candidate(5)] };
    expect(await verify({ qr: codeOf(shown, party(ann)) })).toEqual({ outcome: 'match', reason: 'new-key' });
    expect(await verify({ number: number(party(ann), shown) })).toEqual({ outcome: 'match', reason: 'new-key' });
    expect(accepted).toEqual([toHex(hashOf(5)), toHex(hashOf(5))]);
    // The mark is for accepting to set: this key is not the pinned one yet.
    expect(await checked()).toBe(false);
    expect(await verify({ number: number(party(ann), party(bo)) })).toEqual({ outcome: 'match', reason: 'known-key' });
    expect(accepted.at(-1)).toBe(toHex(party(bo).spkiHash));
    expect(await verify({ qr: codeOf({ ...party(bo), spkiHash: hashOf(6) }, party(ann)) })).toEqual({ outcome: 'no-match', reason: 'their-key' });
    expect(accepted).toHaveLength(3);
  });

  test('what is neither 60 digits nor a code is refused and changes nothing', async () => {
    const good = codeOf(party(bo), party(ann));
    const hostile = [
      '', ' ', '1'.repeat(59), '1'.repeat(61), `${'1'.repeat(59)}x`, '١'.repeat(60), '-'.repeat(1024), `${'1'.repeat(30)}e${'1'.repeat(29)}`, `0x${'1'.repeat(58)}`, '\u0000'.repeat(60), '\ud800'.repeat(60),
    ];
    for (const text of hostile) await expect(verify({ number: text }), JSON.stringify(text)).rejects.toMatchObject({ code: 'code.unreadable' });
    const codes = [
      '', good.slice(1), good.slice(0, -1), `${good}A`, good.replace(':1:', ':2:'), good.replace('SAFETY', 'SAFETY '), `${good.slice(0, -1)}1`, `${good.slice(0, -1)}B`, good.replace(/.$/, '='), `keyshift:i/1/${'a'.repeat(200)}`,
      `KEYSHIFT-SAFETY:1:${'\u{1F511}'.repeat(102)}A`, 'A'.repeat(4096), `${good}\n${good}`,
    ];
    for (const text of codes) await expect(verify({ qr: text }), text).rejects.toMatchObject({ code: 'code.unreadable' });
    await expect(verify({})).rejects.toMatchObject({ code: 'code.unreadable' });
    expect(await checked()).toBe(false);
    expect(accepted).toEqual([]);
  });

  test('a code survives small letters and white space around it, and nothing within it', () => {
    const code = { shower: party(bo), reader: party(ann) };
    const text = encodeSafetyCode(code);
    expect(parseSafetyCode(` \n${text.toLowerCase()}\t`)).toEqual(code);
    expect(parseSafetyCode(text.replace(/^(.{40})/, '$1 '))).toBeUndefined();
    expect(parseSafetyCode(text.replace(':1:', ':7:'))).toBeUndefined();
    expect(parseSafetyCode(`see ${text}`)).toBeUndefined();
  });

  test('somebody who has not answered yet has no key to compare', async () => {
    const { link } = await carla.contacts.createInvitation({});
    bo.mute = true;
    const pending = await bo.contacts.acceptInvitation({ link });
    await expect(Promise.resolve().then(() => of(bo).safetyCode(pending))).rejects.toMatchObject({ code: 'contact.pending' });
    await expect(of(bo).verify({ ...pending, number: '1'.repeat(60) })).rejects.toMatchObject({ code: 'contact.pending' });
    await expect(of(bo).verify({ contactId: '0'.repeat(32), number: '1'.repeat(60) })).rejects.toMatchObject({ code: 'contact.unknown' });
    expect(of(bo).useCamera({ on: true })).toEqual({ allowed: false });
  });
});

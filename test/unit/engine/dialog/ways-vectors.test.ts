import { beforeAll, describe, expect, it } from 'vitest';
import { parseCard } from '../../../../electron/engine/certificates/card';
import { encodeSections } from '../../../../electron/engine/certificates/card-tail';
import type { LocalParty } from '../../../../electron/engine/certificates/local-party';
import { encodeMailboxPlaces, type MailboxPlace, readMailboxPlaces } from '../../../../electron/engine/certificates/mailbox-place';
import { encodeSuspensionsTold, readSuspensionsTold } from '../../../../electron/engine/certificates/suspensions-told';
import { createCrypto } from '../../../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../../../electron/engine/crypto/kernel-random';
import { openCardDeposit, sealCardDeposit } from '../../../../electron/engine/dialog/card-deposit';
import type { RemoteParty } from '../../../../electron/engine/dialog/dialog-types';
import { fromHex, toHex } from '../../../../electron/engine/wire/encoding';
import { peerIdFromBytes } from '../../../../electron/engine/wire/ids';
import { WireError } from '../../../../electron/engine/wire/wire-error';
import { DeviceKey } from '../../../../electron/network/mailbox/device-key';
import { depositSubject, inboxOf, recordRead, recordWrite } from '../../../../electron/network/mailbox/names';
import { readRegistration } from '../../../../electron/network/mailbox/registration-text';
import { idOf } from '../../../../electron/services/ways/relay';
import { ready } from '../../../reference/dialog-twin';
import { waysVectors } from '../../../reference/ways-vectors';
import { codeOf } from '../../../support/foundation-kit';
import { scriptedCrypto } from '../../../support/scripted-crypto';
import deposits from '../../../vectors/deposit.json';
import vectors from '../../../vectors/ways.json';

let crypto: Crypto;
const { sender, recipient, bad } = vectors;
const places = vectors.mailboxes.map(({ servers, authority, address, slot, token, until }): MailboxPlace => ({ servers, ...(authority !== '' && { authority: fromHex(authority) }), address, slot, token, expiresAt: until }));

/** The recipient of the vectors, as far as sealing and opening read it. */
function recipientOf(of: Crypto): { readonly local: LocalParty; readonly remote: Pick<RemoteParty, 'peerId' | 'exchange'> } {
  const kem = of.kemFromSecret('exchange-kem', fromHex(recipient.exchangeSecret));
  const peerId = peerIdFromBytes(fromHex(recipient.peerId));
  const credential = { hash: fromHex(recipient.credentialHash), kemKey: kem.publicKey };
  const held = { credential, kem: kem.secret };
  // Nothing else of either is looked at.
  return { local: { peerId, exchange: { current: held, all: () => [held], find: () => undefined } } as unknown as LocalParty, remote: { peerId, exchange: credential } as unknown as RemoteParty };
}

beforeAll(async () => {
  await ready;
  crypto = await createCrypto({ random: kernelRandom });
});

describe('the vectors of ways beside a connection', () => {
  it('S4-30: the slow twin computes exactly what is written down', () => {
    expect(waysVectors(deposits.sender)).toEqual(vectors);
  });

  it('S4-30 A65: mailboxes stand in a card as they are, and a card with another tail is no card', () => {
    expect(toHex(encodeMailboxPlaces(places))).toBe(vectors.section);
    expect([readMailboxPlaces(fromHex(vectors.section)), readMailboxPlaces(fromHex(vectors.none))]).toEqual([places, []]);
    for (const { name, bytes } of bad.sections) expect(() => readMailboxPlaces(fromHex(bytes)), name).toThrow(WireError);
    const stopped = vectors.stopped.statements.map(fromHex);
    expect([toHex(encodeSuspensionsTold(stopped)), readSuspensionsTold(fromHex(vectors.stopped.section))]).toEqual([vectors.stopped.section, stopped]);
    for (const { name, bytes } of bad.stopped) expect(() => readSuspensionsTold(fromHex(bytes)), name).toThrow(WireError);
    const { bytes, sections } = vectors.card;
    const tail = encodeSections(new Map(sections.map(({ type, body }) => [type, fromHex(body)])));
    expect(bytes.includes(toHex(tail))).toBe(true);
    expect(parseCard(crypto, fromHex(bytes), sender.now)).toMatchObject({ mailboxes: places, suspensions: stopped, addresses: [{ host: '192.0.2.9', port: 4_711 }], chain: { identity: { peerId: sender.peerId } } });
    for (const each of bad.cards) expect(codeOf(() => parseCard(crypto, fromHex(each.bytes), sender.now)), each.name).toBe(each.code);
  });

  it('S4-30 A65: the engine seals a card byte for byte from its random numbers, and opens no other', async () => {
    const { bytes, contentKey, encapsulationCoins, wantsAnswer } = vectors.deposit;
    const scripted = await scriptedCrypto(fromHex(contentKey), fromHex(encapsulationCoins));
    const { local, remote } = recipientOf(scripted);
    const instance = { signing: scripted.signingFromSeed(fromHex(sender.signingSeed)) } as unknown as LocalParty['instance']; // its signature is all that is asked of it
    const card = fromHex(vectors.card.bytes);
    expect(toHex(sealCardDeposit(scripted, { instance }, remote, { card, wantsAnswer }))).toBe(bytes);
    const open = (deposit: string) => openCardDeposit({ crypto: scripted, local, mayDecapsulate: () => true, now: sender.now }, fromHex(deposit));
    expect(open(bytes)).toMatchObject({ wantsAnswer, card: { bytes: card } });
    for (const each of bad.deposits) expect(open(each.bytes), each.name).toBeUndefined();
  });

  it('S4-30: what is carried has that id, and so has what goes back', () => {
    const { remote } = recipientOf(crypto);
    expect(toHex(idOf(vectors.carried.place, remote))).toBe(vectors.carried.id);
    expect(toHex(crypto.sha256(fromHex(vectors.deposit.bytes)).subarray(0, 16))).toBe(vectors.carried.back);
  });

  it('S4-30 A65: a mailbox is named, asked and answered in those words; no text but an operator’s registers anybody', () => {
    const { device, subjects, registration } = vectors;
    const key = new DeviceKey(fromHex(device.seed));
    expect([key.text, key.answer(device.nonce)]).toEqual([device.key, device.answer]);
    const read = readRegistration(registration.text);
    const slot = read.slots[0]?.slot ?? '';
    expect(read).toMatchObject({ deviceKey: device.key, expiresAt: 1_800_000_000_000, servers: ['tls://mail.example.org:4222'], authority: Uint8Array.of(0, 1, 2), publicSlot: { expiresAt: 1_768_478_500_000 } });
    expect([depositSubject(read.address, slot), inboxOf(key.text), recordRead(read.address, subjects.name), recordWrite(read.address, subjects.name)]).toEqual([subjects.deposit, subjects.inbox, subjects.recordRead, subjects.recordWrite]);
    const claims = registration.text.slice(0, 30);
    expect(readRegistration(`${claims}\n ${registration.text.slice(30)}`)).toEqual(read);
    for (const { name, text } of bad.registrations) expect(codeOf(() => readRegistration(text)), name).toBe('mailbox.registration-garbled');
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import { parseCard } from '../../../../electron/engine/certificates/card';
import { encodeSections } from '../../../../electron/engine/certificates/card-tail';
import { encodeKeyElements, parseKeyElements } from '../../../../electron/engine/certificates/key-history';
import type { LocalParty } from '../../../../electron/engine/certificates/local-party';
import { encodeMailboxPlaces, type MailboxPlace, readMailboxPlaces } from '../../../../electron/engine/certificates/mailbox-place';
import { encodeSuspensionsTold, readSuspensionsTold } from '../../../../electron/engine/certificates/suspensions-told';
import { createCrypto } from '../../../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../../../electron/engine/crypto/kernel-random';
import { encodeLongInvitation, parseLongInvitation } from '../../../../electron/engine/certificates/long-invitation';
import { openCardDeposit, sealCardDeposit } from '../../../../electron/engine/dialog/card-deposit';
import { openToldDeposit, sealToldDeposit } from '../../../../electron/engine/dialog/told-deposit';
import { encodeProof, encodeVerdict, type InvitationProof, judgeInvitation, proveInvitation, readProof } from '../../../../electron/engine/dialog/invitation-mail';
import type { RemoteParty } from '../../../../electron/engine/dialog/dialog-types';
import { fromHex, toHex } from '../../../../electron/engine/wire/encoding';
import { dialogIdFromBytes, peerIdFromBytes } from '../../../../electron/engine/wire/ids';
import { Reader } from '../../../../electron/engine/wire/reader';
import { WireError } from '../../../../electron/engine/wire/wire-error';
import { DeviceKey } from '../../../../electron/network/mailbox/device-key';
import { depositSubject, inboxOf, recordRead, recordWrite } from '../../../../electron/network/mailbox/names';
import { readRegistration } from '../../../../electron/network/mailbox/registration-text';
import { idOf } from '../../../../electron/services/ways/relay';
import { controlIdOf } from '../../../../electron/services/ways/relayed-controls';
import { ready } from '../../../reference/dialog-twin';
import { openEnvelope } from '../../../reference/second-reader.mjs';
import * as second from '../../../reference/second-ways-reader.mjs';
import { waysVectors } from '../../../reference/ways-vectors';
import { codeOf } from '../../../support/foundation-kit';
import { scriptedCrypto } from '../../../support/scripted-crypto';
import deposits from '../../../vectors/deposit.json';
import identity from '../../../vectors/identity.json';
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
  it('S1-01: the slow twin computes exactly what is written down', () => {
    expect(waysVectors(deposits.sender, identity.links[0]?.bytes ?? '')).toEqual(vectors);
  });

  it('S1-01: mailboxes stand in a card as they are, and a card with another tail is no card', () => {
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

  it('S1-01: the engine seals a card byte for byte from its random numbers, and opens no other', async () => {
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

  it('A71: the engine seals byte for byte what a contact says of an own key, and opens no other', async () => {
    const { bytes, contentKey, encapsulationCoins, steps } = vectors.told;
    const scripted = await scriptedCrypto(fromHex(contentKey), fromHex(encapsulationCoins));
    const { local, remote } = recipientOf(scripted);
    const { chain } = parseCard(scripted, fromHex(vectors.card.bytes), sender.now);
    const elements = parseKeyElements(scripted, fromHex(steps));
    const from = { chain, instance: { signing: scripted.signingFromSeed(fromHex(sender.signingSeed)) } } as unknown as LocalParty; // all that is asked of it
    expect(toHex(sealToldDeposit(scripted, from, remote, elements))).toBe(bytes);
    const { peerId, spkiHash } = chain.identity;
    const device = { instanceId: '0'.repeat(32), instance: { credential: { signingKey: new Uint8Array(32) } } };
    const open = (deposit: string, pin: Uint8Array = spkiHash, blocked = false) =>
      openToldDeposit({ crypto: scripted, local: { ...local, ...device } as unknown as LocalParty, peers: { pinned: (id) => (id === peerId ? { spkiHash: pin, blocked } : undefined) }, mayDecapsulate: () => true, now: sender.now }, fromHex(deposit));
    const opened = open(bytes);
    expect([opened?.peerId, opened && toHex(encodeKeyElements(opened.elements))]).toEqual([peerId, steps]);
    // From somebody who is no contact under this key, or is blocked.
    expect([open(bytes, new Uint8Array(32)), open(bytes, spkiHash, true)]).toEqual([undefined, undefined]);
    for (const each of bad.told) expect(open(each.bytes), each.name).toBeUndefined();
    // A program of before knows neither selector nor purpose.
    expect(openCardDeposit({ crypto: scripted, local, mayDecapsulate: () => true, now: sender.now }, fromHex(bytes))).toBeUndefined();
    const signer = Buffer.from(scripted.signingFromSeed(fromHex(sender.signingSeed)).publicKey);
    const context = Buffer.from(recipient.peerId + recipient.credentialHash, 'hex');
    const { statement } = openEnvelope(Buffer.from(bytes, 'hex').subarray(8), 'told-deposit', Buffer.from(recipient.exchangeSecret, 'hex'), context, () => signer);
    expect(second.readToldStatement(statement)).toEqual({ chain: Buffer.from(sender.chain, 'hex'), steps: Buffer.from(steps, 'hex') });
  });

  it('S4-09: what is carried has that id, and so has what goes back', () => {
    const { remote } = recipientOf(crypto);
    expect(toHex(idOf(vectors.carried.place, remote))).toBe(vectors.carried.id);
    expect(toHex(crypto.sha256(fromHex(vectors.deposit.bytes)).subarray(0, 16))).toBe(vectors.carried.back);
    for (const { dialogId, index, id } of vectors.carriedControls) {
      expect(toHex(controlIdOf(crypto, dialogIdFromBytes(fromHex(dialogId)), index, remote))).toBe(id);
      expect(second.controlId(Buffer.from(dialogId, 'hex'), index, Buffer.from(recipient.credentialHash, 'hex')).toString('hex')).toBe(id);
    }
  });

  it('a long link is one text, with a card of the device it names; the second reader finds the same in it, and both take no other', () => {
    const { text, link, secret, expiry } = vectors.longInvitation;
    const card = fromHex(vectors.card.bytes);
    const read = parseLongInvitation(crypto, text, sender.now);
    expect([read.link, toHex(read.invitation.secret), read.invitation.expiresAt, toHex(read.card.bytes)]).toEqual([link, secret, expiry * 1_000, vectors.card.bytes]);
    expect(encodeLongInvitation(crypto, link, card)).toBe(text);
    expect(second.readLongLink(text, sender.now)).toMatchObject({ link, expiry, card: Buffer.from(card), secret: Buffer.from(secret, 'hex') });
    for (const each of bad.longInvitations) {
      expect(codeOf(() => parseLongInvitation(crypto, each.text, sender.now)), each.name).toBe(each.code);
      expect(() => second.readLongLink(each.text, sender.now), each.name).toThrow();
    }
  });

  it('an invitation is accepted by mail with this proof, and answered with these words; no other proof counts', async () => {
    const { secret, id, helloKey, proof, verdicts, deposit } = vectors.invitationMail;
    const card = fromHex(vectors.card.bytes);
    const ofSender = crypto.sha256(parseCard(crypto, card, sender.now).chain.identity.spki);
    const inviter = { peerId: peerIdFromBytes(fromHex(recipient.peerId)), exchangeHash: fromHex(recipient.credentialHash) };
    // The first key of its person: its hash is the peer id.
    const invitee = { peerId: peerIdFromBytes(ofSender), spkiHash: ofSender };
    const known = { secret: fromHex(secret) };
    expect(toHex(encodeProof(proveInvitation(crypto, { ...known, invitationId: id }, inviter, invitee, card)))).toBe(proof);
    const judged = (bytes: string, of: Parameters<typeof judgeInvitation>[1] = known) => judgeInvitation(crypto, of, readProof(new Reader(fromHex(bytes))), inviter, invitee, card);
    expect([judged(proof), judged(proof, { helloKey: fromHex(helloKey) })]).toEqual(['holder', 'once']);
    const isProof = (bytes: string): boolean => second.isProof(Buffer.from(bytes, 'hex'), Buffer.from(known.secret), { peerId: Buffer.from(recipient.peerId, 'hex'), credentialHash: Buffer.from(recipient.credentialHash, 'hex') }, { peerId: Buffer.from(ofSender), spkiHash: Buffer.from(ofSender) }, Buffer.from(card));
    expect(isProof(proof)).toBe(true);
    for (const { name, bytes } of bad.proofs) expect([judged(bytes), isProof(bytes)], name).toEqual(['nobody', false]);

    const { local } = recipientOf(crypto);
    const open = (bytes: string) => openCardDeposit({ crypto, local, mayDecapsulate: () => true, now: sender.now }, fromHex(bytes));
    const opened: InvitationProof | undefined = open(deposit)?.proof;
    expect(opened && toHex(encodeProof(opened))).toBe(proof);
    const signer = Buffer.from(crypto.signingFromSeed(fromHex(sender.signingSeed)).publicKey);
    const context = Buffer.from(recipient.peerId + recipient.credentialHash, 'hex');
    const statement = (bytes: string): Buffer => openEnvelope(Buffer.from(bytes, 'hex').subarray(8), 'card-deposit', Buffer.from(recipient.exchangeSecret, 'hex'), context, () => signer).statement;
    expect(second.readCardStatement(statement(deposit))).toEqual({ flags: 3, card: Buffer.from(card), more: Buffer.from(proof, 'hex') });
    for (const { result, bytes, deposit: brought } of verdicts) {
      const verdict = open(brought)?.verdict;
      expect([verdict?.result, verdict && toHex(encodeVerdict(verdict))]).toEqual([result, bytes]);
      expect(second.readVerdict(second.readCardStatement(statement(brought)).more)).toEqual({ id: Buffer.from(id, 'hex'), result });
    }
  });

  it('S1-01: a mailbox is named, asked and answered in those words; no text but an operator’s registers anybody', () => {
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

import sodium from 'libsodium-wrappers';
import type { DepositSender } from './deposit-vectors';
import { backId, card, cardDeposit, carriedControlId, carriedId, challengeAnswer, deviceKey, firstKeyHash, invitationProof, longLink, mailboxSection, oneStep, publication, registrationText, shortLink, stoppedSection, toldDeposit, type TwinCard, type TwinMailbox } from './ways-twin';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const counting = (start: number, length: number): Buffer => Buffer.from(Array.from({ length }, (_, at) => (start + at) & 0xff));
const flipped = (bytes: Buffer, at: number): string => hex(Buffer.concat([bytes.subarray(0, at), Buffer.of((bytes[at] ?? 0) ^ 1), bytes.subarray(at + 1)]));

const refusal = (code: number): string => JSON.stringify({ error: { code: 400, err_code: code, description: 'no' }, stream: 'MBX', seq: 0 });

/** The values of test/vectors/ways.json, computed by the twin alone: the chain and a link between two keys as given, everything else counting bytes. `await ready` of the dialog's twin first. */
export function waysVectors({ chain, peerId, signingSeed, now }: DepositSender, link: string) {
  const mailboxes: readonly TwinMailbox[] = [
    { servers: ['tls://mail.example.org:4222', 'tls://[2001:db8::1]:4222'], authority: counting(1, 40), address: hex(counting(2, 16)), slot: hex(counting(3, 8)), token: 'e30.e30.AA', until: now + 1_000 },
    { servers: ['nats://192.0.2.1:4222'], authority: Buffer.alloc(0), address: hex(counting(4, 16)), slot: hex(counting(5, 8)), token: 'e30.e30.AB', until: 0 },
  ];
  const [one, two] = mailboxes;
  if (!one || !two) throw new Error('two mailboxes');
  const section = mailboxSection(mailboxes);
  const stopped = [counting(13, 200), counting(14, 60)];
  const sections = [{ type: 16, body: section }, { type: 17, body: stoppedSection(stopped) }, { type: 200, body: counting(6, 30) }];
  const signingKey = sodium.crypto_sign_seed_keypair(Buffer.from(signingSeed, 'hex')).privateKey;
  const written: TwinCard = { chain: Buffer.from(chain, 'hex'), time: now, addresses: [{ host: '192.0.2.9', port: 4_711 }], sections, signingKey };
  const whole = card(written);
  const recipient = { peerId: counting(0x01, 32), credentialHash: counting(0x41, 32) };
  const exchangeSecret = counting(0x21, 32);
  const [contentKey, coins] = [counting(0x61, 32), counting(0x81, 64)];
  const sealing = { signingKey, recipientKem: sodium.crypto_kem_xwing_seed_keypair(exchangeSecret).publicKey, contentKey, coins, ...recipient };
  const deposit = cardDeposit(1, whole, sealing);
  const steps = oneStep(Buffer.from(link, 'hex'));
  const told = toldDeposit(written.chain, steps, sealing);
  const many = (count: number): Buffer => Buffer.concat([Buffer.of(0, count), ...Array.from({ length: count }, () => steps.subarray(2))]);
  // Who wrote the card invites somebody with it, and accepts an invitation of the recipient.
  const invites = { peerId: firstKeyHash(written.chain), signingKey: sodium.crypto_sign_seed_keypair(Buffer.from(signingSeed, 'hex')).publicKey, secret: counting(0x91, 16), expiry: Math.floor(now / 1_000) + 86_400 };
  const short = shortLink(invites);
  const long = longLink(short, whole);
  const accepts = { secret: counting(0xa1, 16), invitee: { peerId: invites.peerId, spkiHash: invites.peerId } };
  const proven = invitationProof(accepts.secret, recipient, accepts.invitee, whole);
  const verdicts = ['used', 'expired'].map((result, at) => ({ result, bytes: Buffer.concat([proven.id, Buffer.of(at + 1)]) }));
  const other = Buffer.from(long.slice(long.indexOf('/') + 1), 'base64url');
  const dialogId = counting(0xb1, 16);
  const seed = counting(0x31, 32);
  const nonce = 'ABCdef_-0123';
  const key = deviceKey(seed);
  const token = ['{"typ":"JWT","alg":"ed25519-nkey"}', `{"sub":"${key}","exp":1768478500}`, 'A'.repeat(86)];
  const slots = [hex(counting(7, 8)), hex(counting(8, 8))];
  const registration = { v: 1, s: ['tls://mail.example.org:4222'], ca: 'AAEC', k: key, a: hex(counting(9, 16)), e: 1_800_000_000, r: token, p: [slots[0], ...token], d: [[slots[1], ...token]] };
  const said = (changes: object): string => registrationText(JSON.stringify({ ...registration, ...changes }));
  const text = said({});
  const json = JSON.stringify(registration);
  const noUtf8 = Buffer.from(json.replace('JWT', '??')).map((byte) => (byte === 0x3f ? 0xff : byte));
  // One more blank until the last letter holds bits that say nothing, and then one of those bits.
  const uneven = ['', ' ', '  '].map((blanks) => registrationText(json + blanks)).find((each) => (each.length - 'keyshift-mailbox:'.length) % 4 === 3) ?? '';
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const spareBit = uneven.slice(0, -1) + (letters[letters.indexOf(uneven.slice(-1)) ^ 1] ?? '');
  return {
    sender: { chain, peerId, signingSeed, now },
    recipient: { peerId: hex(recipient.peerId), credentialHash: hex(recipient.credentialHash), exchangeSecret: hex(exchangeSecret) },
    mailboxes: mailboxes.map(({ authority, ...rest }) => ({ ...rest, authority: hex(authority) })),
    section: hex(section),
    none: hex(mailboxSection([])),
    /** Their statements are judged one by one, as notices are. */
    stopped: { statements: stopped.map(hex), section: hex(stoppedSection(stopped)) },
    card: { sections: sections.map(({ type, body }) => ({ type, body: hex(body) })), bytes: hex(whole) },
    deposit: { wantsAnswer: true, contentKey: hex(contentKey), encapsulationCoins: hex(coins), bytes: hex(deposit) },
    told: { steps: hex(steps), contentKey: hex(contentKey), encapsulationCoins: hex(coins), bytes: hex(told) },
    carried: { place: 4_711, credentialHash: hex(recipient.credentialHash), id: hex(carriedId(4_711, recipient.credentialHash)), back: hex(backId(deposit)) },
    carriedControls: [0, 1, 255].map((index) => ({ dialogId: hex(dialogId), index, id: hex(carriedControlId(dialogId, index, recipient.credentialHash)) })),
    longInvitation: { secret: hex(invites.secret), expiry: invites.expiry, link: short, text: long },
    invitationMail: {
      secret: hex(accepts.secret), id: hex(proven.id), helloKey: hex(proven.helloKey), mailHash: hex(proven.mail), proof: hex(proven.proof),
      deposit: hex(cardDeposit(3, whole, sealing, proven.proof)),
      verdicts: verdicts.map(({ result, bytes }) => ({ result, bytes: hex(bytes), deposit: hex(cardDeposit(4, whole, sealing, bytes)) })),
    },
    device: { seed: hex(seed), key, nonce, answer: challengeAnswer(seed, nonce) },
    subjects: { deposit: `mbx.in.${registration.a}.${slots[1] ?? ''}`, inbox: `_IN.${key}`, recordRead: `MBXAPI.DIRECT.GET.KV_sess.$KV.sess.${registration.a}.${hex(counting(10, 16))}`, recordWrite: `MBXAPI.$KV.sess.${registration.a}.${hex(counting(10, 16))}`, name: hex(counting(10, 16)) },
    registration: { json: JSON.stringify(registration), text },
    published: { id: hex(counting(11, 16)), deposit: hex(counting(12, 90)), inbox: `_IN.${key}.1`, bytes: hex(publication(`mbx.in.${registration.a}.${slots[1] ?? ''}`, `_IN.${key}.1`, hex(counting(11, 16)), counting(12, 90))) },
    /** What the server answers there, and what became of the deposit. */
    receipts: [
      { answer: '{"stream":"MBX","seq":1}', outcome: 'stored' },
      { answer: '{"stream":"MBX","seq":1,"duplicate":true}', outcome: 'duplicate' },
      { answer: refusal(10_077), outcome: 'full' },
      { answer: refusal(10_047), outcome: 'full' },
      { answer: refusal(10_054), outcome: 'too-large' },
      { answer: refusal(10_023), outcome: 'unreachable' },
      { answer: '{"stream":"","seq":1}', outcome: 'unreachable' },
      { answer: '{"stream":"MBX"}', outcome: 'unreachable' },
      { answer: '{"stream":"MBX","seq":0}', outcome: 'unreachable' },
      { answer: '{"stream":"KV_sess","seq":1}', outcome: 'unreachable' },
      { answer: '{"seq":1}', outcome: 'unreachable' },
      { answer: '{', outcome: 'unreachable' },
      { answer: 'null', outcome: 'unreachable' },
      { answer: '"stored"', outcome: 'unreachable' },
      { answer: '[]', outcome: 'unreachable' },
      { answer: '{"error":{}}', outcome: 'unreachable' },
      { answer: '{"error":"10077"}', outcome: 'unreachable' },
      { answer: '', outcome: 'unreachable' },
    ],
    bad: {
      /** In a section of a good card; the card is `key.unacceptable`. */
      sections: [
        { name: 'four mailboxes', bytes: hex(mailboxSection([one, two, one, two])) },
        { name: 'no server', bytes: hex(mailboxSection([{ ...one, servers: [] }])) },
        { name: 'a server with a path', bytes: hex(mailboxSection([{ ...one, servers: ['tls://mail.example.org:4222/x'] }])) },
        { name: 'a server of another kind', bytes: hex(mailboxSection([{ ...one, servers: ['ws://mail.example.org:4222'] }])) },
        { name: 'a token with a line break', bytes: hex(mailboxSection([{ ...one, token: 'a\r\nb' }])) },
        { name: 'no token', bytes: hex(mailboxSection([{ ...one, token: '' }])) },
        { name: 'a byte more', bytes: hex(Buffer.concat([section, Buffer.of(0)])) },
      ],
      stopped: [
        { name: 'none', bytes: hex(stoppedSection([])) },
        { name: 'five', bytes: hex(stoppedSection(Array.from({ length: 5 }, () => counting(13, 60)))) },
        { name: 'one over 4 KiB', bytes: hex(stoppedSection([Buffer.alloc(4_097)])) },
        { name: 'a byte more', bytes: hex(Buffer.concat([stoppedSection(stopped), Buffer.of(0)])) },
      ],
      /** Code of the card. */
      cards: [
        { name: 'two sections of one type', code: 'key.unacceptable', bytes: hex(card({ ...written, sections: [sections[0], sections[0]].flatMap((each) => each ?? []) })) },
        { name: 'sections out of order', code: 'key.unacceptable', bytes: hex(card({ ...written, sections: [...sections].reverse() })) },
        { name: 'a type below 16', code: 'key.unacceptable', bytes: hex(card({ ...written, sections: [{ type: 15, body: Buffer.alloc(0) }] })) },
        { name: 'sections of more than 16 KiB', code: 'key.unacceptable', bytes: hex(card({ ...written, sections: [{ type: 200, body: Buffer.alloc(16_384) }] })) },
        { name: 'a section that was not signed', code: 'key.unacceptable', bytes: hex(Buffer.concat([whole.subarray(0, -64), Buffer.of(201, 0, 0, 0, 0), whole.subarray(-64)])) },
        { name: 'from the far future', code: 'key.unacceptable', bytes: hex(card({ ...written, time: now + 31 * 86_400_000 })) },
      ],
      /** Nothing opens. */
      deposits: [
        { name: 'a proof that is not there', bytes: hex(cardDeposit(2, whole, sealing)) },
        { name: 'a proof cut short', bytes: hex(cardDeposit(2, whole, sealing, proven.proof.subarray(0, -1))) },
        { name: 'a byte behind a proof', bytes: hex(cardDeposit(2, whole, sealing, Buffer.concat([proven.proof, Buffer.of(0)]))) },
        { name: 'a proof and a verdict', bytes: hex(cardDeposit(6, whole, sealing, Buffer.concat([proven.proof, ...verdicts.slice(0, 1).map((each) => each.bytes)]))) },
        { name: 'a verdict that it was accepted', bytes: hex(cardDeposit(4, whole, sealing, Buffer.concat([proven.id, Buffer.of(0)]))) },
        { name: 'a verdict that it was refused', bytes: hex(cardDeposit(4, whole, sealing, Buffer.concat([proven.id, Buffer.of(3)]))) },
        { name: 'a verdict of no kind', bytes: hex(cardDeposit(4, whole, sealing, Buffer.concat([proven.id, Buffer.of(4)]))) },
        { name: 'something behind a card alone', bytes: hex(cardDeposit(0, whole, sealing, Buffer.of(0))) },
        { name: 'flag 8', bytes: hex(cardDeposit(8, whole, sealing)) },
        { name: 'for another person', bytes: hex(cardDeposit(1, whole, { ...sealing, peerId: counting(0x02, 32) })) },
        { name: 'signed by another device', bytes: hex(cardDeposit(1, whole, { ...sealing, signingKey: sodium.crypto_sign_seed_keypair(seed).privateKey })) },
        { name: 'one bit of the selector', bytes: flipped(deposit, 0) },
        { name: 'one bit of the ciphertext', bytes: flipped(deposit, 200) },
        { name: 'one bit of the card', bytes: flipped(deposit, deposit.length - 100) },
        { name: 'cut short', bytes: hex(deposit.subarray(0, 1_200)) },
      ],
      /** Nothing opens. */
      told: [
        { name: 'no step', bytes: hex(toldDeposit(written.chain, many(0), sealing)) },
        { name: 'seventeen steps', bytes: hex(toldDeposit(written.chain, many(17), sealing)) },
        { name: 'steps of more than 48 KiB', bytes: hex(toldDeposit(written.chain, Buffer.alloc(48 * 1024 + 1), sealing)) },
        { name: 'a step of no kind', bytes: hex(toldDeposit(written.chain, Buffer.concat([Buffer.of(0, 1, 3), steps.subarray(3)]), sealing)) },
        { name: 'a byte behind the steps', bytes: hex(toldDeposit(written.chain, steps, sealing, Buffer.of(0))) },
        { name: 'for another person', bytes: hex(toldDeposit(written.chain, steps, { ...sealing, peerId: counting(0x02, 32) })) },
        { name: 'signed by another device', bytes: hex(toldDeposit(written.chain, steps, { ...sealing, signingKey: sodium.crypto_sign_seed_keypair(seed).privateKey })) },
        { name: 'one bit of the selector', bytes: flipped(told, 0) },
        { name: 'one bit of the steps', bytes: flipped(told, told.length - 100) },
        { name: 'cut short', bytes: hex(told.subarray(0, 1_200)) },
        { name: 'a card', bytes: hex(deposit) },
      ],
      /** Proofs that nobody who holds the invitation made for this card. */
      proofs: [
        { name: 'another secret', bytes: hex(invitationProof(counting(0xa2, 16), recipient, accepts.invitee, whole).proof) },
        { name: 'for another person', bytes: hex(invitationProof(accepts.secret, { ...recipient, peerId: counting(0x02, 32) }, accepts.invitee, whole).proof) },
        { name: 'for another exchange key', bytes: hex(invitationProof(accepts.secret, { ...recipient, credentialHash: counting(0x42, 32) }, accepts.invitee, whole).proof) },
        { name: 'of another person', bytes: hex(invitationProof(accepts.secret, recipient, { ...accepts.invitee, peerId: counting(0x03, 32) }, whole).proof) },
        { name: 'with another card', bytes: hex(invitationProof(accepts.secret, recipient, accepts.invitee, whole.subarray(1)).proof) },
        { name: 'one bit of the hello', bytes: flipped(proven.proof, 20) },
        { name: 'one bit of the tag', bytes: flipped(proven.proof, 60) },
      ],
      /** Code of the text. */
      longInvitations: [
        { name: 'one bit of the card', code: 'invitation.altered', text: `keyshift:invite-long/${Buffer.concat([other.subarray(0, 300), Buffer.of((other[300] ?? 0) ^ 1), other.subarray(301)]).toString('base64url')}` },
        { name: 'of a later version', code: 'invitation.garbled', text: longLink(short, whole, 2) },
        { name: 'with a card of another device', code: 'invitation.garbled', text: longLink(shortLink({ ...invites, signingKey: counting(0x33, 32) }), whole) },
        { name: 'with a card of another person', code: 'invitation.garbled', text: longLink(shortLink({ ...invites, peerId: counting(0x34, 32) }), whole) },
        { name: 'with a card that is not signed', code: 'invitation.garbled', text: longLink(short, whole.subarray(0, -64)) },
        { name: 'with no card', code: 'invitation.garbled', text: longLink(short, Buffer.alloc(0)) },
        { name: 'with another beginning', code: 'invitation.garbled', text: long.replace('invite-long/', 'invite-lang/') },
        { name: 'cut short', code: 'invitation.altered', text: long.slice(0, -8) },
      ],
      /** mailbox.registration-garbled. */
      registrations: [
        { name: 'a letter changed', text: `${text.slice(0, 60)}${text.charAt(60) === 'A' ? 'B' : 'A'}${text.slice(61)}` },
        { name: 'cut short', text: text.slice(0, -5) },
        { name: 'another beginning', text: text.replace('keyshift-mailbox:', 'keyshift:mailbox/') },
        { name: 'of a later version', text: said({ v: 2 }) },
        { name: 'something more in it', text: said({ x: 1 }) },
        { name: 'servers of two kinds', text: said({ s: ['tls://a.example:1', 'nats://b.example:1'] }) },
        { name: 'a server with a login', text: said({ s: ['tls://me@a.example:1'] }) },
        { name: 'four servers', text: said({ s: Array.from({ length: 4 }, () => 'tls://a.example:1') }) },
        { name: 'an address in capitals', text: said({ a: 'A'.repeat(32) }) },
        { name: 'a token whose claims are no JSON', text: said({ r: [token[0], '{', token[2]] }) },
        { name: 'a letter that base64url has not', text: `${text.slice(0, 60)}!${text.slice(60)}` },
        { name: 'filled up with =', text: `${uneven}=` },
        { name: 'a bit behind its last byte', text: spareBit },
        { name: 'no UTF-8', text: registrationText(noUtf8) },
        { name: 'a port above 65,535', text: said({ s: ['tls://a.example:65536'] }) },
        { name: 'a port with a zero in front', text: said({ s: ['tls://a.example:04222'] }) },
        { name: 'an authority with a bit behind its last byte', text: said({ ca: 'AAECAB' }) },
        { name: '257 slots', text: said({ d: Array.from({ length: 257 }, () => [slots[1], '{}', '{}', token[2]]) }) },
      ],
    },
  };
}

import { createCard, parseCard } from '../../../electron/engine/certificates/card';
import { encodeSections } from '../../../electron/engine/certificates/card-tail';
import { encodeChain } from '../../../electron/engine/certificates/chain';
import { encodeKeyElements } from '../../../electron/engine/certificates/key-history';
import { parseKeyLink } from '../../../electron/engine/certificates/key-link';
import { encodeMailboxPlaces, type MailboxPlace, readMailboxPlaces } from '../../../electron/engine/certificates/mailbox-place';
import { encodeSuspensionsTold } from '../../../electron/engine/certificates/suspensions-told';
import { encodeLongInvitation, longLinkPrefix, parseLongInvitation } from '../../../electron/engine/certificates/long-invitation';
import { label } from '../../../electron/engine/crypto/label';
import { pad } from '../../../electron/engine/crypto/padding';
import { sealSigned, selectorOf } from '../../../electron/engine/crypto/sealed-envelope';
import { openCardDeposit, sealCardDeposit } from '../../../electron/engine/dialog/card-deposit';
import { contextOf } from '../../../electron/engine/dialog/deposit';
import { openToldDeposit } from '../../../electron/engine/dialog/told-deposit';
import { encodeProof, encodeVerdict } from '../../../electron/engine/dialog/invitation-mail';
import { encodeInvitation } from '../../../electron/engine/identity/invitation-link';
import { fromHex } from '../../../electron/engine/wire/encoding';
import { concat, lp, Writer } from '../../../electron/engine/wire/writer';
import { encodeTopic, parseTopic, topics } from '../../../electron/services/devices/topics';
import { encodeRelayWord, parseRelayWord, type RelayWord } from '../../../electron/services/ways/relay-words';
import { KeyshiftError } from '../../../shared/errors';
import { localPerson, now, realCrypto } from '../../support/foundation-kit';
import identity from '../../vectors/identity.json';
import { assertSame, layoutTarget, outcomeOf, type Target } from '../target';

const counting = (first: number, length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (first + at) & 255);
const place: MailboxPlace = { servers: ['tls://mail.example.org:4222', 'tls://[2001:db8::1]:1'], authority: counting(1, 300), address: '0'.repeat(32), slot: '1'.repeat(16), token: 'e30.e30.AA', expiresAt: now };

/** What comes out of a mailbox, a file or another own device (§11; A60, A65): cards that travel alone, what stands behind them, what is carried. */
export async function ways(): Promise<Target[]> {
  const crypto = await realCrypto();
  const [{ local: ann }, { local: ben }] = await Promise.all([localPerson(crypto, 'Ann'), localPerson(crypto, 'Ben')]);
  const to = { peerId: ben.peerId, exchange: ben.exchange.current.credential };
  const card = createCard(crypto, ann, [{ host: '192.0.2.1', port: 4711 }], now, 'anybody', { mailboxes: [place, { ...place, servers: ['nats://192.0.2.1:1'] }] });
  const plain = createCard(crypto, ann, [], now);
  const deposit = sealCardDeposit(crypto, ann, to, { card, wantsAnswer: true });
  const open = (bytes: Uint8Array) => openCardDeposit({ crypto, local: ben, mayDecapsulate: () => true, now }, bytes);
  const steps = encodeKeyElements([parseKeyLink(crypto, fromHex(identity.links[0]?.bytes ?? ''))]);
  const told = (bytes: Uint8Array) =>
    openToldDeposit({ crypto, local: ben, peers: { pinned: (peerId) => (peerId === ann.peerId ? { spkiHash: ann.identity.spkiHash, blocked: false } : undefined) }, mayDecapsulate: () => true, now }, bytes);
  const before = concat(lp(encodeChain(ann.chain)), new Writer().u64(now).u8(1).text('192.0.2.1').u16(4711).finish());
  const places = encodeMailboxPlaces([place, { ...place, servers: ['nats://192.0.2.1:1'] }]);
  const endorsed = concat(Uint8Array.of(1, 1), lp(counting(2, 400)));
  const words: readonly RelayWord[] = [
    { kind: 'carry', id: counting(3, 16), peerId: ben.peerId, deposit: counting(4, 900) },
    { kind: 'back', id: counting(5, 16), peerId: ann.peerId, deposit },
    { kind: 'took', ids: [counting(6, 16), counting(7, 16)] },
    { kind: 'carrying', ids: [counting(6, 16)] },
    { kind: 'done', ids: [counting(6, 16)] },
    { kind: 'which' },
  ];
  const link = encodeInvitation(crypto, { peerId: ann.peerId, instanceId: ann.instanceId, secret: counting(9, 16), expiresAt: now, addresses: [] });
  const long = encodeLongInvitation(crypto, link, plain);
  return [
    {
      // Beginning, card and link are tried; the checksum is made to fit.
      name: 'long invitation',
      seeds: [Buffer.from(long.slice(longLinkPrefix.length), 'base64url').subarray(0, -8)],
      run: (bytes) =>
        outcomeOf([KeyshiftError], () => {
          const check = crypto.sha256(label('long-link-checksum'), bytes).subarray(0, 8);
          const read = parseLongInvitation(crypto, longLinkPrefix + Buffer.from(concat(bytes, check)).toString('base64url'), now);
          if (encodeLongInvitation(crypto, read.link, read.card.bytes) !== long && read.invitation.peerId !== ann.peerId) throw new Error('somebody else invites');
          return 'read';
        }),
    },
    {
      name: 'card deposit',
      costly: true,
      seeds: [deposit, sealCardDeposit(crypto, ann, to, { card: createCard(crypto, ann, [], now), wantsAnswer: false })],
      run(bytes) {
        if (this.seeds.some((seed) => Buffer.compare(seed, bytes) === 0)) return 'unchanged';
        if (open(bytes) !== undefined) throw new Error('a changed card deposit was opened');
        return 'nothing';
      },
    },
    {
      // What a stranger seals and signs may be anything at all.
      name: 'card deposit statement',
      costly: true,
      seeds: [
        concat(Uint8Array.of(1), lp(card)),
        concat(Uint8Array.of(0), lp(plain)),
        concat(Uint8Array.of(3), lp(plain), encodeProof({ invitationId: '3'.repeat(32), hello: counting(1, 32), tag: counting(2, 32) })),
        concat(Uint8Array.of(4), lp(plain), encodeVerdict({ invitationId: '4'.repeat(32), result: 'used' })),
      ],
      run: (bytes) => {
        const { hash, kemKey } = to.exchange;
        const envelope = sealSigned(crypto, 'card-deposit', { signing: ann.instance.signing.secret, recipientKem: kemKey, recipientContext: contextOf(ben.peerId, hash), statement: pad(bytes) });
        const opened = open(concat(selectorOf(crypto, hash, envelope, 'card-selector'), envelope));
        if (opened === undefined) return 'nothing';
        const { proof, verdict, wantsAnswer } = opened;
        const flags = (wantsAnswer ? 1 : 0) + (proof ? 2 : 0) + (verdict ? 4 : 0);
        assertSame(concat(Uint8Array.of(flags), lp(opened.card.bytes), ...(proof ? [encodeProof(proof)] : []), ...(verdict ? [encodeVerdict(verdict)] : [])), bytes, 'a card deposit');
        return `a card, flags ${flags}`;
      },
    },
    {
      // A contact may say anything at all of somebody's own keys.
      name: 'told deposit statement',
      costly: true,
      seeds: [concat(lp(encodeChain(ann.chain)), lp(steps)), concat(lp(encodeChain(ann.chain)), lp(concat(Uint8Array.of(0, 2), steps.subarray(2), steps.subarray(2)))), concat(lp(encodeChain(ben.chain)), lp(steps))],
      run: (bytes) => {
        const { hash, kemKey } = to.exchange;
        const envelope = sealSigned(crypto, 'told-deposit', { signing: ann.instance.signing.secret, recipientKem: kemKey, recipientContext: contextOf(ben.peerId, hash), statement: pad(bytes) });
        const opened = told(concat(selectorOf(crypto, hash, envelope, 'told-selector'), envelope));
        if (opened === undefined) return 'nothing';
        if (opened.peerId !== ann.peerId) throw new Error('somebody else tells');
        assertSame(concat(lp(encodeChain(ann.chain)), lp(encodeKeyElements(opened.elements))), bytes, 'a told deposit');
        return `told, ${opened.elements.length}`;
      },
    },
    {
      // Signed by the device itself, as everything in a card is.
      name: 'card tail',
      costly: true,
      seeds: [
        encodeSections(new Map([[16, places]])),
        encodeSections(new Map([[16, places], [17, encodeSuspensionsTold([counting(9, 300), counting(10, 40)])]])),
        concat(endorsed, encodeSections(new Map([[16, encodeMailboxPlaces([])], [17, counting(8, 200)], [255, new Uint8Array(0)]]))),
        endorsed,
      ],
      run: (bytes) =>
        outcomeOf([KeyshiftError], () => {
          const signed = concat(before, bytes);
          const { mailboxes, endorsements, suspensions } = parseCard(crypto, concat(signed, crypto.sign('card', ann.instance.signing.secret, signed)), now);
          return `${mailboxes?.length ?? 'no'} mailboxes, ${suspensions?.length ?? 'none'} stopped, ${endorsements ? 'endorsed' : 'not endorsed'}`;
        }),
    },
    layoutTarget({ name: 'mailbox places', seeds: [places, encodeMailboxPlaces([])], parse: readMailboxPlaces, encode: encodeMailboxPlaces, says: (read) => `${read.length}` }),
    layoutTarget<RelayWord>({ name: 'relay words', seeds: words.map(encodeRelayWord), parse: parseRelayWord, encode: encodeRelayWord, says: ({ kind }) => kind }),
    layoutTarget({ name: 'sibling topics', seeds: Object.values(topics).map((byte) => Uint8Array.of(byte, 1, 2)), parse: parseTopic, encode: ({ topic, words: said }) => encodeTopic(topic, said), says: ({ topic }) => topic }),
  ];
}

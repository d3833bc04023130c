import { createCard } from '../../../electron/engine/certificates/card';
import type { LocalParty } from '../../../electron/engine/certificates/local-party';
import type { Crypto } from '../../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../../electron/engine/crypto/kernel-random';
import { dialogIdFromBytes, id16ToBytes } from '../../../electron/engine/wire/ids';
import { WireError } from '../../../electron/engine/wire/wire-error';
import { concat, lp, Writer } from '../../../electron/engine/wire/writer';
import { EventHub } from '../../../electron/services/event-hub';
import { authorityKind, encodeAuthority } from '../../../electron/services/replication/kinds/authority';
import { checkKind } from '../../../electron/services/replication/kinds/check';
import { encodeChoice, parseChoice } from '../../../electron/services/replication/kinds/choice-value';
import { mailboxKind, revokedKind } from '../../../electron/services/replication/kinds/mailbox';
import { encodeMailboxWord, encodeRevoked } from '../../../electron/services/ways/mailbox-keys';
import type { KindParts } from '../../../electron/services/replication/kinds/kind-parts';
import { encodePin, parsePin } from '../../../electron/services/replication/kinds/pin-value';
import { encodePlaces, placeKind } from '../../../electron/services/replication/kinds/place';
import { encodePolicy, policyKind } from '../../../electron/services/replication/kinds/policy';
import { encodeRequest, requestKind } from '../../../electron/services/replication/kinds/request';
import { settingKind } from '../../../electron/services/replication/kinds/setting';
import type { FactKind } from '../../../electron/services/replication/replica';
import { policyPresets } from '../../../shared/model/keys';
import { KeyshiftError } from '../../../shared/errors';
import { localPerson, now, realCrypto } from '../../support/foundation-kit';
import { logDevices, type LogDevice } from '../../support/replica-kit';
import { assertSame, inRow, layoutTarget, outcomeOf, rowOf, type Target } from '../target';

const kinds = ['person', 'block', 'conversation', 'ended', 'message', 'mark'] as const;
const counting = (first: number, length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (first + at) & 255);
const promised = [WireError, KeyshiftError];

/** Facts of another own device, each taken by real tables in a transaction of its own: refused whole, or merged (§10.3; A60). */
export async function facts(): Promise<Target[]> {
  const crypto = await realCrypto();
  const [{ local }, [first, second]] = await Promise.all([localPerson(crypto, 'Ben'), logDevices(2)]);
  if (!first || !second) throw new Error('two devices');
  const choice = { name: counting(1, 16), time: now, epoch: 2, spki: local.identity.spki, chain: counting(2, 90), against: [counting(3, 32)], settled: [counting(4, 16), counting(5, 16)] };
  return [layoutTarget({ name: 'facts of choices', seeds: [encodeChoice(choice)], parse: parseChoice, encode: encodeChoice }), merged(local, first, second), others(crypto, local, first), pins(crypto, local)];
}

/** Rows of kind ‖ value, for one person and one conversation. */
function merged({ peerId }: LocalParty, device: LogDevice, { own: author, signingKey, sign }: LogDevice): Target {
  const dialogId = dialogIdFromBytes(counting(4, 16));
  const keys = { person: peerId, block: peerId, conversation: `${peerId}/${dialogId}`, ended: `${peerId}/${dialogId}`, message: `${peerId}/${dialogId}/${author}/7`, mark: `${peerId}/${dialogId}/${author}` };
  const place = concat(id16ToBytes(author), new Writer().u64(6).finish());
  const values: Record<(typeof kinds)[number], Uint8Array> = {
    person: new Writer().text('Ben').u64(now).u8(2).u8(7).u8(0).finish(),
    block: new Writer().u16(1).fixed(counting(5, 16)).u16(1).fixed(counting(5, 16)).finish(),
    conversation: new Writer().text('Holiday').u64(now).u8(0).finish(),
    ended: new Writer().u8(1).u8(1).text('lost-data').finish(),
    message: concat(new Writer().u8(0).u8(0).text('Hello').u64(now).u64(now * 4_096).u8(2).u32(1).u8(1).u64(now).u8(1).finish(), place, Uint8Array.of(1), place, Uint8Array.of(0, 0, 0)),
    mark: new Writer().u64(7).u64(7).u64(6).finish(),
  };
  const all = kinds.map((kind, head) => ({ head, body: values[kind] }));
  let number = 0;
  return {
    name: 'facts',
      costly: true,
    seeds: [rowOf(all), ...all.map((each) => rowOf([each])), rowOf([0, 2, 4].flatMap((at) => all[at] ?? []))],
    run: (bytes) => {
      const seen = inRow(bytes).map(({ head, body }) => {
        const kind = kinds[head % kinds.length] ?? 'person';
        const before = number;
        number += 1;
        return outcomeOf(promised, () => {
          const fact = sign({ author, number, stamp: now * 4_096 + number, kind, key: keys[kind], value: body });
          device.db.transaction(() => device.log.take({ author, signingKey, after: before, upTo: number, facts: [fact] }));
          return kind;
        });
      });
      number = device.stores.replica.heard().get(author) ?? 0;
      return seen.slice(0, 2).join('; ') || 'nothing';
    },
    check: () => {
      // What was taken is read again by everything that shows it.
      device.stores.conversations.list().forEach(({ conversationId }) => device.stores.messages.page(conversationId, undefined, 100));
      device.reset();
      number = 0;
    },
  };
}

/** Kinds that ask more of a profile: the first byte chooses one. */
function others(crypto: Crypto, local: LocalParty, device: LogDevice): Target {
  const profile = {
    book: { find: () => ({ record: { pinnedSpkiHash: local.identity.spkiHash } }) },
    engine: { setPolicy: () => undefined },
    ways: { toldPlaces: () => undefined },
    vouching: { change: (work: () => void) => work(), pool: { leadsToRoot: () => false } },
  };
  const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  // Only what these kinds ask of a profile.
  const parts = { crypto, clock: { now: () => now }, stores: device.stores, random: kernelRandom, events: new EventHub(logger), local, profile, onPinned: () => undefined, onBlocked: () => undefined, onRead: () => undefined } as unknown as KindParts;
  const { peerId } = local;
  const mailboxKey = `${device.own}/U${'A'.repeat(55)}/${'0'.repeat(32)}`;
  const card = createCard(crypto, local, [], now);
  const cases: readonly { readonly kind: FactKind; readonly key: string; readonly values: readonly Uint8Array[] }[] = [
    { kind: authorityKind(parts), key: '0'.repeat(64), values: [encodeAuthority(undefined), encodeAuthority({ authorityId: '', certificate: local.identity.der, addedAt: now, revocations: counting(1, 50) })] },
    { kind: checkKind(parts), key: peerId, values: [concat(Uint8Array.of(1, 1), new Writer().u64(now).finish(), Uint8Array.of(1), local.identity.spkiHash)] },
    { kind: policyKind(parts), key: `${peerId}/${'1'.repeat(32)}`, values: [encodePolicy(policyPresets.standard)] },
    { kind: settingKind({ settings: () => ({ keepCheck: true, rotateIdentityDays: 0, readReceipts: true, typing: true }), onTold: () => undefined }), key: 'person', values: [Buffer.from('{"keepCheck":true,"rotateIdentityDays":90}')] },
    { kind: placeKind(parts), key: `${peerId}/${device.own}`, values: [encodePlaces({ time: now, places: [] }), encodePlaces({ time: now, places: [{ servers: ['tls://a.example:1'], address: '0'.repeat(32), slot: '1'.repeat(16), token: 'e30', expiresAt: 0 }] })] },
    { kind: mailboxKind(parts, { isProof: () => true }), key: mailboxKey, values: [encodeMailboxWord({ server: 'tls://a.example:1', until: now, proof: counting(1, 64), hasLeft: true }), encodeMailboxWord({ server: 'tls://a.example:1', until: 0, proof: counting(1, 64), hasLeft: false, witness: { servers: ['tls://a.example:1'], address: '0'.repeat(32), slot: '1'.repeat(16), token: 'e30', expiresAt: 0 } })] },
    { kind: revokedKind(parts), key: mailboxKey, values: [encodeRevoked({ seen: true, at: now })] },
    { kind: requestKind(parts), key: peerId, values: [encodeRequest(undefined), encodeRequest({ requestId: '', peerId, name: 'Ben', via: 'card', card, receivedAt: now, declined: false })] },
  ];
  return {
    name: 'facts of people',
    seeds: cases.flatMap(({ values }, at) => values.map((value) => concat(Uint8Array.of(at), value))),
    run: (bytes) =>
      outcomeOf(promised, () => {
        const { kind, key } = cases[(bytes[0] ?? 0) % cases.length] ?? {};
        if (!kind || key === undefined) throw new Error('no such kind');
        const used = device.db.transaction(() => kind.apply({ author: device.own, number: 1, stamp: 1, kind: kind.kind, key, value: bytes.slice(1) }));
        return `${kind.kind} ${used ? 'used' : 'waits'}`;
      }),
    check: () => device.reset(),
  };
}

/** What a device tells of somebody's keys: every signature under the told certificate, and written back to the same bytes. */
function pins(crypto: Crypto, { peerId, identity, list, instance, exchange, instanceId }: LocalParty): Target {
  const pin = encodePin({
    record: {
      peerId, pinnedSpkiHash: identity.spkiHash, identityEpoch: 1, identityCertificate: identity.der, instanceList: list.bytes, listVersion: list.version,
      instances: [instance.credential.bytes], exchanges: [exchange.current.credential.bytes], places: [{ instanceId, time: now, addresses: [{ host: '192.0.2.1', port: 1 }] }],
    },
    keys: [{ peerId, spkiHash: identity.spkiHash, epoch: 1, since: now, origin: 'first', checked: true, acceptedUntil: now }],
    path: [],
    recovery: { keyHash: counting(1, 32), epoch: 1 },
    secrets: [counting(2, 32)],
    candidates: [{ vouched: true, spki: identity.spki, epoch: 2, elements: [] }],
    inDoubt: false,
  });
  const tail = lp(identity.der).length + lp(list.bytes).length + lp(instance.credential.bytes).length + lp(exchange.current.credential.bytes).length;
  return {
    name: 'facts of keys',
      costly: true,
    seeds: [pin, pin.subarray(0, tail)],
    run: (bytes) =>
      outcomeOf(promised, () => {
        const told = parsePin(crypto, peerId, bytes);
        assertSame(encodePin(told), bytes, 'a pin');
        assertSame(told.record.pinnedSpkiHash, identity.spkiHash, 'a pin');
        return `${told.keys.length} keys, ${told.candidates.length} more`;
      }),
  };
}

import { createHash } from 'node:crypto';
import sodium from 'libsodium-wrappers';
import { deviceKey, mailboxSection } from './ways-twin';
import { authorId, files, handover, mailboxFacts, relay, replica, repository, sealedPiece, topic, type TwinAuthor, upkeep } from './words-twin';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const counting = (start: number, length: number): Buffer => Buffer.from(Array.from({ length }, (_, at) => (start + at) & 0xff));
const again = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);
const flipped = (bytes: Buffer, at: number): Buffer => Buffer.concat([bytes.subarray(0, at), Buffer.of((bytes[at] ?? 0) ^ 1), bytes.subarray(at + 1)]);
const more = (bytes: Uint8Array): Buffer => Buffer.concat([bytes, Buffer.of(0)]);

const SERVER = 'tls://mail.example.org:4222';
const NO_PLACES = Buffer.of(0);

/**
 * The values of test/vectors/words.json, laid out by the twin alone. `await ready` of the dialog's twin first. `outcome` of what is no word: `refused`, the session ends and nothing of
 * it is kept; `passed over`, of a later version.
 */
export function wordsVectors() {
  const [first, second] = [counting(0x01, 16), counting(0x02, 16)];
  const fact = (number: number) => ({ number, stamp: 7_243_687_526_400_000 + number, kind: 'check', key: 'a'.repeat(52), value: counting(number, 40) });
  const good = (name: string, bytes: Uint8Array) => ({ name, bytes: hex(bytes) });
  const bad = (name: string, outcome: 'refused' | 'passed over', bytes: Uint8Array) => ({ name, outcome, bytes: hex(bytes) });
  const vector = [[first, 7], [second, 2 ** 52]] as const;
  const seed = counting(0x03, 32);
  const author: TwinAuthor = { ...sodium.crypto_sign_seed_keypair(seed), peerId: counting(0x30, 32) };
  const facts = replica.facts(author, 3, 9, [fact(4), fact(8)]);
  const [keyId, id, peerId, deposit] = [counting(0x10, 32), counting(0x20, 16), counting(0x30, 32), counting(0x40, 300)];
  const state = { epoch: 3, spkiHash: counting(0x50, 32), certificateHash: counting(0x60, 32), listVersion: 9, listHash: counting(0x70, 32), complete: 1, exchanges: [counting(0x80, 32), counting(0x90, 32)] };
  const key = { epoch: 1, certificate: counting(0xa0, 60), made: 1_768_478_400_000, retired: 1_768_478_500_000, link: Buffer.alloc(0), recovery: Buffer.alloc(0) };
  const ownKeys = [key, { ...key, epoch: 2, retired: 0, link: counting(0xb0, 50) }];
  const told = upkeep.public(ownKeys, counting(0xc0, 90), [counting(0xd0, 70), counting(0xe0, 70)], counting(0xf0, 32));
  const issue = (name: string, instead: boolean): Buffer => upkeep.issue(id, counting(0x11, 32), counting(0x12, 1_216), counting(0x13, 64), name, instead);
  const place = { instanceId: first, time: 1_768_478_400_000, addresses: [['192.0.2.9', 4_711], ['a.example', 1]] as const };
  const fileKey = counting(0x21, 32);
  // The bytes 0 … 255 over and over; of a whole piece only the hash of what it is sealed to is written down.
  const pieces = [{ size: 65_536 + 13, index: 0 }, { size: 65_536 + 13, index: 1 }, { size: 64 * 1_024 ** 3, index: 2 ** 20 - 1 }, { size: 1, index: 0 }].map(({ size, index }) => {
    const length = Math.min(65_536, size - index * 65_536);
    const sealed = sealedPiece(fileKey, id, index, (index + 1) * 65_536 >= size, counting(0, length));
    return { size, index, length, sealed: length < 100 ? hex(sealed) : '', sha256: createHash('sha256').update(sealed).digest('hex') };
  });
  const exchanges = upkeep.exchanges([[counting(0x14, 80), counting(0x15, 32)]]);
  const mailboxSeed = counting(0x41, 32);
  const mailboxStatement = mailboxFacts.statement(peerId, first, second, SERVER);
  const mailboxProof = Buffer.from(sodium.crypto_sign_detached(mailboxStatement, sodium.crypto_sign_seed_keypair(mailboxSeed).privateKey));
  const witness = mailboxSection([{ servers: [SERVER], authority: Buffer.alloc(0), address: hex(second), slot: hex(counting(0x42, 8)), token: 'e30.e30.AA', until: 0 }]);
  return {
    topics: [good('replica', topic(1, Buffer.of(6))), good('handover', topic(2, Buffer.of(6))), good('upkeep', topic(3, Buffer.of(6))), good('relay', topic(4, Buffer.of(6))), good('files', topic(5, Buffer.of(6))), good('repository', topic(6, Buffer.of(6)))],
    badTopics: [bad('a later topic', 'passed over', topic(9, Buffer.of(6))), bad('none', 'passed over', Buffer.alloc(0))],
    replica: {
      author: { seed: hex(seed), peerId: hex(author.peerId), instanceId: hex(authorId(author)) },
      good: [good('have, all of it', replica.have(1, vector)), good('have, nothing', replica.have(0, [])), good('have, still waiting, of what is gone', replica.have(6, [])), good('facts', facts), good('no facts, but how far', replica.facts(author, 3, 9, [])), good('heard', replica.heard(vector))],
      bad: [
        bad('a later type', 'passed over', Buffer.of(4, 1, 2)),
        bad('authors out of order', 'refused', replica.heard([...vector].reverse())),
        bad('an author twice', 'refused', replica.heard([[first, 1], [first, 2]])),
        bad('257 authors', 'refused', replica.heard(Array.from({ length: 257 }, (_, at) => [Buffer.concat([Buffer.alloc(14), Buffer.of(at >> 8, at & 255)]), 1] as const))),
        bad('129 facts', 'refused', replica.facts(author, 0, 200, Array.from({ length: 129 }, (_, at) => fact(at + 1)))),
        bad('numbers that do not ascend', 'refused', replica.facts(author, 3, 9, [fact(8), fact(8)])),
        bad('a number not after `after`', 'refused', replica.facts(author, 4, 9, [fact(4)])),
        bad('a number beyond `upTo`', 'refused', replica.facts(author, 3, 9, [fact(10)])),
        bad('`upTo` before `after`', 'refused', replica.facts(author, 3, 2, [])),
        bad('`upTo` beyond 2^52', 'refused', replica.facts(author, 3, 2 ** 52 + 1, [])),
        bad('a stamp that leaves no later one', 'refused', replica.facts(author, 3, 9, [{ ...fact(4), stamp: 2 ** 53 - 2 ** 32 + 1 }])),
        bad('a kind of 25 characters', 'refused', replica.facts(author, 3, 9, [{ ...fact(4), kind: 'a'.repeat(25) }])),
        bad('a kind that is not ASCII', 'refused', replica.facts(author, 3, 9, [{ ...fact(4), kind: 'grüße' }])),
        bad('no kind', 'refused', replica.facts(author, 3, 9, [{ ...fact(4), kind: '' }])),
        bad('heard, beyond 2^52', 'refused', replica.heard([[first, 2 ** 52 + 1]])),
        bad('`after` beyond 2^52', 'refused', replica.facts(author, 2 ** 52 + 1, 2 ** 52 + 1, [])),
        bad('a key of 241 bytes', 'refused', replica.facts(author, 3, 9, [{ ...fact(4), key: 'a'.repeat(241) }])),
        bad('a byte more', 'refused', more(facts)),
        bad('a byte less', 'refused', facts.subarray(0, -1)),
      ],
    },
    /** Laid out as they must be, and refused all the same: the author did not sign this. */
    unsigned: [
      good('another stamp', flipped(facts, 1 + 32 + 8 + 8 + 2 + 8 + 7)),
      good('in another person’s name', replica.facts({ ...author, peerId: counting(0x31, 32) }, 3, 9, [fact(4), fact(8)])),
      good('one bit of a value', flipped(facts, facts.length - 70)),
      good('one bit of a signature', flipped(facts, facts.length - 1)),
    ],
    handover: {
      good: [
        good('hello', handover.hello([counting(0x16, 8), counting(0x17, 8)])), good('keys', handover.keys(counting(0x18, 900))), good('ask', handover.ask(7, counting(0x19, 229))), good('lent', handover.lent(7, 1, counting(0x1a, 700))),
        good('take', handover.take(8, keyId, 1)), good('taken', handover.taken(8)), good('spare', handover.spare(9, keyId, 2)), good('refused', handover.refused(9)),
      ],
      bad: [
        bad('a later kind', 'passed over', Buffer.of(9, 1)), bad('kind 0', 'passed over', Buffer.of(0)), bad('nothing', 'refused', Buffer.alloc(0)),
        bad('65 keys', 'refused', handover.hello(again(65, counting(0x16, 8)))), bad('an M1 of 513 bytes', 'refused', handover.ask(7, counting(0x19, 513))),
        bad('a body over 24 KiB', 'refused', handover.lent(7, 1, Buffer.alloc(24 * 1_024 + 1))), bad('a byte more', 'refused', more(handover.taken(8))), bad('a key id cut short', 'refused', handover.take(8, keyId.subarray(1), 1)),
      ],
    },
    relay: {
      good: [good('carry', relay.carry(1, id, peerId, deposit)), good('back', relay.carry(2, id, peerId, deposit)), good('took', relay.ids(3, [id])), good('carrying', relay.ids(4, [id, first])), good('done', relay.ids(5, [id])), good('which', relay.which())],
      bad: [
        bad('a later kind', 'passed over', Buffer.of(7)), bad('no ids', 'refused', relay.ids(3, [])), bad('1,025 ids', 'refused', relay.ids(5, again(1_025, id))),
        bad('which, and something', 'refused', more(relay.which())), bad('a byte more', 'refused', more(relay.carry(1, id, peerId, deposit))), bad('an id cut short', 'refused', relay.ids(3, [id.subarray(1)])),
      ],
    },
    repository: {
      good: [
        good('read', repository.read(1, id)), good('write, where there is none', repository.write(2, id, 0, counting(0x1d, 300))), good('write, on top of one', repository.write(3, id, 2 ** 53 - 1, counting(0x1d, 300))),
        good('found', repository.found(1, 7, counting(0x1e, 300))), good('found, none', repository.found(1, 0, Buffer.alloc(0))), good('written', repository.written(2, 8)), good('written, not on top of that', repository.written(2, 0)), good('refused', repository.refused(3)),
      ],
      bad: [
        bad('a later kind', 'passed over', Buffer.of(6, 0, 0, 0, 1)), bad('kind 0', 'passed over', Buffer.of(0)), bad('nothing', 'refused', Buffer.alloc(0)), bad('a name cut short', 'refused', repository.read(1, id.subarray(1))),
        bad('a record over 32 KiB', 'refused', repository.write(2, id, 0, Buffer.alloc(32 * 1_024 + 1))), bad('none, and a record', 'refused', repository.found(1, 0, counting(0x1e, 1))), bad('a revision above 2^53 − 1', 'refused', Buffer.concat([Buffer.of(4, 0, 0, 0, 2, 0, 0x20), Buffer.alloc(6)])), bad('a byte more', 'refused', more(repository.refused(3))),
      ],
    },
    mailboxFacts: {
      deviceSeed: hex(mailboxSeed), statement: hex(mailboxStatement), key: `${hex(first)}/${deviceKey(mailboxSeed)}/${hex(second)}`,
      mailbox: {
        good: [good('here, open', mailboxFacts.mailbox(0, 0, SERVER, mailboxProof, NO_PLACES)), good('left, with a witness', mailboxFacts.mailbox(1, 1_768_478_400_000, SERVER, mailboxProof, witness))],
        bad: [
          bad('bit 2', 'refused', mailboxFacts.mailbox(2, 0, SERVER, mailboxProof, NO_PLACES)), bad('after the last date', 'refused', mailboxFacts.mailbox(0, 8_640_000_000_000_001, SERVER, mailboxProof, NO_PLACES)), bad('a server of another kind', 'refused', mailboxFacts.mailbox(0, 0, 'http://mail.example.org:4222', mailboxProof, NO_PLACES)),
          bad('two witnesses', 'refused', mailboxFacts.mailbox(0, 0, SERVER, mailboxProof, Buffer.concat([Buffer.of(2), witness.subarray(1), witness.subarray(1)]))), bad('a byte more', 'refused', more(mailboxFacts.mailbox(0, 0, SERVER, mailboxProof, NO_PLACES))),
        ],
      },
      revoked: { good: [good('seen', mailboxFacts.revoked(1, 1_768_478_400_000)), good('said', mailboxFacts.revoked(0, 1_768_478_400_000))], bad: [bad('neither seen nor said', 'refused', mailboxFacts.revoked(2, 0)), bad('after the last date', 'refused', mailboxFacts.revoked(0, 8_640_000_000_000_001)), bad('a byte more', 'refused', more(mailboxFacts.revoked(1, 1)))] },
    },
    files: {
      good: [
        good('want', files.want(id, 3, 35)), good('want, no more', files.want(id, 3, 3)), good('want, the last of the largest', files.want(id, 2 ** 20 - 1, 2 ** 20)), good('chunk', files.chunk(id, 7, counting(0x22, 300))),
        ...[1, 2, 3].map((reason) => good(`no ${reason}`, files.no(id, reason))), good('ready', files.ready(id)), ...[1, 2, 3, 4, 5].map((reason) => good(`over ${reason}`, files.over(id, reason))), good('noted', files.noted(id)),
      ],
      bad: [
        bad('a later type', 'passed over', Buffer.concat([Buffer.of(7), id, Buffer.of(1)])), bad('nothing', 'refused', Buffer.alloc(0)), bad('a transfer cut short', 'refused', files.ready(id.subarray(1))),
        bad('a range that goes back', 'refused', files.want(id, 4, 3)), bad('beyond the largest file', 'refused', files.want(id, 0, 2 ** 20 + 1)), bad('no piece', 'refused', files.chunk(id, 0, Buffer.alloc(0))),
        bad('a tag alone', 'refused', files.chunk(id, 0, Buffer.alloc(16))), bad('a piece too long', 'refused', files.chunk(id, 0, Buffer.alloc(65_536 + 17))), bad('a piece behind the last of the largest file', 'refused', files.chunk(id, 2 ** 20, counting(0x22, 300))), bad('no 0', 'refused', files.no(id, 0)), bad('no 4', 'refused', files.no(id, 4)), bad('over 6', 'refused', files.over(id, 6)), bad('a byte more', 'refused', more(files.noted(id))),
      ],
      key: hex(fileKey), transfer: hex(id), pieces,
    },
    upkeep: {
      state: { good: [good('two exchange keys', upkeep.state(state)), good('none, not complete', upkeep.state({ ...state, complete: 0, exchanges: [] }))], bad: [bad('41 exchange keys', 'refused', upkeep.state({ ...state, exchanges: again(41, keyId) })), bad('complete 2', 'refused', upkeep.state({ ...state, complete: 2 })), bad('a byte more', 'refused', more(upkeep.state(state)))] },
      public: {
        good: [good('two keys', told), good('no recovery key', upkeep.public(ownKeys.slice(0, 1), counting(0xc0, 90), [], Buffer.alloc(0)))],
        bad: [
          bad('257 keys', 'refused', upkeep.public(again(257, { ...key, certificate: counting(1, 4) }), counting(1, 4), [], Buffer.alloc(0))), bad('33 credentials', 'refused', upkeep.public([], counting(1, 4), again(33, counting(1, 4)), Buffer.alloc(0))),
          bad('a recovery key of 31 bytes', 'refused', upkeep.public([], counting(1, 4), [], counting(1, 31))), bad('a byte more', 'refused', more(told)),
        ],
      },
      exchanges: { good: [good('one', exchanges), good('none', upkeep.exchanges([]))], bad: [bad('41', 'refused', upkeep.exchanges(again(41, [counting(1, 4), counting(1, 32)] as const))), bad('a half of 33 bytes', 'refused', upkeep.exchanges([[counting(1, 4), counting(1, 33)]])), bad('a byte more', 'refused', more(exchanges))] },
      issue: { good: [good('for another', issue('Täschchen', false)), good('in place of who asks', issue('Täschchen', true))], bad: [bad('a name of 129 bytes', 'refused', issue('a'.repeat(129), false)), bad('0 in the place of 1', 'refused', more(issue('a', false))), bad('a byte more', 'refused', more(issue('a', true)))] },
      issued: {
        good: [good('done', upkeep.issued(id, 0, counting(0x1b, 80), counting(0x1c, 90))), good('not here', upkeep.issued(id, 1)), good('too many', upkeep.issued(id, 2)), good('refused there', upkeep.issued(id, 3)), good('answered by nobody', upkeep.issued(id, 4))],
        bad: [bad('outcome 5', 'refused', upkeep.issued(id, 5)), bad('done, and nothing with it', 'refused', upkeep.issued(id, 0)), bad('a byte more', 'refused', more(upkeep.issued(id, 1)))],
      },
      places: {
        good: [good('one', upkeep.places([place])), good('none', upkeep.places([]))],
        bad: [
          bad('33 devices', 'refused', upkeep.places(again(33, { ...place, addresses: [] }))), bad('nine addresses', 'refused', upkeep.places([{ ...place, addresses: again(9, ['192.0.2.9', 1] as const) }])),
          bad('port 0', 'refused', upkeep.places([{ ...place, addresses: [['192.0.2.9', 0]] }])), bad('a host not as it is written', 'refused', upkeep.places([{ ...place, addresses: [['A.example', 1]] }])), bad('a byte more', 'refused', more(upkeep.places([place]))),
        ],
      },
      parts: { kind: 2, body: 'the bytes 0 … 255 over and over, 61,440 of them', lengths: upkeep.parts(2, counting(0, 61_440)).map(({ length }) => length), heads: upkeep.parts(2, counting(0, 61_440)).map((part) => hex(part.subarray(0, 4))) },
      badParts: [bad('an empty part', 'refused', Buffer.of(1)), bad('an empty word', 'refused', Buffer.of(0)), bad('nothing', 'refused', Buffer.alloc(0)), bad('neither 0 nor 1', 'refused', Buffer.of(2, 1)), bad('a later kind', 'passed over', Buffer.of(0, 12, 1))],
    },
  };
}

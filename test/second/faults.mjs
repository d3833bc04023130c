/** docs/protocol.md §17, from outside: what the other side lets be seen of what is wrong. */
import { cat, u16, u32, u8 } from './bytes.mjs';
import * as channel from './channel.mjs';
import { random } from './crypto.mjs';
import { openChannel, Wire } from './live.mjs';
import { toOf } from './person.mjs';
import * as session from './session.mjs';

/** Sends bytes, and says which frames came until the connection closed, and after how many milliseconds the first. */
export const knock = async (address, ...frames) => {
  const wire = await Wire.dial(address);
  const at = Date.now();
  wire.send(...frames);
  const seen = [];
  let first;
  for (let bytes = await wire.next(); bytes; bytes = await wire.next()) {
    first ??= Date.now() - at;
    seen.push(bytes[0]);
  }
  return { seen, first };
};

const flip = (bytes, at) => cat(bytes.subarray(0, at), u8(bytes.at(at) ^ 1), bytes.subarray(at + 1));
const rawFrame = (type, version, length, payload) => cat(u8(type), u16(version), u32(length), payload);

/** First frames that are wrong, each by its name. `chain`: of who is dialled. */
export const wrongFirstFrames = (person, chain, stranger, now = Date.now()) => {
  const to = toOf(chain);
  const good = () => session.makeM1(person.own, to, { time: now }).bytes;
  const resumed = (how) => session.makeResumeM1({ keyId: random(32), rs: random(32), peerInstanceHash: chain.instance.hash, received: { counter: 1, digest: random(32) } }, how).bytes;
  return {
    retry: {
      'an unknown selector': flip(good(), 8),
      'a stranger': session.makeM1(stranger.own, to, { time: now }).bytes,
      'a day and a bit old': session.makeM1(person.own, to, { time: now - 90_000_000 }).bytes,
      'another list version than the chain has': session.makeM1({ ...person.own, listVersion: person.listVersion + 1 }, to, { time: now }).bytes,
    },
    closed: {
      'another type': rawFrame(9, 0x0200, 0, u8(0)),
      'another version': rawFrame(1, 0x0300, 10, random(10)),
      'a length over its cap': rawFrame(1, 0x0200, 16_385, random(10)),
      'a record': session.frame(session.TYPES.record, random(60)),
      'mode 3': session.frame(session.TYPES.m1, cat(u8(3), random(3000))),
      'an envelope that does not open': flip(good(), 2000),
      'made for another person': session.makeM1(person.own, { ...to, peerId: random(32) }, { time: now }).bytes,
      'a nonce of zeros': session.makeM1(person.own, to, { time: now, cn: Buffer.alloc(32) }).bytes,
      'a resumption with a nonce of zeros': resumed({ cn: Buffer.alloc(32) }),
      'a resumption with a hint of 65 bytes': resumed({ hint: random(65) }),
      'a resumption and a byte': session.frame(session.TYPES.m1, cat(session.payloadOf(resumed()), u8(0))),
      'a purpose nobody knows': channel.makeOpen(9).bytes,
    },
  };
};

export const ping = () => session.item(4, random(8));

/** Plaintexts of records after which the connection closes, and those after which it goes on. */
export const records = () => ({
  closed: {
    'no item': Buffer.alloc(0),
    'an item cut short': session.item(4, random(8)).subarray(0, -1),
    'a second confirmation': session.item(1, random(32)),
    'a ping of seven bytes': session.item(4, random(7)),
    'headers wanted, of 31 bytes': session.item(7, random(31)),
    'typing, of 16 bytes': session.item(13, random(16)),
    'what is no standing': session.item(8, random(40)),
    'a word about files with a byte more': session.item(12, cat(u8(4), random(16), u8(0))),
  },
  open: {
    'an item of a later version': session.item(99, random(20)),
    'a message that is none': session.item(2, random(300)),
    'a short message that is none': session.item(6, random(100)),
    'a card that is none': session.item(3, random(300)),
    'a notice that is none': session.item(10, random(300)),
    'a deposit that is none': session.item(11, random(300)),
    'a word about files of a later version': session.item(12, cat(u8(77), random(30))),
    'a hint that nobody can read': session.item(14, random(64)),
    'a word between own devices, from somebody else': session.item(9, cat(u8(1), random(30))),
  },
});

/** A channel of that purpose on which this is said first: what came back, 63 for REFUSED, and that it closed. */
export const sayFirst = async (address, purpose, kind, body) => {
  const over = await openChannel(address, channel.PURPOSE[purpose]).catch(() => undefined);
  if (!over) return 'closed';
  over.say(kind, body(over.hash));
  return over.hear(...Array.from({ length: 256 }, (_, at) => at)).then((said) => said.kind, () => 'closed');
};
export const wrongChannels = (person) => ({
  'a question about somebody else’s keys': ['rekey', channel.KIND.rekeyReq, () => channel.makeRekeyRequest({ peerId: random(32), spkiHash: random(32) }).body, 63],
  'a question that is none': ['rekey', channel.KIND.rekeyReq, () => random(100), 63],
  'an invitation nobody made': ['invite', channel.KIND.inviteHello, (hash) => channel.makeHello(random(16), hash, person.peerId), 63],
  'a hello of another length': ['invite', channel.KIND.inviteHello, () => random(47), 63],
  'a request for another person': ['request', channel.KIND.cardReq, () => random(64), 63],
  'a kind out of its turn': ['request', channel.KIND.requestProof, () => random(200), 63],
  'a kind nobody knows': ['request', 44, () => random(20), 'closed'],
  'a meeting while nobody looks': ['meet', 35, () => random(20), 'closed'],
});

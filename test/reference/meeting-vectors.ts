import { askBytes, cardSigned, commitOf, digitsOf, type TwinReveal } from './meeting-twin';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const counting = (start: number, length: number): Buffer => Buffer.from(Array.from({ length }, (_, at) => (start + at) & 0xff));

/** The values of test/vectors/meeting.json, computed by the twin alone from inputs that are plain counting bytes. */
export function meetingVectors() {
  const channelHash = counting(0xc0, 32);
  const low: TwinReveal = { nonce: counting(0x10, 32), peerId: counting(0x20, 32), spkiHash: counting(0x30, 32) };
  const high: TwinReveal = { nonce: counting(0x40, 32), peerId: counting(0xe0, 32), spkiHash: counting(0x50, 32) };
  // The asker has the higher peer id in one case, so that the order is seen to be that of the ids and not of the roles.
  const cases = [
    { asker: low, answerer: high, channelHash },
    { asker: high, answerer: low, channelHash },
    { asker: low, answerer: high, channelHash: counting(0xd9, 32) },
    leadingZero(low, high),
  ];
  return {
    ask: { by: 'blue-otter-42', wanted: 'coral-finch-07', body: hex(askBytes('blue-otter-42', 'coral-finch-07')) },
    meetings: cases.map((each) => ({
      channelHash: hex(each.channelHash),
      asker: named(each.asker),
      answerer: named(each.answerer),
      askerCommit: hex(commitOf(1, each.asker, each.channelHash)),
      answererCommit: hex(commitOf(2, each.answerer, each.channelHash)),
      digits: digitsOf(each.asker, each.answerer, each.channelHash),
      askerCardSigned: hex(cardSigned(1, each.asker, each.answerer, each.channelHash)),
      answererCardSigned: hex(cardSigned(2, each.answerer, each.asker, each.channelHash)),
    })),
  };
}

/** Digits that begin with a zero are six all the same. */
function leadingZero(asker: TwinReveal, answerer: TwinReveal) {
  for (let start = 0; ; start += 1) {
    const channelHash = counting(start, 32);
    if (digitsOf(asker, answerer, channelHash).startsWith('0')) return { asker, answerer, channelHash };
  }
}

function named({ nonce, peerId, spkiHash }: TwinReveal) {
  return { nonce: hex(nonce), peerId: hex(peerId), spkiHash: hex(spkiHash) };
}

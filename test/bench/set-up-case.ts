import type { Crypto } from '../../electron/engine/crypto/crypto';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import { newParty } from './keyshift-party';
import { createSignalMeeting } from './libsignal.mjs';
import { interleaved, ratio, type Subject } from './measure';
import { type Report, type Row, spread } from './report';
import { createBeginnings } from './set-up';

const plaintext = new Uint8Array(64).fill(0x61);

/** How conversations begin, against a libsignal session (PQXDH) from published keys and its first message. */
export async function setUpCase(runtime: string, rounds: number): Promise<Omit<Report, 'load'>> {
  const [alice, carol, bob] = await Promise.all([newParty('Alice'), newParty('Carol'), newParty('Bob')]);
  const beginnings = createBeginnings(alice, carol, bob);
  let strange: Crypto[] = [];
  const own: readonly { readonly work: string; readonly goal: NonNullable<Row['goal']>; readonly subject: Subject }[] = [
    { work: 'new conversation', goal: { must: 20, moonshot: 35 }, subject: { name: 'known peer', count: 400, run: repeat(() => beginnings.newConversation(plaintext)) } },
    { work: 'first contact', goal: { must: 1, moonshot: 1.5 }, subject: {
        name: 'post-quantum, nothing cached',
        count: 40,
        before: async (count) => void (strange = await Promise.all(Array.from({ length: count }, () => createCrypto({ random: kernelRandom })))),
        run: () => strange.forEach((crypto) => assertOpened(beginnings.firstContact(plaintext, crypto))),
      } },
  ];
  try {
    const [theirs = [], ...times] = await interleaved([anchor(), ...own.map(({ subject }) => subject)], rounds);
    const rows = own.map(({ work, goal, subject }, index): Row => {
      const mine = times[index] ?? [];
      return { work, part: subject.name, own: spread(mine), anchor: spread(theirs), ratio: ratio(theirs, mine), goal };
    });
    return { runtime, work: 'beginning: one message that begins something, sealed and opened', rounds, against: 'libsignal-client 0.103.0', unit: 'µs', rows };
  } finally {
    beginnings.close();
  }
}

function repeat(once: () => Uint8Array): Subject['run'] {
  return (count) => {
    for (let turn = 0; turn < count; turn += 1) assertOpened(once());
  };
}

/** The making of the published keys is not measured: the recipient did it long before. */
function anchor(): Subject {
  let meetings: ReturnType<typeof createSignalMeeting>[] = [];
  return {
    name: 'libsignal',
    count: 40,
    before: (count) => {
      meetings = Array.from({ length: count }, () => createSignalMeeting());
      for (const meeting of meetings) meeting.prepare();
    },
    async run() {
      for (const meeting of meetings) assertOpened(await meeting.meet(plaintext));
    },
  };
}

function assertOpened(opened: Uint8Array): void {
  if (opened.length !== plaintext.length) throw new Error('what was opened is not what was sealed');
}

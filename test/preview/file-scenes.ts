import type { Message } from '../../shared/model/message';
import type { Transfer } from '../../shared/model/transfer';
import { makeTransfer } from './fake-files';
import { idOf, ownInstance } from './ids';
import type { World } from './world';

const minute = 60_000;
const hour = 60 * minute;
const gigabyte = 1024 ** 3;
const talkWithBo = idOf('talk with Bo');

/** The pictures of the preview are one for even and one for odd ids: test/preview/serve.mjs. */
const id = (name: string, picture: '0' | '1' = '0'): string => idOf(name).slice(0, -1) + picture;

type File = readonly [name: string, direction: 'in' | 'out', ago: number, size: number, change: Partial<Transfer>, text?: string, picture?: '0' | '1'];

const shownInside: readonly File[] = [
  ['Sheet 4, hinge and lock plate.png', 'in', 3 * hour, 412_000, { shown: 'image' }, 'The hinge, as it is now. Two fingers higher, as you said.'],
  ['Harbour this evening.jpg', 'out', 2.5 * hour, 2_800_000, { shown: 'image' }, '', '1'],
  ['How the rail sounds when it is dry.ogg', 'in', 2 * hour, 960_000, { shown: 'audio' }],
  ['Cutting list.ods', 'out', hour, 38_400, {}, 'Everything we need, sorted by length.'],
];
const onTheWay: readonly File[] = [
  ['All drawings.zip', 'in', 50 * minute, 240_000_000, { state: 'offered', held: false }, 'Take it when you have a good line.'],
  ['Workshop, whole day.mkv', 'in', 45 * minute, 6.2 * gigabyte, { state: 'running', held: false, done: 2.1 * gigabyte, rate: 11_400_000 }],
  ['Scans of the old plans, both floors and the roof, numbered as in the archive.tar', 'out', 40 * minute, 1.4 * gigabyte, { state: 'paused', done: 0.9 * gigabyte }],
  ['Invoice.pdf', 'out', 30 * minute, 184_000, { state: 'offered' }],
  ['Photos of the yard.zip', 'in', 20 * minute, 88_000_000, { state: 'failed', held: false, done: 41_000_000, failure: 'file.altered' }],
  ['Sketch.png', 'out', 10 * minute, 94_000, { state: 'cancelled', cancelledBy: 'them', shown: 'image' }],
  ['Old price list.ods', 'in', 8 * minute, 51_000, { state: 'cancelled', cancelledBy: 'them', held: false }],
  ['Everything from the attic.zip', 'in', 7 * minute, 3 * gigabyte, { state: 'cancelled', cancelledBy: 'me', held: false }],
];

/** Files in the states they can be in. */
export function fileScenes(busy: (now: number) => World): Readonly<Record<string, (now: number) => World>> {
  const withFiles = (files: readonly File[]) => (now: number): World => {
    const world = busy(now);
    const known = (world.messages.get(talkWithBo) ?? []).slice(0, 5);
    const all = files.map(([name, direction, ago, size, change, text = '', picture], index): { readonly message: Message; readonly transfer: Transfer } => {
      const ids = { transferId: id(`transfer ${name}`, picture), messageId: idOf(`message ${name}`), conversationId: talkWithBo };
      const transfer = makeTransfer({ ...ids, name, direction, size: Math.round(size), addedAt: now - ago, ...change, done: Math.round(change.done ?? 0) });
      const file = { transferId: ids.transferId, name, size: transfer.size, mediaType: transfer.mediaType };
      return {
        transfer,
        message: {
          messageId: ids.messageId, conversationId: talkWithBo, direction, instanceId: direction === 'out' ? ownInstance : idOf('their device'), sequence: 20 + index, kind: 'file', text, file,
          sentAt: now - ago, ...(direction === 'in' && { receivedAt: now - ago }), state: 'delivered', keyEpoch: 5,
        },
      };
    });
    world.messages.set(talkWithBo, [...known, ...all.map(({ message }) => message)]);
    world.transfers = all.map(({ transfer }) => transfer);
    world.chosen = [
      { token: id('chosen picture'), name: 'Lock plate, second try.png', size: 391_000, shown: 'image', cleanable: true },
      { token: id('chosen text'), name: 'A rather long name of a document that nobody would have given it by hand, final, corrected.odt', size: 52_000, shown: 'file' },
    ];
    return world;
  };
  return {
    files: withFiles(shownInside),
    'files-moving': withFiles(onTheWay),
    /** The first picture is one that moves. */
    'picture-moves': (now) => {
      const world = withFiles(shownInside)(now);
      world.moving = world.transfers.slice(0, 1).map(({ transferId }) => transferId);
      return world;
    },
    /** A name that is too long for its places: in the list, and where it is answered. */
    'files-answered': (now) => {
      const world = withFiles(onTheWay)(now);
      const [name = '', , ago] = onTheWay[2] ?? [];
      world.conversations = world.conversations.map((one) => (one.conversationId === talkWithBo ? { ...one, preview: name, draft: undefined } : one));
      const list = world.messages.get(talkWithBo) ?? [];
      const last = list.at(-1);
      if (last !== undefined) world.messages.set(talkWithBo, [...list, { ...last, messageId: idOf('an answer'), kind: 'text', file: undefined, sequence: last.sequence + 1, text: 'All of them are there.', replyTo: idOf(`message ${name}`), sentAt: now - (ago ?? 0) / 100 }]);
      return world;
    },
    'files-all': withFiles([...shownInside, ...onTheWay]),
    /** One is being taken into the profile. */
    'files-preparing': (now) => {
      const world = withFiles(shownInside)(now);
      world.transfers = [makeTransfer({ transferId: id('getting ready'), messageId: idOf('not yet'), conversationId: talkWithBo, name: 'Workshop, whole day.mkv', direction: 'out', size: Math.round(6.2 * gigabyte), done: Math.round(3.4 * gigabyte), state: 'preparing', held: false, addedAt: now }), ...world.transfers];
      return world;
    },
  };
}

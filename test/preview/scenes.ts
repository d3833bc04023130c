import { policyPresets, type KeyStatus } from '../../shared/model/keys';
import type { Message } from '../../shared/model/message';
import { emptyWorld, idOf, makeContact, ownInstance, type World } from './fake-world';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export const bo = makeContact('Bo Lindqvist', { who: 'checked', checked: true });
export const carla = makeContact('Carla Reyes', { reach: 'waiting' });
export const noor = makeContact('نور الهدى', { reach: 'lan' });
export const talkWithBo = idOf('talk with Bo');
export const talkWithCarla = idOf('talk with Carla');

type Line = readonly [direction: 'in' | 'out', ago: number, text: string, extra?: Partial<Message>];

function lines(conversationId: string, now: number, written: readonly Line[]): Message[] {
  const counts = { in: 0, out: 0 };
  return written.map(([direction, ago, text, extra], index) => {
    counts[direction] += 1;
    return {
      messageId: idOf(`${conversationId} ${index}`),
      conversationId,
      direction,
      instanceId: direction === 'out' ? ownInstance : idOf('their device'),
      sequence: counts[direction],
      kind: 'text',
      text,
      sentAt: now - ago,
      ...(direction === 'in' ? { receivedAt: now - ago } : {}),
      state: direction === 'out' ? 'read' : 'delivered',
      keyEpoch: 3,
      ...extra,
    };
  });
}

export function busyKeys(now: number): KeyStatus {
  return {
    kek: { id: '5d20c7b1', epoch: 1, since: now - 12 * day },
    sending: { id: 'a3f01c8e', epoch: 7, since: now - 2 * hour, messages: 41, bytes: 61_440, shiftsBy: now + 22 * hour },
    receiving: [{ instanceId: idOf('their device'), id: '48b2e09d', epoch: 5, since: now - 3 * hour, messages: 38, stale: false }],
    policy: { ...policyPresets.relaxed, afterMessages: 200, afterBytes: 16 * 1024 * 1024, onPeerShift: true },
    preset: 'custom',
    problems: [],
    transcript: { equal: true, upTo: 1204 },
    history: [
      { at: now - 12 * day, who: 'you', from: 0, to: 1, reason: 'first' },
      { at: now - 12 * day + minute, who: 'peer', from: 0, to: 1, reason: 'first' },
      { at: now - 9 * day, who: 'you', from: 1, to: 2, reason: 'time' },
      { at: now - 9 * day + minute, who: 'peer', from: 1, to: 2, reason: 'peer' },
      { at: now - 6 * day, who: 'you', from: 2, to: 3, reason: 'messages' },
      { at: now - 4 * day, who: 'peer', from: 2, to: 3, reason: 'start' },
      { at: now - 3 * day, who: 'you', from: 3, to: 4, reason: 'time' },
      { at: now - day - 2 * hour, who: 'you', from: 4, to: 5, reason: 'hand' },
      { at: now - day - 2 * hour + minute, who: 'peer', from: 3, to: 4, reason: 'peer' },
      { at: now - 5 * hour, who: 'you', from: 5, to: 6, reason: 'start' },
      { at: now - 3 * hour, who: 'peer', from: 4, to: 5, reason: 'time' },
      { at: now - 2 * hour, who: 'you', from: 6, to: 7, reason: 'hand' },
    ],
  };
}

/** Some people, one long conversation, one that waits, one person not yet talked to. */
export function busyWorld(now: number, change: Partial<World> = {}): World {
  const withBo = lines(talkWithBo, now, [
    ['in', day + 5 * hour, 'Did the second set of drawings reach you? I sent them from the train and the tunnel came at a bad time.'],
    ['out', day + 4.9 * hour, 'All eleven, complete. The hinge detail on sheet 4 is lovely.'],
    ['out', day + 4.88 * hour, 'I would only move the lock plate a little higher.', { replyTo: idOf(`${talkWithBo} 0`) }],
    ['in', day + 4.5 * hour, 'Higher is better. Two fingers?'],
    ['out', day + 4.4 * hour, '👍'],
    ['in', 3.4 * hour, 'Good morning. I am at the workshop until five, then with my sister.\n\nShe asks whether you still have her ladder 🪜'],
    ['out', 3.3 * hour, 'I do, and I was hoping she had forgotten. Tell her Saturday.'],
    ['in', 3.1 * hour, 'Saturday it is. She laughed.'],
    ['in', 1.5 * hour, 'One question about the lower rail: oak or ash? The oak I have left is beautiful but there is just enough for one try.', { keyEpoch: 5 }],
    ['out', 20 * minute, 'Ash for the rail, oak for the handle. Then the good piece ends up where hands touch it.', { replyTo: idOf(`${talkWithBo} 8`), keyEpoch: 7 }],
    ['in', 12 * minute, 'That is a fine reason.', { keyEpoch: 5 }],
    ['out', 2 * minute, 'See you at five?', { state: 'delivered', keyEpoch: 7 }],
  ]);
  const withCarla = lines(talkWithCarla, now, [
    ['in', 2 * day, 'I will be on the boat from Thursday, no network out there.'],
    ['out', 50 * minute, 'No hurry. The report can wait until you are back.', { state: 'queued', waitingFor: 'connection', keyEpoch: 0 }],
    ['out', 48 * minute, 'Fair winds!', { state: 'queued', waitingFor: 'connection', keyEpoch: 0 }],
  ]);
  const talkWithNoor = idOf('talk with Noor');
  const withNoor = lines(talkWithNoor, now, [
    ['in', 6 * hour, 'مرحبا! هل وصلت الصور؟'],
    ['out', 5.9 * hour, 'نعم، شكراً جزيلاً 🌿'],
    ['in', 40 * minute, 'رائع، نلتقي غداً عند المكتبة'],
  ]);
  return emptyWorld({
    now: () => now,
    contacts: [bo, carla, noor, makeContact('Dr. Ines Oyelaran', { who: 'vouched', vouchedBy: ['Acme CA'] }), makeContact('Tomasz', { pending: true, reach: 'waiting', keyEpoch: 0 })],
    conversations: [
      { conversationId: talkWithBo, contactId: bo.contactId, title: '', state: 'open', unread: 0, lastMessageAt: now - 2 * minute, preview: 'See you at five?' },
      { conversationId: talkWithNoor, contactId: noor.contactId, title: '', state: 'open', unread: 2, lastMessageAt: now - 40 * minute, preview: 'رائع، نلتقي غداً عند المكتبة' },
      { conversationId: talkWithCarla, contactId: carla.contactId, title: 'Harbour report', state: 'open', unread: 0, lastMessageAt: now - 48 * minute, preview: 'Fair winds!' },
    ],
    messages: new Map([
      [talkWithBo, withBo],
      [talkWithCarla, withCarla],
      [talkWithNoor, withNoor],
    ]),
    keys: new Map([[talkWithBo, busyKeys(now)], [talkWithCarla, { ...busyKeys(now), history: [] }], [talkWithNoor, { ...busyKeys(now), history: [] }]]),
    ...change,
  });
}

/** The worlds the preview page can start in. */
export const scenes: Readonly<Record<string, (now: number) => World>> = {
  first: () => emptyWorld({ vault: 'absent' }),
  locked: (now) => busyWorld(now, { vault: 'locked' }),
  damaged: () => emptyWorld({ vault: 'locked', failing: new Map([['vault.status', 'vault.damaged']]) }),
  full: () => emptyWorld({ vault: 'locked', failing: new Map([['vault.status', 'disk.full']]) }),
  newer: () => emptyWorld({ vault: 'locked', failing: new Map([['vault.status', 'vault.newer']]) }),
  empty: () => emptyWorld(),
  busy: (now) => busyWorld(now),
  trial: (now) => busyWorld(now, { about: { ...emptyWorld().about, runtime: 'Electron 25.1.1', trial: true } }),
  requests: (now) => busyWorld(now, { requests: [{ requestId: idOf('request'), peerId: idOf('x').replace(/[0189]/g, 'q').padEnd(52, 'k').slice(0, 52), name: 'Wren Abbott', via: 'card' }] }),
  hard: (now) => {
    const world = busyWorld(now);
    const blocked = makeContact('Blocked Person', { reach: 'blocked' });
    const ended = makeContact('Old Invitation', { pending: true, ended: 'invitation.expired', reach: 'waiting' });
    const stranger = makeContact('Ev\u202Eil\u0007 <b>name</b>', { who: 'changed' });
    const talk = idOf('hard talk');
    const broken = makeContact('Broken Talk');
    const brokenTalk = idOf('broken talk');
    world.contacts = [blocked, ended, stranger, broken, ...world.contacts];
    world.conversations = [
      { conversationId: talk, contactId: stranger.contactId, title: '', state: 'open', unread: 0, lastMessageAt: now, preview: 'abc\u202Edef' },
      { conversationId: brokenTalk, contactId: broken.contactId, title: '', state: 'failed', failure: 'transcript-mismatch', unread: 0, lastMessageAt: now - 1 },
      ...world.conversations,
    ];
    world.messages.set(
      talk,
      lines(talk, now, [
        ['in', 9 * minute, '<img src=x onerror=alert(1)> <script>alert(2)</script> & &amp;'],
        ['in', 8 * minute, 'Pay to \u202Eevil.example\u202C now \u0000\u0007\u009B'],
        ['out', 7 * minute, Array.from({ length: 400 }, (_, index) => `Line ${index} of a very long message.`).join(' ')],
        ['in', 6 * minute, 'x'.repeat(900)],
        ['in', 5 * minute, '', { kind: 'unsupported' }],
        ['in', 4 * minute, 'Z̷̧̢̛̛͓̬͖̤̗̥̲̗͇͔̣̦̩̭͈̝͙̪̫̞̓̃̇̾͌͆̒̂́͛̏̈́̚ͅalgo'],
        ['out', 3 * minute, '🔑🪴✨'],
      ]),
    );
    world.messages.set(brokenTalk, []);
    return world;
  },
};

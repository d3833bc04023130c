import { defaultSettings } from '../../shared/model/default-settings';
import { ordinary } from './ordinary';
import type { KeyShift, KeyStatus, ShiftReason } from '../../shared/model/keys';
import { policyPresets } from '../../shared/model/shift-policies';
import { livesOf } from './fake-keys';
import type { Message } from '../../shared/model/message';
import { deskScenes } from './desk-scenes';
import { deviceScenes } from './device-scenes';
import { fileScenes } from './file-scenes';
import { identityScenes } from './identity-scenes';
import { networkScenes } from './network-scenes';
import { peopleScenes } from './people-scenes';
import { talkScenes } from './talk-scenes';
import { idOf, ownInstance } from './ids';
import { emptyWorld, makeContact, type World } from './world';

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
    sending: { id: 'a3f01c8e', epoch: 7, since: now - 20 * minute, messages: 41, bytes: 61_440, shiftsBy: now + 40 * minute },
    receiving: [{ instanceId: idOf('their device'), id: '48b2e09d', epoch: 5, since: now - 3 * hour, messages: 38, stale: false }],
    policy: policyPresets.standard,
    preset: 'standard',
    problems: [],
    transcript: { equal: true, upTo: 1205, shown: 1204 },
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
      { at: now - 20 * minute, who: 'you', from: 6, to: 7, reason: 'hand' },
    ],
  };
}

/** What the Keys tab shows of the busy conversation. */
function busyLives(now: number): ReturnType<typeof livesOf> {
  return livesOf(busyKeys(now).history, now, {
    checkedSince: now - 8 * day,
    exposure: { at: now, stored: 1204, recordedSince: now - 3 * day, recorded: 41, nextExchangeChange: now + 4 * day, oldestKeyDestroyedAt: now + 11 * day },
  });
}

/** As many renewals as the contract ever tells: 200 a side. */
export function manyShifts(now: number): KeyShift[] {
  const reasons: readonly ShiftReason[] = ['time', 'messages', 'peer', 'hand', 'bytes', 'start', 'devices'];
  return Array.from({ length: 400 }, (_, index): KeyShift => {
    const n = Math.floor(index / 2);
    const who = index % 2 === 0 ? 'you' : 'peer';
    return { at: now - (200 - n) * 55 * minute + (index % 2) * 4 * minute, who, from: 1000 + n, to: 1001 + n, reason: n === 120 ? 'compromise' : (reasons[n % reasons.length] ?? 'time') };
  });
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
      { conversationId: talkWithBo, contactId: bo.contactId, title: '', state: 'open', unread: 0, ...ordinary, lastMessageAt: now - 2 * minute, preview: 'See you at five?' },
      { conversationId: talkWithNoor, contactId: noor.contactId, title: '', state: 'open', unread: 2, ...ordinary, lastMessageAt: now - 40 * minute, preview: 'رائع، نلتقي غداً عند المكتبة' },
      { conversationId: talkWithCarla, contactId: carla.contactId, title: 'Harbour report', state: 'open', unread: 0, ...ordinary, lastMessageAt: now - 48 * minute, preview: 'Fair winds!' },
    ],
    messages: new Map([
      [talkWithBo, withBo],
      [talkWithCarla, withCarla],
      [talkWithNoor, withNoor],
    ]),
    timelines: new Map([[talkWithBo, busyLives(now)]]),
    keys: new Map([[talkWithBo, busyKeys(now)], [talkWithCarla, { ...busyKeys(now), history: [] }], [talkWithNoor, { ...busyKeys(now), history: [] }]]),
    ...change,
  });
}

/** The worlds the preview page can start in. */
export const scenes: Readonly<Record<string, (now: number) => World>> = {
  /** Both began it at once: there are keys of its own for what was said then. */
  'keys-both': (now) => {
    const world = busyWorld(now);
    const { sending, ...status } = busyKeys(now);
    world.keys.set(talkWithBo, { ...status, sending, also: [{ sending: sending && { ...sending, epoch: 1, messages: 1 }, receiving: [] }] });
    const lives = busyLives(now);
    world.timelines.set(talkWithBo, { ...lives, also: [lives.generations.filter(({ who, epoch }) => who === 'you' && epoch === 1)] });
    return world;
  },
  ...networkScenes(busyWorld),
  ...identityScenes(busyWorld),
  ...peopleScenes(busyWorld),
  ...deviceScenes(busyWorld),
  ...talkScenes(busyWorld),
  ...fileScenes(busyWorld),
  ...deskScenes(busyWorld),
  first: () => emptyWorld({ vault: 'absent' }),
  locked: (now) => busyWorld(now, { vault: 'locked' }),
  damaged: () => emptyWorld({ vault: 'locked', failing: new Map([['vault.status', 'vault.damaged']]) }),
  full: () => emptyWorld({ vault: 'locked', failing: new Map([['vault.status', 'disk.full']]) }),
  newer: () => emptyWorld({ vault: 'locked', failing: new Map([['vault.status', 'vault.newer']]) }),
  empty: () => emptyWorld(),
  busy: (now) => busyWorld(now),
  'big-text': (now) => busyWorld(now, { settings: { ...defaultSettings, textSize: 200 } }),
  compact: (now) => busyWorld(now, { settings: { ...defaultSettings, density: 'compact' } }),
  trial: (now) => busyWorld(now, { about: { ...emptyWorld().about, runtime: 'Electron 33.2.1', trial: true } }),
  requests: (now) => busyWorld(now, { requests: [{ requestId: idOf('request'), peerId: idOf('x').replace(/[0189]/g, 'q').padEnd(52, 'k').slice(0, 52), name: 'Wren Abbott', via: 'card' }] }),
  /** Everything that can be wrong with keys, and two devices on the other side. */
  troubled: (now) => {
    const world = busyWorld(now);
    const status = busyKeys(now);
    const second = idOf('their second device');
    world.keys.set(talkWithBo, {
      ...status,
      transcript: { equal: false, upTo: 981, shown: 980, messageId: idOf(`${talkWithBo} 9`) },
      receiving: [...status.receiving, { instanceId: second, id: '91c4aa07', epoch: 2, since: now - 9 * day, messages: 12, stale: true }],
      problems: [
        { kind: 'gap', count: 3, since: now - 6 * day },
        { kind: 'key-destroyed', count: 1, since: now - 2 * day, instanceId: idOf('their device') },
        { kind: 'key-refused', count: 2, since: now - 5 * hour },
        { kind: 'too-many-keys', count: 4, since: now - hour },
        { kind: 'waiting', count: 1, since: now - 10 * minute },
      ],
    });
    const lives = busyLives(now);
    const { checkedSince: _never, ...unchecked } = lives;
    world.timelines.set(talkWithBo, {
      ...unchecked,
      generations: [
        ...lives.generations,
        { who: 'peer', instanceId: second, epoch: 1, since: now - 11 * day, until: now - 9 * day, reason: 'first', messages: 4, firstSequence: 1, forgotten: true },
        { who: 'peer', instanceId: second, epoch: 2, since: now - 9 * day, reason: 'compromise', messages: 12, firstSequence: 5, forgotten: false },
      ],
    });
    return world;
  },
  /** The most key lives there are, own rules, and lines that stand alone in the conversation. */
  renewals: (now) => {
    const world = busyWorld(now);
    const history: KeyShift[] = [
      ...manyShifts(now),
      { at: now - 3.35 * hour, who: 'peer', from: 1200, to: 1201, reason: 'compromise' },
      { at: now - 3.34 * hour, who: 'you', from: 1200, to: 1201, reason: 'compromise' },
      { at: now - 5 * minute, who: 'you', from: 1201, to: 1202, reason: 'devices' },
    ];
    world.keys.set(talkWithBo, {
      ...busyKeys(now),
      history,
      preset: 'custom',
      policy: { ...policyPresets.frequent, afterMilliseconds: 0, afterBytes: 0, peerShifts: 3, whenStale: 'warn', staleAfterMessages: 0 },
    });
    world.timelines.set(talkWithBo, livesOf(manyShifts(now), now, { checkedSince: now - 4 * day }));
    return world;
  },
  hard: (now) => {
    const world = busyWorld(now);
    const blocked = makeContact('Blocked Person', { reach: 'blocked' });
    const ended = makeContact('Old Invitation', { pending: true, ended: 'invitation.expired', reach: 'waiting' });
    const stranger = makeContact('Ev\u202Eil\u0007 <b>name</b>', { who: 'changed' });
    const talk = idOf('hard talk');
    const broken = makeContact('Broken Talk');
    const brokenTalk = idOf('broken talk');
    const endedTalk = idOf('ended talk');
    world.contacts = [blocked, ended, stranger, broken, ...world.contacts];
    world.conversations = [
      { conversationId: talk, contactId: stranger.contactId, title: '', state: 'open', unread: 0, ...ordinary, lastMessageAt: now, preview: 'abc\u202Edef' },
      { conversationId: brokenTalk, contactId: broken.contactId, title: '', state: 'failed', failure: 'key-rollback', unread: 0, ...ordinary, lastMessageAt: now - 1 },
      { conversationId: endedTalk, contactId: ended.contactId, title: '', state: 'open', unread: 0, ...ordinary, lastMessageAt: now - 2 },
      ...world.conversations,
    ];
    world.messages.set(endedTalk, []);
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
    world.messages.set(
      brokenTalk,
      lines(brokenTalk, now, [
        ['in', 3 * hour, 'The proofs are at the printer.'],
        ['out', 2 * hour, 'Lovely. Which paper did you take in the end?', { state: 'sent', waitingFor: 'continuation' }],
      ]),
    );
    return world;
  },
  /** What was being written when a conversation was stopped. */
  left: (now) => {
    const world = scenes['hard']?.(now) ?? busyWorld(now);
    world.conversations = world.conversations.map((one) => (one.state === 'failed' ? { ...one, draft: { text: 'I took the heavy one, and the blue thread for the spine. Shall I come by with both on Friday, or is Saturday better for you?' } } : one));
    return world;
  },
};

import type { Meeting } from '../../shared/model/discovery';
import type { ReachReport } from '../../shared/model/network';
import { idOf, peerIdOf } from './ids';
import { emptyWorld, makeContact, type World } from './world';

const minute = 60_000;
const hour = 60 * minute;

const boId = idOf('Bo Lindqvist');
const carlaId = idOf('Carla Reyes');
export const onion = `${'keyshiftexampleonion'.padEnd(56, 'abcd234567')}.onion:47110`;

/** Carla is away: every kind of answer that an address can give, and every advice. */
export function unreachable(now: number): Partial<ReachReport> {
  const phone = idOf('phone');
  const laptop = idOf('laptop');
  return {
    since: now - 3 * hour,
    failures: 14,
    nextTryAt: now + 4.6 * minute,
    tries: [
      { address: '192.168.1.44:47110', via: 'lan', instanceId: laptop, at: now - 2 * minute, outcome: 'timeout', milliseconds: 5_000 },
      { address: '203.0.113.71:47110', via: 'direct', instanceId: laptop, at: now - 2 * minute, outcome: 'refused', milliseconds: 41 },
      { address: '[2001:db8:4c1f:0:9d2e:77ff:fe01:a2b3]:47110', via: 'direct', instanceId: phone, at: now - 2 * minute, outcome: 'unreachable' },
      { address: 'carla.example.net:47110', via: 'direct', instanceId: phone, at: now - 26 * hour, outcome: 'other-identity', milliseconds: 220 },
      { address: onion, via: 'onion', instanceId: laptop, at: now - 2 * minute, outcome: 'needs-proxy' },
      { address: '10.0.0.7:47110', via: 'lan' },
    ],
    advice: ['ask-to-open', 'try-lan', 'try-port-mapping', 'carry-by-file'],
  };
}

function network(make: (now: number) => World): (now: number) => World {
  return (now) => {
    const world = make(now);
    world.network = { announced: ['192.168.1.20:47110', '198.51.100.9:47110', onion], portMapping: { state: 'mapped', address: '198.51.100.9:47110', method: 'upnp' } };
    world.reports.set(carlaId, unreachable(now));
    world.reports.set(boId, {
      since: now - 2 * hour,
      resumeRefusedAt: now - 2 * hour,
      tries: [
        { address: '192.168.1.31:47110', via: 'lan', at: now - 2 * hour, outcome: 'connected', milliseconds: 12 },
        { address: '203.0.113.8:47110', via: 'direct', at: now - 2 * hour, outcome: 'not-needed' },
      ],
    });
    return world;
  };
}

function meeting(change: Partial<Meeting>, more: (world: World) => void = () => undefined): () => World {
  return () => {
    const world = emptyWorld();
    world.discovery = {
      running: true,
      name: 'blue-otter-42',
      endsAt: Date.now() + 277_000,
      people: [
        { nearbyId: idOf('heron'), name: 'quiet-heron-07' },
        { nearbyId: idOf('badger'), name: 'copper-badger-88' },
      ],
    };
    if (change.step !== undefined) world.discovery = { ...world.discovery, meeting: { name: 'quiet-heron-07', askedBy: 'them', step: change.step, ...change } };
    more(world);
    return world;
  };
}

/** Worlds about reach, the network and people near; `busy` is the world with people in it. */
export function networkScenes(busy: (now: number) => World): Readonly<Record<string, (now: number) => World>> {
  return {
    network: network(busy),
    'network-onion': (now) => {
      const world = network(busy)(now);
      world.settings = { ...world.settings, proxy: 'socks5://127.0.0.1:9050', onionAddress: onion };
      world.network = {
        announced: [onion],
        portMapping: { state: 'off' },
        proxy: { state: 'working', address: '127.0.0.1:9050' },
        turnedAway: { count: 100_000, since: now - 3 * hour, from: '127.0.0.1' },
        sessions: [{ contactId: boId, instanceId: idOf('device of Bo'), since: now - hour, resumed: true, handedOver: false, via: 'onion' }],
      };
      return world;
    },
    'network-bars': (now) => {
      const world = network(busy)(now);
      world.settings = { ...world.settings, proxy: 'socks5://127.0.0.1:9050' };
      world.network = { announced: [], moved: { from: 47110, to: 47111 }, proxy: { state: 'failed', address: '127.0.0.1:9050' } };
      world.discovery = { running: true, name: 'blue-otter-42', endsAt: Date.now() + 277_000, people: [] };
      return world;
    },
    'network-offline': (now) => {
      const world = network(busy)(now);
      world.network = { announced: [], sessions: [], lan: { state: 'failed', seen: 0 }, portMapping: { state: 'none' } };
      world.contacts = world.contacts.map((one) => ({ ...one, reach: 'waiting' as const }));
      world.reports.set(carlaId, { ...unreachable(now), advice: ['no-network', 'check-proxy', 'set-proxy', 'moved', 'no-address'], tries: [] });
      return world;
    },
    'network-clock': (now) => {
      const world = network(busy)(now);
      world.network = { ...world.network, clockAhead: 1_096 * 24 * hour, sessions: [] };
      world.contacts = world.contacts.map((one) => ({ ...one, reach: 'waiting' as const }));
      const [first] = unreachable(now).tries ?? [];
      world.reports.set(carlaId, { ...unreachable(now), clockAhead: 1_096 * 24 * hour, advice: ['clock', 'carry-by-file'], tries: first ? [{ ...first, outcome: 'not-accepted' }] : [] });
      return world;
    },
    'near-alone': meeting({}, (world) => {
      world.discovery = { ...world.discovery, people: [] };
    }),
    near: meeting({}),
    'near-asking': meeting({ step: 'asking', askedBy: 'you' }),
    'near-asked': meeting({ step: 'asked' }),
    'near-asked-busy': (now) => ({ ...busy(now), discovery: meeting({ step: 'asked' })().discovery }),
    'near-compare': meeting({ step: 'compare', digits: '428301' }),
    'near-waiting': meeting({ step: 'waiting', digits: '428301' }),
    'near-met': meeting({ step: 'waiting', digits: '428301' }, (world) => {
      world.contacts = [makeContact('Wren Abbott', { peerId: peerIdOf('Wren'), checked: true, who: 'checked', reach: 'lan' })];
    }),
  };
}

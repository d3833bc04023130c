import type { MailboxToRevoke } from '../../shared/model/mailbox';
import type { Device, Linking } from '../../shared/model/device';
import type { Message } from '../../shared/model/message';
import { makeDevice, onlyThis } from './fake-devices';
import { idOf, ownInstance } from './ids';
import { emptyWorld, makeContact, type World } from './world';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export const laptop = idOf('laptop');
const boId = idOf('Bo Lindqvist');
const talkWithBo = idOf('talk with Bo');
const talkWithCarla = idOf('talk with Carla');
const boPhone = idOf('phone of Bo');

const revokedKey = `U${'C5MZ7QKA'.repeat(7).slice(0, 55)}`;

function toRevoke(change: Partial<MailboxToRevoke>): MailboxToRevoke {
  return { taskId: 'a', instanceId: idOf('stolen phone'), deviceName: 'stolen phone', reason: 'removed', deviceKey: revokedKey, server: 'tls://mail.example.org:4222', command: `npm run mailbox -- revoke ${revokedKey}`, watched: true, ...change };
}

type Busy = (now: number, change?: Partial<World>) => World;

/** Own devices, linking and the mailbox, in the states they can be in. */
export function deviceScenes(busyWorld: Busy): Readonly<Record<string, (now: number) => World>> {
  const several = (now: number): World => {
    const world = busyWorld(now);
    world.devices.list = [
      ...onlyThis().list,
      makeDevice('laptop', { instanceId: laptop, roles: ['exchange'], addedAt: now - 2 * hour, lastSeenAt: now - minute, behind: 214, addresses: ['192.168.1.44:47110', '[2001:db8:4c1f:0:9d2e:77ff:fe01:a2b3]:47110'] }),
      makeDevice('Rechner im Büro der vereinigten Nordwestküste, zweiter Stock', { connected: false, addedAt: now - 70 * day, lastSeenAt: now - 26 * day, behind: 1_204 }),
      makeDevice('old netbook', { state: 'suspended', connected: false, addedAt: now - 300 * day, lastSeenAt: now - 90 * day, addresses: [] }),
      makeDevice('phone \u202Egnp', { state: 'retired', connected: false, addresses: [], toRevoke: [toRevoke({ deviceName: 'phone \u202Egnp' })] }),
    ];
    return world;
  };
  const elsewhere = (now: number): World => {
    const world = several(now);
    world.devices.list = world.devices.list.map((one) => ({ ...one, roles: one.current ? ['exchange'] : one.instanceId === laptop ? ['certifier', 'exchange'] : [] }));
    return world;
  };
  const linking = (state: Linking) => (now: number): World => {
    const world = several(now);
    world.devices.list = onlyThis().list;
    world.devices.linking = state;
    return world;
  };
  const joining = (state: Linking) => (): World => {
    const world = emptyWorld({ vault: 'absent' });
    world.devices.linking = state;
    return world;
  };
  const mailbox = (change: Partial<World['devices']['mailbox']>) => (now: number): World => {
    const world = busyWorld(now);
    world.devices.mailbox = { ...world.devices.mailbox, state: 'connected', url: 'tls://mail.example.org:4222', expiresAt: now + 200 * day, slotsLeft: 40, taken: 12, ...change };
    return world;
  };
  return {
    devices: several,
    'devices-elsewhere': elsewhere,
    /** Four of one name: this one, one that came later, and two that came at once. */
    'devices-namesakes': (now) => {
      const world = several(now);
      const since = (id: string, at: number): Device => makeDevice('desk', { instanceId: idOf(id), addedAt: now - at, lastSeenAt: now - at / 2, connected: false });
      world.devices.list = [...onlyThis().list, since('desk later', 3 * day), since('desk b', 70 * day), since('desk c', 70 * day), makeDevice('laptop', { instanceId: laptop })];
      return world;
    },
    'device-suspended': (now) => {
      const world = elsewhere(now);
      world.devices.list = world.devices.list.map((one) => (one.current ? { ...one, state: 'suspended' } : one));
      return world;
    },
    'device-removed': (now) => {
      const world = elsewhere(now);
      world.devices.list = world.devices.list.map((one) => (one.current ? { ...one, state: 'retired' } : one));
      return world;
    },
    'link-compare': linking({ side: 'existing', stage: 'comparing', digits: '428301', deviceName: 'laptop' }),
    'link-keys': linking({ side: 'existing', stage: 'transferring', deviceName: 'laptop' }),
    'link-history': linking({ side: 'existing', stage: 'transferring', deviceName: 'laptop', progress: { done: 4_120, total: 10_300 } }),
    'link-new-history': linking({ side: 'new', stage: 'transferring', deviceName: 'desk', progress: { done: 4_120, total: 10_300 } }),
    'join-waiting': joining({ side: 'new', stage: 'waiting' }),
    'join-compare': joining({ side: 'new', stage: 'comparing', digits: '428301', deviceName: 'desk' }),
    'join-keys': joining({ side: 'new', stage: 'transferring', deviceName: 'desk' }),
    'mailbox-on': mailbox({}),
    'mailbox-revoke': (now) => mailbox({ toRevoke: [toRevoke({ stoodAt: now }), toRevoke({ taskId: 'b', deviceName: 'old netbook', reason: 'suspended', watched: false }), toRevoke({ taskId: 'c', deviceName: 'desk', reason: 'left', watched: false, saidAt: now - 3 * day })] })(now),
    'mailbox-trouble': mailbox({ state: 'refused', failure: 'mailbox.refused', expiresAt: Date.now() + 3 * day, slotsLeft: 0, taken: 0 }),
    /** Bo wrote from a second device and went on there; a device of ours joined; messages go by every way. */
    'devices-talk': (now) => {
      const world = several(now);
      world.people.devices.set(boId, [{ instanceId: idOf('their device'), name: 'bench', state: 'active' }, { instanceId: boPhone, name: 'phone', state: 'active' }]);
      const list = world.messages.get(talkWithBo) ?? [];
      world.messages.set(
        talkWithBo,
        list.map((message, index): Message => {
          if (index === 9) return { ...message, instanceId: laptop };
          return index === 10 ? { ...message, instanceId: boPhone, keyEpoch: 1 } : message;
        }),
      );
      world.network = { sessions: [{ contactId: boId, instanceId: boPhone, since: now - 11 * minute, resumed: true, handedOver: true, handedOverBy: 'peer', via: 'direct' }] };
      const carla = makeContact('Carla Reyes', { reach: 'mailbox' });
      world.contacts = world.contacts.map((one) => (one.contactId === carla.contactId ? carla : one));
      const waiting = world.messages.get(talkWithCarla) ?? [];
      world.messages.set(
        talkWithCarla,
        waiting.map((message, index): Message => (index === 0 ? message : { ...message, state: 'sent', keyEpoch: 2, waitingFor: 'pickup', way: index === 1 ? 'mailbox' : 'device', instanceId: ownInstance })),
      );
      return world;
    },
  };
}

import type { AppEvent, Handlers } from '../../shared/contract/contract';
import type { ErrorCode } from '../../shared/errors';
import type { Device, DeviceRequest, Linking } from '../../shared/model/device';
import type { MailboxStatus } from '../../shared/model/mailbox';
import { idOf, ownInstance } from './ids';
import type { World } from './world';

/** What a world says of own devices and of the mailbox. The other side of a linking does nothing by itself: tests and scenes go on with `tellLinking`. */
export interface DevicesWorld {
  /** This one first; a window that is the only device has just that. */
  list: Device[];
  linking: Linking;
  /** What other devices ask for. */
  requests: DeviceRequest[];
  mailbox: MailboxStatus;
}

export const deviceLinkText = `keyshift:d/1/${idOf('link').repeat(5)}${idOf('more').slice(0, 20)}`;

export function makeDevice(name: string, change: Partial<Device> = {}): Device {
  return { instanceId: idOf(name), name, current: false, roles: [], state: 'active', connected: true, addresses: ['192.168.1.44:47110'], ...change };
}

export function onlyThis(): DevicesWorld {
  return {
    list: [makeDevice('desk', { instanceId: ownInstance, current: true, roles: ['certifier', 'exchange'], addresses: ['192.168.1.20:47110'] })],
    linking: { stage: 'idle' },
    requests: [],
    mailbox: { state: 'off', deviceKey: `U${'B7QK2XN5'.repeat(7).slice(0, 55)}`, taken: 0, toRevoke: [] },
  };
}

interface Tools {
  readonly refuse: (code: ErrorCode) => never;
  readonly emit: (event: AppEvent) => void;
}

export function deviceHandlers(world: World, { refuse, emit }: Tools): Handlers['devices'] {
  const { devices } = world;
  const set = (linking: Linking): null => {
    devices.linking = linking;
    emit({ type: 'devices.linking', ...linking });
    return null;
  };
  const need = (instanceId: string): Device => devices.list.find((one) => one.instanceId === instanceId) ?? refuse('device.unknown');
  const needKey = (): void => {
    if (devices.list.find(({ current }) => current)?.roles.includes('certifier') !== true) refuse('device.not-certifier');
  };
  const change = (instanceId: string, by: Partial<Device>): null => {
    need(instanceId);
    devices.list = devices.list.map((one) => (one.instanceId === instanceId ? { ...one, ...by } : one));
    emit({ type: 'devices.changed' });
    return null;
  };
  const under = (): boolean => ['waiting', 'comparing', 'transferring'].includes(devices.linking.stage);
  return {
    list: () => devices.list,
    link: () => {
      if (devices.linking.stage === 'comparing' || devices.linking.stage === 'transferring') refuse('device.busy');
      const expiresAt = Date.now() + 600_000;
      set({ side: 'existing', stage: 'waiting', expiresAt });
      return { link: deviceLinkText, expiresAt };
    },
    join: ({ link, passphrase }) => {
      if (world.vault !== 'absent') refuse('vault.exists');
      if (!link.startsWith('keyshift:d/')) refuse('device.link-garbled');
      if (link.includes('expired')) refuse('device.link-expired');
      world.passphrase = passphrase;
      return set({ side: 'new', stage: 'waiting' });
    },
    confirm: ({ same }) => {
      const { linking } = devices;
      if (linking.stage !== 'comparing') refuse('device.not-linking');
      return same ? null : set({ ...(linking.side === undefined ? {} : { side: linking.side }), stage: 'failed', failure: 'device.digits-differ' });
    },
    cancel: () => (under() ? set({ stage: 'idle' }) : null),
    linking: () => devices.linking,
    requests: () => devices.requests,
    answer: ({ requestId, accept }) => {
      const asked = devices.requests.find((one) => one.requestId === requestId) ?? refuse('device.request-gone');
      devices.requests = devices.requests.filter((one) => one !== asked);
      emit({ type: 'devices.requests', requests: devices.requests });
      if (accept) devices.list = [...devices.list, makeDevice(asked.deviceName)];
      emit({ type: 'devices.changed' });
      return null;
    },
    rename: ({ instanceId, name }) => {
      needKey();
      return change(instanceId, { name });
    },
    setArchive: ({ instanceId, archive }) => {
      needKey();
      const rest = need(instanceId).roles.filter((role) => role !== 'archive');
      return change(instanceId, { roles: archive ? [...rest, 'archive'] : rest });
    },
    suspend: ({ instanceId }) => {
      if (need(instanceId).current) refuse('device.itself');
      return change(instanceId, { state: 'suspended', connected: false });
    },
    reinstate: ({ instanceId }) => {
      needKey();
      return change(instanceId, { state: 'active' });
    },
    remove: ({ instanceId }) => {
      needKey();
      if (need(instanceId).current) refuse('device.itself');
      change(instanceId, { state: 'retired', connected: false, roles: [] });
      devices.list.sort((one, other) => Number(one.state === 'retired') - Number(other.state === 'retired'));
      return null;
    },
    moveCertifier: ({ instanceId }) => {
      needKey();
      if (!need(instanceId).connected) refuse('device.not-connected');
      for (const { instanceId: each, roles } of devices.list) {
        if (each === instanceId) change(each, { roles: ['certifier', 'exchange'] });
        else if (roles.includes('certifier')) change(each, { roles: ['exchange'] });
      }
      return null;
    },
  };
}

export function mailboxHandlers(world: World, { refuse, emit }: Tools): Handlers['mailbox'] {
  const { devices } = world;
  const set = (mailbox: MailboxStatus): null => {
    devices.mailbox = mailbox;
    emit({ type: 'mailbox.changed' });
    return null;
  };
  return {
    status: () => devices.mailbox,
    register: ({ registration }) => {
      if (registration.includes('other')) refuse('mailbox.other-device');
      if (registration.includes('expired')) refuse('mailbox.registration-expired');
      if (!registration.startsWith('keyshift-mailbox')) refuse('mailbox.registration-garbled');
      return set({ ...devices.mailbox, state: 'connected', url: 'tls://mail.example.org:4222', expiresAt: world.now() + 200 * 86_400_000, slotsLeft: 40 });
    },
    leave: () => set({ state: 'off', deviceKey: devices.mailbox.deviceKey, taken: 0, toRevoke: devices.mailbox.toRevoke }),
    confirmRevoked: ({ taskId }) => {
      const said = devices.mailbox.toRevoke.map((task) => (task.taskId === taskId ? { ...task, saidAt: world.now() } : task));
      return set({ ...devices.mailbox, toRevoke: said });
    },
  };
}

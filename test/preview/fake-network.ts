import type { AppEvent, Handlers } from '../../shared/contract/contract';
import type { ErrorCode } from '../../shared/errors';
import type { DiscoveryStatus, Meeting } from '../../shared/model/discovery';
import type { NetworkStatus, ReachReport } from '../../shared/model/network';
import type { World } from './world';

interface Parts {
  readonly refuse: (code: ErrorCode) => never;
  readonly emit: (event: AppEvent) => void;
  readonly idOf: (name: string) => string;
}

/** What there is to know of the network: what a world says, and what follows from its settings and contacts. */
export function networkHandlers(world: World, { refuse, idOf }: Parts): Handlers['network'] {
  return {
    status: () => {
      const { findOnNetwork, portMapping, proxy, onionAddress } = world.settings;
      const hidden = proxy !== '';
      const own = hidden ? [] : ['192.168.1.20:47110'];
      const status: NetworkStatus = {
        listening: ['0.0.0.0:47110'],
        announced: onionAddress === '' ? own : [...own, onionAddress],
        sessions: world.contacts
          .filter((one) => one.reach === 'direct' || one.reach === 'lan')
          .map((one) => ({
            contactId: one.contactId,
            instanceId: idOf(`device of ${one.name}`),
            since: world.now() - 3_600_000,
            resumed: false,
            handedOver: false,
            via: one.reach === 'lan' ? 'lan' : 'direct',
          })),
        lan: { state: findOnNetwork && !hidden ? 'on' : 'off', seen: world.contacts.filter((one) => one.reach === 'lan').length },
        portMapping: { state: portMapping && !hidden ? 'searching' : 'off' },
        proxy: hidden ? { state: 'untried', address: proxy.replace('socks5://', '') } : { state: 'off' },
      };
      const { url, state } = world.devices.mailbox;
      return { ...status, ...(url !== undefined && { mailbox: { url, state } }), ...world.network };
    },
    reach: ({ contactId }) => {
      const contact = world.contacts.find((one) => one.contactId === contactId) ?? refuse('contact.unknown');
      const connected = contact.reach === 'direct' || contact.reach === 'lan';
      const report: ReachReport = {
        contactId,
        reach: contact.reach,
        connected,
        ...(connected ? { since: world.now() - 3_600_000 } : {}),
        trying: false,
        failures: 0,
        tries: [],
        advice: [],
      };
      return { ...report, ...world.reports.get(contactId) };
    },
    tryNow: ({ contactId }) => {
      const contact = world.contacts.find((one) => one.contactId === contactId) ?? refuse('contact.unknown');
      // Whoever is connected is asked for a sign of life.
      if (contact.reach === 'direct' || contact.reach === 'lan') return null;
      world.reports.set(contactId, { ...world.reports.get(contactId), trying: true });
      return null;
    },
  };
}

/** A search and a meeting in which the other side does nothing by itself: tests and scenes change `world.discovery`. */
export function discoveryHandlers(world: World, { refuse, emit }: Parts): Handlers['discovery'] {
  const set = (change: Partial<DiscoveryStatus>): void => {
    world.discovery = { ...world.discovery, ...change };
    emit({ type: 'discovery.changed' });
  };
  const meeting = (...steps: readonly Meeting['step'][]): Meeting => {
    const { meeting: known } = world.discovery;
    return known !== undefined && steps.includes(known.step) ? known : refuse('discovery.no-meeting');
  };
  return {
    start: () => {
      set({ running: true, name: 'blue-otter-42', endsAt: Date.now() + 300_000 });
      return world.discovery;
    },
    stop: () => {
      const { meeting: known } = world.discovery;
      const open = known !== undefined && known.step !== 'met' && known.step !== 'ended';
      world.discovery = { running: false, people: [], ...(open || known === undefined ? {} : { meeting: known }) };
      emit({ type: 'discovery.changed' });
      return null;
    },
    status: () => world.discovery,
    meet: ({ nearbyId }) => {
      if (!world.discovery.running) refuse('discovery.not-running');
      const known = world.discovery.meeting;
      if (known !== undefined && known.step !== 'met' && known.step !== 'ended') refuse('discovery.busy');
      const person = world.discovery.people.find((one) => one.nearbyId === nearbyId) ?? refuse('discovery.gone');
      set({ meeting: { name: person.name, askedBy: 'you', step: 'asking' } });
      return null;
    },
    answer: ({ accept }) => {
      const { name, askedBy } = accept ? meeting('asked') : meeting('asking', 'asked', 'compare');
      if (accept) set({ meeting: { name, askedBy, step: 'compare', digits: '428301' } });
      else {
        const { meeting: _ended, ...rest } = world.discovery;
        world.discovery = rest;
        emit({ type: 'discovery.changed' });
      }
      return null;
    },
    confirm: ({ same }) => {
      const { name, askedBy, digits } = meeting('compare', 'waiting');
      set({ meeting: same ? { name, askedBy, step: 'waiting', ...(digits === undefined ? {} : { digits }) } : { name, askedBy, step: 'ended', reason: 'not-same' } });
      return null;
    },
  };
}

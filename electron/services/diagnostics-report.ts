import type { Handlers } from '../../shared/contract/contract';
import type { About, MeterCounts } from '../../shared/model/diagnostics';
import type { NetworkStatus } from '../../shared/model/network';
import type { Settings } from '../../shared/model/settings';
import type { OpenProfile } from './open-profile';

export interface DiagnosticsReportParts {
  readonly about: () => About;
  /** e.g. `linux x64`. */
  readonly system: string;
  readonly meter: () => MeterCounts;
  readonly settings: () => Settings;
  readonly network: () => NetworkStatus | Promise<NetworkStatus>;
  /** Undefined while the vault is not open. */
  readonly openProfile: () => OpenProfile | undefined;
  readonly licences: () => Promise<Awaited<ReturnType<Handlers['diagnostics']['licences']>>>;
}

/** Settings whose values say where somebody is, or nothing to anybody who helps. */
const untold: ReadonlySet<string> = new Set<keyof Settings>(['proxy', 'onionAddress', 'shortcuts']);

/**
 * What somebody who helps needs to see, as text one reads before passing it on: versions, states, counts. Lines are made of what is named here and
 * of nothing else, so that no name, id, address, key or word of anybody can be among them.
 */
export function diagnosticsReport(parts: DiagnosticsReportParts): Pick<Handlers['diagnostics'], 'report' | 'licences'> {
  return {
    report: async () => {
      const { version, runtime, trial, database, memoryLocked, openToOthers } = parts.about();
      const lines: (readonly [string, string | number | boolean])[] = [
        ['Keyshift', version],
        ['runtime', `${runtime}${trial ? ' (trial)' : ''}`],
        ['system', parts.system],
        ['database', database],
        ['memory locked', memoryLocked],
        ['profile open to other accounts', openToOthers],
        ...profileLines(parts.openProfile()),
        ...networkLines(await parts.network()),
        ...Object.entries(parts.settings()).flatMap(([name, value]) => (untold.has(name) ? [] : [[`setting ${name}`, word(value)] as const])),
        ['setting proxy', parts.settings().proxy !== ''],
        ['setting onionAddress', parts.settings().onionAddress !== ''],
        ...Object.entries(parts.meter()).map(([name, count]) => [`count ${name}`, count] as const),
      ];
      return { text: lines.map(([what, value]) => `${what}: ${String(value)}`).join('\n') };
    },
    licences: () => parts.licences(),
  };
}

function profileLines(profile: OpenProfile | undefined): (readonly [string, string | number | boolean])[] {
  if (profile === undefined) return [['profile', 'locked']];
  const { stores, local, connections } = profile;
  const contacts = stores.contacts.list();
  const conversations = stores.conversations.list();
  return [
    ['profile', 'open'],
    ['contacts', contacts.length],
    ['contacts pending', contacts.filter(({ relation }) => relation !== 'mutual').length],
    ['contacts blocked', contacts.filter(({ blocked }) => blocked).length],
    ['conversations', conversations.length],
    ['conversations stopped', conversations.filter(({ state }) => state === 'failed').length],
    ['devices', local.list.instances.filter(({ state }) => state === 'active').length],
    ['this device', `${local.standing}${local.isCertifier ? ', with the identity key' : ''}`],
    ['identity key number', local.identity.epoch],
    ['list of devices', local.list.version],
    ['recovery key', local.recovery],
    ['connections', connections.sessions().length],
    ['in step with own devices', profile.devices.replica.isOn ? profile.devices.replica.isReady : 'one device'],
  ];
}

function networkLines({ listening, announced = [], lan, portMapping, proxy, mailbox, moved, clockAhead, untaken, turnedAway }: NetworkStatus & { readonly clockAhead?: number }): (readonly [string, string | number | boolean])[] {
  return [
    ['listening on', listening.length],
    ['addresses told', announced.length],
    ['port moved', moved !== undefined],
    ['local network', lan?.state ?? 'off'],
    ['router', `${portMapping?.state ?? 'off'}${portMapping?.method === undefined ? '' : ` by ${portMapping.method}`}`],
    ['proxy', proxy?.state ?? 'off'],
    ['mailbox', mailbox?.state ?? 'off'],
    ['clock', clockAhead === undefined ? 'fits' : `${Math.round(clockAhead / 60_000)} minutes ahead`],
    ['disk', untaken === undefined ? 'takes what comes' : untaken],
    ['questions about keys turned away', turnedAway?.count ?? 'few or none'],
  ];
}

/** Only what is one word of a list, a number, or yes and no: nothing that somebody typed, whatever settings there will be. */
function word(value: unknown): string {
  if (typeof value === 'string') return /^[a-z][a-z-]{0,23}$/.test(value) ? value : value === '' ? 'none' : '–';
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '–';
}

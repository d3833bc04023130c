import type { Device, DeviceRequest } from '../../../shared/model/device';
import type { Text } from '../../i18n/use-text';
import type { Times } from '../../i18n/use-times';
import { nameInSentence } from '../../ui/strangers';

/** As the contract says it, whose schemas are not bundled here; a test holds the two together. */
export const longestDeviceName = 64;

/** What a device is called, in a sentence and alone. */
export function deviceName({ name }: Pick<Device, 'name'>, text: Text): string {
  return name.trim() === '' ? text('devices.unnamed') : nameInSentence(name);
}

/** The new device and the one that asks for it, in a sentence. */
export function requestNames({ deviceName: fresh, byName }: DeviceRequest, text: Text): { readonly name: string; readonly by: string } {
  return { name: deviceName({ name: fresh }, text), by: deviceName({ name: byName }, text) };
}

/** What it may do for its person, a sentence each. */
export function roleWords({ roles }: Device, text: Text): readonly string[] {
  const words = (['certifier', 'exchange', 'archive'] as const).filter((role) => roles.includes(role)).map((role) => text(`devices.role.${role}`));
  return roles.some((role) => role !== 'archive') ? words : [text('devices.role.none'), ...words];
}

/** Whether there is a connection with it, or when there was one, and what it lacks. Not asked of the device one sits at. */
export function seenWords(device: Device, now: number, text: Text, times: Times): readonly string[] {
  if (device.state === 'suspended') return [text('devices.suspended.text')];
  const { behind, connected, lastSeenAt } = device;
  const seen = connected ? text('devices.seen.connected') : lastSeenAt === undefined ? text('devices.seen.never') : text('devices.seen.last', { when: times.when(lastSeenAt, now) });
  if (behind === undefined) return [seen];
  return [seen, behind === 0 ? text('devices.behind.none') : text(connected ? 'devices.behind.now' : 'devices.behind.later', { count: behind })];
}

/** What of its papers ended: a warning, as it goes on counting. */
export function endedWords({ credentialEnded, certificateEnded }: Pick<Device, 'credentialEnded' | 'certificateEnded'>, text: Text, times: Times): readonly string[] {
  return [
    ...(certificateEnded === undefined ? [] : [text('devices.ended.certificate', { date: times.date(certificateEnded) })]),
    ...(credentialEnded === undefined ? [] : [text('devices.ended.credential', { date: times.date(credentialEnded) })]),
  ];
}

/** What the device one sits at never got of what its siblings had. */
export function incompleteWords({ incomplete }: Pick<Device, 'incomplete'>, text: Text): readonly string[] {
  if (incomplete === undefined) return [];
  const { entries } = incomplete;
  return [entries === undefined ? text('devices.incomplete.unknown') : text('devices.incomplete', { count: entries })];
}

/** The device that holds the identity key; undefined where none is known to. */
export function certifierOf(devices: readonly Device[]): Device | undefined {
  return devices.find(({ roles, state }) => state === 'active' && roles.includes('certifier'));
}

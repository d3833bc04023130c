import type { Settings } from '../../shared/model/settings';
import { parseHost } from '../engine/identity/host';
import type { Address } from '../engine/ports';

/**
 * The proxy that is set, `none`, or `unusable` for a text that is no address: then nothing is dialled, rather than directly.
 * The schema of the settings keeps such a text out already; a file that was edited does not.
 */
export function proxyOf({ proxy }: Pick<Settings, 'proxy'>): Address | 'none' | 'unusable' {
  if (proxy === '') return 'none';
  const found = /^socks5:\/\/(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+)):([0-9]{1,5})$/i.exec(proxy);
  return addressOf(found?.[1] ?? found?.[2] ?? '', found?.[3], (kind) => kind !== 'onion') ?? 'unusable';
}

/** Where an onion service that the user runs leads to this device; undefined: nowhere. */
export function onionOf({ onionAddress }: Pick<Settings, 'onionAddress'>): Address | undefined {
  const [host = '', port] = onionAddress.split(':');
  return addressOf(host, port, (kind) => kind === 'onion');
}

function addressOf(text: string, portText: string | undefined, fits: (kind: string) => boolean): Address | undefined {
  const host = parseHost(text);
  const port = Number(portText);
  return host && fits(host.kind) && port >= 1 && port <= 65_535 ? { host: host.text, port } : undefined;
}

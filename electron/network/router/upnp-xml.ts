import { targetOf, type HttpTarget } from './gateway-http';

/** A service of a router that passes ports on, and where it takes orders. */
export interface WanService {
  readonly type: string;
  readonly control: HttpTarget;
}

/** Best first. */
const TYPES = ['WANIPConnection:2', 'WANIPConnection:1', 'WANPPPConnection:1'].map((name) => `urn:schemas-upnp-org:service:${name}`);
/** A description with more services than this is read no further. */
const MAX_SERVICES = 64;

/** The services in a description that came from `from`; what would lead to another host is left out. */
export function wanServices(xml: string, from: HttpTarget): WanService[] {
  const origin = `http://${from.host}:${from.port}${from.path}`;
  const [stated = ''] = contents(xml, 'URLBase', 1);
  const base = targetOf(stated, from.host) ? stated : origin;
  const services = contents(xml, 'service', MAX_SERVICES).flatMap((service) => {
    const [type = ''] = contents(service, 'serviceType', 1);
    const [url = ''] = contents(service, 'controlURL', 1);
    const control = url === '' ? undefined : targetOf(url, from.host, base);
    return control && TYPES.includes(type) ? [{ type, control }] : [];
  });
  return services.sort((a, b) => TYPES.indexOf(a.type) - TYPES.indexOf(b.type));
}

/**
 * What stands between `<name …>` and the next `</name>`, trimmed, at most `limit` times. No XML parser: nothing is resolved,
 * nested or expanded, and every character is looked at a fixed number of times.
 */
export function contents(xml: string, name: string, limit: number): string[] {
  const found: string[] = [];
  const open = `<${name}`;
  for (let at = xml.indexOf(open); at >= 0 && found.length < limit; ) {
    const after = xml.charAt(at + open.length);
    if (after !== '>' && after.trim() !== '') {
      // A longer name that begins the same.
      at = xml.indexOf(open, at + open.length);
      continue;
    }
    const start = xml.indexOf('>', at) + 1;
    if (start === 0) break;
    const end = xml.indexOf(`</${name}>`, start);
    if (end < 0) break;
    found.push(xml.slice(start, end).trim().replaceAll('&amp;', '&'));
    at = xml.indexOf(open, end);
  }
  return found;
}

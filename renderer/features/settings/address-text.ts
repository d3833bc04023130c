/** What people type for a proxy or an onion address, read with some patience and checked before it is saved. */

export type ProxyFault = 'scheme' | 'login' | 'port-missing' | 'port' | 'brackets' | 'host';
/** `typo`: found where the address is taken apart, by the version and the checksum in its last letters. */
export type OnionFault = 'old' | 'not-onion' | 'name' | 'port-missing' | 'port' | 'typo';
export type Read<Fault> = { readonly value: string } | { readonly fault: Fault };

/** Where Tor listens on most computers. */
export const torHere = '127.0.0.1:9050';

/** As the setting `proxy` holds it: socks5://HOST:PORT, or empty. */
export function readProxy(typed: string): Read<ProxyFault> {
  const text = typed.trim();
  if (text === '') return { value: '' };
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//iu.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && !['socks', 'socks5', 'socks5h'].includes(scheme)) return { fault: 'scheme' };
  const rest = (scheme === undefined ? text : text.slice(scheme.length + 3)).replace(/\/$/u, '');
  if (rest.includes('@')) return { fault: 'login' };
  const bracketed = /^(\[[^\]]*\])(?::(.*))?$/u.exec(rest);
  if (bracketed === null && rest.split(':').length > 2) return { fault: 'brackets' };
  const [host = '', port] = bracketed === null ? rest.split(':') : [bracketed[1], bracketed[2]];
  if (!isHost(host)) return { fault: 'host' };
  if (port === undefined || port === '') return { fault: 'port-missing' };
  if (!isPort(port)) return { fault: 'port' };
  return { value: `socks5://${host.toLowerCase()}:${Number(port)}` };
}

/** As the field shows what is saved. */
export function proxyText(proxy: string): string {
  return proxy.replace(/^socks5:\/\//u, '');
}

/** As the setting `onionAddress` holds it: NAME.onion:PORT with a name of the third kind, or empty. */
export function readOnion(typed: string): Read<OnionFault> {
  const text = typed
    .trim()
    .toLowerCase()
    .replace(/^[a-z]+:\/\//u, '')
    .replace(/\/$/u, '');
  if (text === '') return { value: '' };
  const parts = /^([^:]*)\.onion(?::(.*))?$/u.exec(text);
  if (parts === null) return { fault: 'not-onion' };
  const [, name = '', port] = parts;
  if (/^[a-z2-7]{16}$/u.test(name)) return { fault: 'old' };
  if (!/^[a-z2-7]{56}$/u.test(name)) return { fault: 'name' };
  if (port === undefined || port === '') return { fault: 'port-missing' };
  if (!isPort(port)) return { fault: 'port' };
  return { value: `${name}.onion:${Number(port)}` };
}

function isPort(text: string): boolean {
  return /^[0-9]{1,5}$/u.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}

/** A name, an IPv4 address, or an IPv6 address in brackets; at most 253 characters as in the name system. */
function isHost(host: string): boolean {
  if (host.startsWith('[')) return /^\[[0-9a-f]*:[0-9a-f:.]*\]$/iu.test(host) && host.length <= 47;
  if (/^[0-9.]+$/u.test(host)) {
    const parts = host.split('.');
    return parts.length === 4 && parts.every((part) => /^[0-9]{1,3}$/u.test(part) && Number(part) <= 255);
  }
  return host.length <= 253 && host.split('.').every((label) => /^(?!-)[a-z0-9-]{1,63}(?<!-)$/iu.test(label));
}

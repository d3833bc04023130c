import { contents } from '../../../electron/network/router/upnp-xml';
import { publicIpv4 } from '../../../electron/network/router/public-address';
import { parseWebLink } from '../../../electron/security/external-links';
import { linkTarget } from '../../../renderer/ui/host-names';
import { mentionPieces } from '../../../renderer/ui/mentions';
import { nameInSentence, plainLine, plainName } from '../../../renderer/ui/strangers';
import type { Target } from '../target';

/** Nothing of what turns or hides the text around it. */
const acting = /[\u202A-\u202E\u2066-\u2069\u0000-\u0008\u007F]/u;

/** What the window makes of a stranger's words, what it opens of them, and what a router answers to an order. */
export function shown(): Target[] {
  return [messages(), names(), webLinks(), routerAnswers()];
}

function messages(): Target {
  return {
    name: 'message as shown',
    // The engine of regular expressions does the work; what is counted is what is around it.
    effort: 4,
    seeds: ['See https://a.example/b(c)?d=e#f). At 2026-11-26T17:00Z, or 2026-11-26 17:00+0100, 5 pm GMT-3:30.', 'https://user@xn--80ak6aa92e.example:8443/\u202Egpj.exe', 'e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301 \uD800 \r\n\u0007'].map((text) => Buffer.from(text)),
    run: (bytes) => {
      const text = Buffer.from(bytes).toString('utf8');
      const pieces = mentionPieces(text, Date.UTC(2026, 10, 26));
      for (const piece of pieces) {
        if (piece.kind === 'text' && acting.test(piece.text)) throw new Error('a character that acts and is not shown');
        if (piece.kind === 'moment' && !Number.isFinite(piece.at)) throw new Error('a moment that is none');
        if (piece.kind === 'link') {
          const { host, hasUser } = linkTarget(piece.url);
          if (host === '' || acting.test(host) || (!hasUser && parseWebLink(piece.url) !== piece.url)) throw new Error('a link that is shown and cannot be opened');
        }
      }
      if (pieces.filter(({ kind }) => kind === 'link' || kind === 'moment').length > 200) throw new Error('more mentions than are looked for');
      return [...new Set(pieces.map(({ kind }) => kind))].toSorted().join(' ');
    },
  };
}

function names(): Target {
  return {
    name: 'name as shown',
    effort: 4,
    seeds: ['Ann', '\u202Eבן\u200B\u{E0041}', `a${'\u0300'.repeat(40)}`, 'x'.repeat(80)].map((text) => Buffer.from(text)),
    run: (bytes) => {
      const text = Buffer.from(bytes).toString('utf8');
      const [name, line] = [plainName(text), plainLine(text)];
      if (name === '' || Array.from(name).length > 64 || Array.from(line).length > 160) throw new Error('longer than a name, or none');
      if ([name, line].some((shownText) => acting.test(shownText) || /[\n\r]/.test(shownText))) throw new Error('a character that acts and is not shown');
      return `${name === text ? 'as it is' : 'changed'}${nameInSentence(text) === name ? '' : ', kept apart'}`;
    },
  };
}

function webLinks(): Target {
  return {
    name: 'link to open',
    seeds: ['https://a.example/', 'http://xn--bcher-kva.example:80/a?b#c', 'https://a@b.example', 'file:///etc/passwd', 'https://[::1]/', 'HTTPS://A.EXAMPLE/%2e%2e/'].map((text) => Buffer.from(text)),
    run: (bytes) => {
      const href = parseWebLink(Buffer.from(bytes).toString('utf8'));
      if (href === undefined) return 'not opened';
      const { host, plainHost, mixed, hasUser, isOpen } = linkTarget(href);
      if (!/^https?:\/\/[!-~]+$/.test(href) || parseWebLink(href) !== href || hasUser || host === '') throw new Error('another place than is shown');
      return `opened${isOpen ? ', in clear' : ''}${plainHost === undefined ? '' : ', in letters'}${mixed ? ', mixed' : ''}`;
    },
  };
}

/** What stands in an answer is believed only as an address of the Internet or as a number. */
function routerAnswers(): Target {
  const answer = (inside: string) => Buffer.from(`<?xml version="1.0"?><s:Envelope><s:Body><u:GetExternalIPAddressResponse>${inside}</u:GetExternalIPAddressResponse></s:Body></s:Envelope>`);
  return {
    name: 'router answer',
    seeds: [answer('<NewExternalIPAddress>8.8.4.4</NewExternalIPAddress>'), answer('<NewExternalIPAddress a="b"> 192.168.0.1\n</NewExternalIPAddress>'), answer('<UPnPError><errorCode>718</errorCode></UPnPError>')],
    run: (bytes) => {
      const body = Buffer.from(bytes).toString('utf8');
      const [outside = ''] = contents(body, 'NewExternalIPAddress', 1);
      const code = Number(contents(body, 'errorCode', 1)[0] ?? Number.NaN);
      const address = publicIpv4(outside);
      if (address !== undefined && !/^(?:\d{1,3}\.){3}\d{1,3}$/.test(address)) throw new Error('no address');
      return `${address === undefined ? 'no address' : 'an address'}${Number.isInteger(code) ? ', a code' : ''}`;
    },
  };
}

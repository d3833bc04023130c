import { domainToUnicode } from 'node:url';

/** A link somebody may open in another program, with everything they should see before they do. */
export interface ExternalLink {
  readonly url: string;
  readonly kind: 'web' | 'mail';
  /** The host in the letters it is shown in, or the mail address. */
  readonly shown: string;
  /** The host as the network knows it, where that differs: letters that only look familiar. */
  readonly ascii?: string;
}

const longestLink = 2048;

/** Control characters, and those that change the direction or the look of what stands around them. */
const deceptive = /[^!-~\u00a1-\uffef]|[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\\]/;

/** Hardening row 11: `https:` and `mailto:` only, without tricks; undefined for anything else. */
export function parseExternalLink(text: string): ExternalLink | undefined {
  if (text.length > longestLink || deceptive.test(text)) return undefined;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return undefined;
  }
  if (url.protocol === 'https:' && /^https:\/\/[^/]/i.test(text)) return webLink(url);
  if (url.protocol === 'mailto:') return mailLink(url);
  return undefined;
}

function webLink(url: URL): ExternalLink | undefined {
  if (url.username !== '' || url.password !== '' || url.hostname === '') return undefined;
  const shown = domainToUnicode(url.hostname) || url.hostname;
  return { url: url.href, kind: 'web', shown, ...(shown === url.hostname ? {} : { ascii: url.hostname }) };
}

/** One plain address and at most a subject: no attachments, no hidden recipients. */
function mailLink(url: URL): ExternalLink | undefined {
  if (!/^[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,253}$/.test(url.pathname)) return undefined;
  const names = [...url.searchParams.keys()];
  if (url.hash !== '' || names.some((name) => name !== 'subject') || names.length > 1) return undefined;
  return { url: url.href, kind: 'mail', shown: url.pathname };
}

/** The address of an `http:` or `https:` link as it will be opened; undefined for anything else, and for tricks. The page has asked the person and shown the host. */
export function parseWebLink(text: string): string | undefined {
  // The same rule, whether or not the way is encrypted.
  const link = parseExternalLink(text.replace(/^http:/i, 'https:'));
  if (link?.kind !== 'web') return undefined;
  return /^http:/i.test(text) ? link.url.replace(/^https:/, 'http:') : link.url;
}

export interface LinkOpening {
  /** Shows where the link leads and asks. */
  ask(link: ExternalLink): Promise<boolean>;
  open(url: string): Promise<void>;
}

/** Opens a link after a prompt. False when it was not opened: refused by the rule or by the person. */
export async function openExternalLink(text: string, opening: LinkOpening): Promise<boolean> {
  const link = parseExternalLink(text);
  if (link === undefined || !(await opening.ask(link))) return false;
  await opening.open(link.url);
  return true;
}

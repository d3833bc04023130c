/** Longest `keyshift:` link a start may bring: most have at most 250 characters, a long invitation a few thousand. */
const longestLink = 8192;

/** What follows the scheme is one path in the letters our own links are made of: no query, no fragment, no escapes. */
const appLink = /^keyshift:(?:\/\/)?((?:invite|invite-long|link)\/[A-Za-z0-9_-]+)$/;

/**
 * Hardening row 23: the one way in for links from outside, whether the system hands them over or they stand among the
 * arguments of a start. Undefined for anything else. What is inside is judged where a person pastes it as well, and nothing
 * happens before they agree.
 */
export function parseAppLink(text: string): string | undefined {
  if (text.length > longestLink) return undefined;
  // Some desktops write `keyshift://invite/…`, and lower or upper case, as they do with every scheme.
  const found = appLink.exec(text.replace(/^keyshift:/i, 'keyshift:'))?.[1];
  return found === undefined ? undefined : `keyshift:${found}`;
}

/** The link among a program's arguments; none where there are two, for nobody clicks two at once. */
export function appLinkIn(args: readonly string[]): string | undefined {
  const links = args.filter((one) => /^keyshift:/i.test(one));
  return links.length === 1 ? parseAppLink(links[0] ?? '') : undefined;
}

/** A link waits here until the page takes it. The newest one counts. */
export class LinkInbox {
  #waiting: string | undefined;

  /** False for what is no link of ours. */
  put(text: string | undefined): boolean {
    const link = text === undefined ? undefined : parseAppLink(text);
    if (link === undefined) return false;
    this.#waiting = link;
    return true;
  }

  get waits(): boolean {
    return this.#waiting !== undefined;
  }

  /** `only`: anything but a link for a device goes on waiting. */
  take(only?: 'device'): { link?: string } {
    const link = this.#waiting;
    if (link === undefined || (only === 'device' && !link.startsWith('keyshift:link/'))) return {};
    this.#waiting = undefined;
    return { link };
  }
}

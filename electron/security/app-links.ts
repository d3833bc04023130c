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

const isOurs = (text: string): boolean => /^keyshift:/i.test(text);

/** The link among a program's arguments; none where there are two, for nobody clicks two at once. */
export function appLinkIn(args: readonly string[]): string | undefined {
  const links = args.filter(isOurs);
  return links.length === 1 ? parseAppLink(links[0] ?? '') : undefined;
}

/** Letters of a link that is not understood which are shown: its kind, and too little of what follows to be of use to anybody. */
const shown = 24;

/** The beginning of such a link for a person's eyes, at most 25 characters: whatever is not plain in it is a dot. */
function beginningOf(text: string): string {
  return text.slice(0, shown).replaceAll(/[^\w:/.?=&%+-]/g, '·') + (text.length > shown ? '…' : '');
}

/** A link waits here until the page takes it, in memory alone. The newest one counts. */
export class LinkInbox {
  #waiting: string | undefined;
  #unread: string | undefined;

  /** Takes the link among a program's arguments. False where nothing there begins like one of ours. */
  put(args: readonly string[]): boolean {
    const [first] = args.filter(isOurs);
    if (first === undefined) return false;
    const link = appLinkIn(args);
    if (link === undefined) this.#unread = beginningOf(first);
    else this.#waiting = link;
    return true;
  }

  /** What was taken and not shown to the end, because the vault was locked meanwhile. One that came since goes before it. */
  giveBack(link: string): void {
    this.#waiting ??= parseAppLink(link);
  }

  get waits(): boolean {
    return this.#waiting !== undefined || this.#unread !== undefined;
  }

  /** `only`: anything but a link for a device goes on waiting. `unread`: the beginning of one that was opened and is none. */
  take(only?: 'device'): { link?: string; unread?: string } {
    const link = this.#waiting;
    const unread = this.#unread;
    if (only === 'device' && link?.startsWith('keyshift:link/') !== true) return {};
    this.#waiting = undefined;
    if (only === 'device') return link === undefined ? {} : { link };
    this.#unread = undefined;
    return { ...(link !== undefined && { link }), ...(unread !== undefined && { unread }) };
  }
}

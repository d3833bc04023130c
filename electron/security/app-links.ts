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

/** Profiles for which something waits at once: whoever opens links in more of them has forgotten the earliest. */
const profilesAtOnce = 8;

interface Waiting {
  readonly link?: string | undefined;
  /** The beginning of one that is none. */
  readonly unread?: string | undefined;
}

/**
 * A link waits here until the page takes it, in memory alone, for the profile that was open when it came: in another one its answer would come from somebody else. The newest one
 * counts. `profile`: the id of the one that is open.
 */
export class LinkInbox {
  readonly #profile: () => string;
  readonly #waiting = new Map<string, Waiting>();

  constructor(profile: () => string) {
    this.#profile = profile;
  }

  /** Takes the link among a program's arguments. False where nothing there begins like one of ours. */
  put(args: readonly string[]): boolean {
    const [first] = args.filter(isOurs);
    if (first === undefined) return false;
    const link = appLinkIn(args);
    this.#set({ ...this.#mine, ...(link === undefined ? { unread: beginningOf(first) } : { link }) });
    return true;
  }

  /** What was taken and not shown to the end, because the vault was locked meanwhile. What came since goes before it. */
  giveBack(taken: Waiting): void {
    const link = this.#mine.link ?? parseAppLink(taken.link ?? '');
    const unread = this.#mine.unread ?? (isOurs(taken.unread ?? '') ? beginningOf(taken.unread ?? '') : undefined);
    if (link !== undefined || unread !== undefined) this.#set({ ...(link !== undefined && { link }), ...(unread !== undefined && { unread }) });
  }

  get waits(): boolean {
    return this.#waiting.has(this.#profile());
  }

  /** What waited for it is for nobody, also where an empty one has its id by now. */
  forget(profile: string): void {
    this.#waiting.delete(profile);
  }

  /** Profiles that are no more have nothing to wait for. */
  keepOnly(profiles: readonly string[]): void {
    for (const profile of this.#waiting.keys()) if (!profiles.includes(profile)) this.#waiting.delete(profile);
  }

  /** `only`: anything but a link for a device goes on waiting. `unread`: the beginning of one that was opened and is none. */
  take(only?: 'device'): { link?: string; unread?: string } {
    const { link, unread } = this.#mine;
    if (only !== 'device') {
      this.#waiting.delete(this.#profile());
      return { ...(link !== undefined && { link }), ...(unread !== undefined && { unread }) };
    }
    if (link?.startsWith('keyshift:link/') !== true) return {};
    if (unread === undefined) this.#waiting.delete(this.#profile());
    else this.#set({ unread });
    return { link };
  }

  get #mine(): Waiting {
    return this.#waiting.get(this.#profile()) ?? {};
  }

  #set(waiting: Waiting): void {
    const profile = this.#profile();
    this.#waiting.delete(profile);
    this.#waiting.set(profile, waiting);
    for (const oldest of [...this.#waiting.keys()].slice(0, -profilesAtOnce)) this.#waiting.delete(oldest);
  }
}

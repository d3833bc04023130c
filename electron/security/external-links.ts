const longestLink = 2048;

/** Control characters, and those that change the direction or the look of what stands around them. */
const deceptive = /[^!-~\u00a1-\uffef]|[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\\]/;

/**
 * Hardening row 11: the address of an `http:` or `https:` link as it will be opened; undefined for every other scheme, and for tricks. The page has
 * shown the host, in its letters and as the network knows it, and asked the person (renderer/features/conversation/open-link-dialog.tsx).
 */
export function parseWebLink(text: string): string | undefined {
  if (text.length > longestLink || deceptive.test(text) || !/^https?:\/\/[^/]/i.test(text)) return undefined;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return undefined;
  }
  // A name before the host is there to be taken for it.
  if (url.username !== '' || url.password !== '' || url.hostname === '') return undefined;
  // Written out it may be longer than it was.
  return url.href.length > longestLink ? undefined : url.href;
}

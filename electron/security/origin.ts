/** The scheme of our own pages; `ui` is its only host. */
export const appScheme = 'app-keyshift';
export const appOrigin = 'app-keyshift://ui';
/** The one document a window shows. */
export const appPage = `${appOrigin}/index.html`;

/** Below it is what files of messages show. */
export const mediaAddress = `${appOrigin}/media/`;

/** True for addresses below our own origin. Compared as text: there is one spelling, and Chromium hands out that one. */
export function isOwnUrl(url: string): boolean {
  return url.startsWith(`${appOrigin}/`);
}

/** True for the document itself, with or without a fragment: the only thing a window may navigate to. */
export function isOwnPage(url: string): boolean {
  const [document = ''] = url.split('#', 1);
  return document === appPage || document === `${appOrigin}/`;
}

/** Documents are read by `guidePages` of scripts/lib/guide.mjs. */
declare module '*.md' {
  const page: import('./page').Page;
  export default page;
}

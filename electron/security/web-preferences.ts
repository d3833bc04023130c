/**
 * Hardening rows 2–4: the one set of web preferences there is. `preload`, `partition` and `devTools` are added by the window
 * factory. Typings of an older Electron do not know every name; it ignores those.
 */
export const webPreferences = Object.freeze({
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webviewTag: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  plugins: false,
  webgl: false,
  navigateOnDragDrop: false,
  enableDeprecatedPaste: false,
  disableDialogs: true,
  // Typed words stay in the page: no dictionary to fetch, no service to ask.
  spellcheck: false,
} as const);

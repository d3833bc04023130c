import type { Bridge } from '../shared/contract/bridge';

declare global {
  interface Window {
    /** Set by the preload before any script of the page runs. */
    readonly keyshift: Bridge;
  }
}

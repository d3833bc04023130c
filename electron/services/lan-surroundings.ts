import type { LanStatus } from './lan-contacts';
import type { LanDiscovery } from './ports';

/** What finding contacts on the local network takes from outside the profile. */
export interface LanSurroundings {
  readonly discovery: LanDiscovery;
  /** The port listened on. */
  readonly port: () => number;
  /** False when the person does not want it, or when a proxy hides where this device is. */
  readonly enabled: () => boolean;
  /** Calls back when `enabled` or `port` may be another, until the returned function is called. */
  readonly onChange: (handler: () => void) => () => void;
  readonly onStatus: (status: LanStatus) => void;
}

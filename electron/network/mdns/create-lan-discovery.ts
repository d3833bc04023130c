import type { Address, Clock, Random } from '../../engine/ports';
import type { LanAnnouncement, LanDiscovery } from '../../services/ports';
import { lanInterfaces, type LanInterface } from './interfaces';
import type { LanNetwork } from './lan-network';

export interface LanDiscoveryOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** What this device listens on: decides on which cards it is announced. */
  readonly listening: () => Address;
  readonly interfaces?: () => readonly LanInterface[];
  /** A defect to log; whoever uses this hears `onFailed`. */
  readonly onFault?: (error: unknown) => void;
}

type Begin = (network: LanNetwork) => () => void;

/** mDNS (protocol.md §11). Nothing is loaded and no socket is opened before the first use. */
export function createLanDiscovery({ clock, random, listening, interfaces, onFault = () => undefined }: LanDiscoveryOptions): LanDiscovery {
  let loading: Promise<LanNetwork> | undefined;

  const load = async (): Promise<LanNetwork> => {
    const { LanNetwork: Network } = await import('./lan-network');
    return new Network({ clock, random, interfaces: interfaces ?? (() => lanInterfaces(listening().host)), onFault });
  };

  const use = (begin: Begin, onFailed: () => void): (() => void) => {
    let end: (() => void) | undefined;
    let ended = false;
    loading ??= load().catch((error: unknown) => {
      // What cannot be read just now, for want of descriptors say, may be readable the next time.
      loading = undefined;
      throw error;
    });
    loading.then(
      (network) => {
        if (!ended) end = begin(network);
      },
    ).catch((error: unknown) => {
      onFault(error);
      if (!ended) onFailed();
    });
    return () => {
      ended = true;
      end?.();
    };
  };

  return {
    announce: (what: LanAnnouncement, onFailed, onMoved) => use((network) => network.announce(what, onFailed, onMoved), onFailed),
    browse: (kind, onSighting, onFailed) => use((network) => network.browse(kind, onSighting, onFailed), onFailed),
  };
}

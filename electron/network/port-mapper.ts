import type { Mapping, PortMapper } from '../services/ports';
import type { MappingKeeper, RouterSearch } from './router/keep-mapped';
import { RETRY_MS } from './router/router';

/**
 * Asks the router of this network, by NAT-PMP or UPnP (protocol.md §11). What speaks to routers is loaded when it is first
 * wanted; it never throws.
 */
export function createPortMapper(onFault: (error: unknown) => void = () => {}, search: Partial<RouterSearch> = {}): PortMapper {
  return {
    map: (port, onChange) => {
      let ended = false;
      let again: NodeJS.Timeout | undefined;
      const tell = (mapping: Mapping): void => {
        if (!ended) onChange(mapping);
      };
      let keeper: Promise<MappingKeeper> | undefined;
      const begin = (): void => {
        keeper ??= import('./router/keep-mapped').then((read) => new read.MappingKeeper(port, tell, search));
        const begun = keeper;
        begun
          .then((made) => (ended ? undefined : made.start()))
          .catch((error: unknown) => {
            onFault(error);
            tell({ state: 'failed' });
            if (!ended) again = setTimeout(begin, search.retryMs ?? RETRY_MS).unref();
          });
        // What cannot be read just now, for want of descriptors say, may be readable the next time.
        begun.catch(() => (keeper = undefined));
      };
      begin();
      return async (within) => {
        ended = true;
        clearTimeout(again);
        await (await keeper?.catch(() => undefined))?.stop(within);
      };
    },
  };
}

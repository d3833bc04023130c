import type { Mapping, PortMapper } from '../services/ports';
import type { RouterSearch } from './router/keep-mapped';

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
      const keeper = import('./router/keep-mapped').then(({ MappingKeeper, retryMs }) => {
        const made = new MappingKeeper(port, tell, search);
        const begin = (): void => {
          made.start().catch((error: unknown) => {
            onFault(error);
            tell({ state: 'failed' });
            if (!ended) again = setTimeout(begin, search.retryMs ?? retryMs).unref();
          });
        };
        if (!ended) begin();
        return made;
      });
      return async (within) => {
        ended = true;
        clearTimeout(again);
        await (await keeper).stop(within);
      };
    },
  };
}

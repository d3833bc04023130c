import type { PortMapper } from '../services/ports';
import type { RouterSearch } from './router/keep-mapped';

/**
 * Asks the router of this network, by NAT-PMP or UPnP (protocol.md §11). What speaks to routers is loaded when it is first
 * wanted; it never throws.
 */
export function createPortMapper(onFault: (error: unknown) => void = () => {}, search: Partial<RouterSearch> = {}): PortMapper {
  return {
    map: (port, onChange) => {
      let ended = false;
      const keeper = import('./router/keep-mapped').then(({ MappingKeeper }) => {
        const made = new MappingKeeper(port, onChange, search);
        if (!ended) {
          made.start().catch((error: unknown) => {
            onFault(error);
            if (!ended) onChange({ state: 'failed' });
          });
        }
        return made;
      });
      return async () => {
        ended = true;
        await (await keeper).stop();
      };
    },
  };
}

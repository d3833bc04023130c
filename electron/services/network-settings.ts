import { onionOf, proxyOf } from './address-settings';
import { addressText } from './address-text';
import type { NetworkFacts } from './network-facts';
import type { OwnAddresses } from './own-addresses';
import type { PortMapping } from './port-mapping';
import type { PreferencesStore, ProxySwitch } from './ports';

export interface NetworkSettingsParts {
  readonly preferences: PreferencesStore;
  readonly addresses: OwnAddresses;
  readonly network: NetworkFacts;
  readonly proxy: ProxySwitch;
  readonly mapping: Pick<PortMapping, 'want'>;
  readonly isOpen: () => boolean;
  /** Connections take another way from now on. */
  readonly onOtherWay: () => void;
}

/**
 * Makes the settings of the network hold. With a proxy, everything is dialled through it, contacts are told no address of this
 * machine but an onion service's, and no router is asked for anything.
 */
export class NetworkSettings {
  readonly #parts: NetworkSettingsParts;
  #way: string | undefined;

  constructor(parts: NetworkSettingsParts) {
    this.#parts = parts;
  }

  /**
   * At the start, once this device listens, after every change of the settings, and when the vault was opened or closed. The order
   * is from the secret to the loud.
   */
  apply(): void {
    const { preferences, addresses, network, proxy, mapping, isOpen } = this.#parts;
    const { settings } = preferences.get();
    const choice = proxyOf(settings);
    const onion = onionOf(settings);
    addresses.hide(choice !== 'none');
    proxy.use(choice);
    addresses.set('onion', onion === undefined ? [] : [onion]);
    mapping.want(settings.portMapping && choice === 'none' && isOpen() ? network.bound : undefined);
    this.proxyChanged();
    const before = this.#way;
    this.#way = settings.proxy;
    if (before !== undefined && before !== this.#way) this.#parts.onOtherWay();
  }

  /** Says how the proxy is. */
  proxyChanged(): void {
    const { preferences, network, proxy } = this.#parts;
    const choice = proxyOf(preferences.get().settings);
    network.set('proxy', { state: proxy.state, ...(typeof choice === 'string' ? {} : { address: addressText(choice) }) });
  }
}

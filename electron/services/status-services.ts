import type { Handlers } from '../../shared/contract/contract';
import type { About } from '../../shared/model/diagnostics';
import type { Crypto } from '../engine/crypto/crypto';

export function diagnosticsService(parts: { crypto: Crypto; about: () => About }): Pick<Handlers['diagnostics'], 'meter' | 'about'> {
  return {
    meter: (input) => {
      const counts = parts.crypto.meter.read();
      if (input?.reset === true) parts.crypto.meter.reset();
      return counts;
    },
    about: () => parts.about(),
  };
}

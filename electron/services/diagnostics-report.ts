import type { Handlers } from '../../shared/contract/contract';
import { unbuilt } from './unbuilt';

export function diagnosticsReport(): Pick<Handlers['diagnostics'], 'report' | 'licences'> {
  return {
    report: () => unbuilt(),
    licences: () => unbuilt(),
  };
}

import type { Handlers } from '../../shared/contract/contract';
import type { OpenProfile } from './open-profile';
import { unbuilt } from './unbuilt';

export function exportService(_parts: { profile: () => OpenProfile }): Pick<Handlers['conversations'], 'export' | 'cancelExport' | 'checkArchive'> {
  return {
    export: () => unbuilt(),
    cancelExport: () => unbuilt(),
    checkArchive: () => unbuilt(),
  };
}

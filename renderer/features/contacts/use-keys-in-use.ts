import type { Contact } from '../../../shared/model/contact';
import { useIdentity, usePeople } from '../../app/model-context';

/** Another text whenever another identity key is in use, the own one or theirs: what was made of both is then asked for anew. */
export function useKeysInUse({ contactId, keyEpoch, who }: Contact): string {
  const own = useIdentity((state) => state.identity?.keyFingerprint ?? '');
  const theirs = usePeople((state) => state.histories[contactId]?.find(({ current }) => current)?.fingerprint ?? '');
  return [own, keyEpoch, theirs, who].join(' ');
}

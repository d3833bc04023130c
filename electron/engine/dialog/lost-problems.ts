import type { KeyProblem } from '../../../shared/model/keys';
import type { DialogKey } from './dialog-store';
import type { RecoveryStore } from './recovery-store';

/** What is lost for both people, one entry for each stream. */
export function lostProblems(dialog: DialogKey, store: RecoveryStore): KeyProblem[] {
  const lost = new Map<KeyProblem['instanceId'], KeyProblem>();
  for (const { instanceId, first, last, at } of store.gaps(dialog)) {
    const before = lost.get(instanceId);
    lost.set(instanceId, { kind: 'gap', count: (before?.count ?? 0) + last - first + 1, since: Math.min(at, before?.since ?? at), instanceId });
  }
  return [...lost.values()];
}

import { Writer } from '../../../engine/wire/writer';
import type { FactKind } from '../replica';
import type { KindParts } from './kind-parts';
import { dialogKey, parseDialogKey, readTime, readWhole } from './values';

/** That this person removed a conversation: gone here, too, whatever else is told of it and when; nothing on the word of a device that is stopped. */
export function removedKind({ stores: { conversations }, local, profile }: KindParts): FactKind {
  return {
    kind: 'removed',
    rank: 19,
    merges: true,
    apply({ author, key, value }) {
      const dialog = parseDialogKey(key);
      const at = readWhole(value, readTime);
      if (local.list.instances.some(({ instanceId, state }) => instanceId === author && state === 'suspended')) return true;
      profile.removal.told(dialog, at);
      return true;
    },
    *all() {
      for (const { at, ...dialog } of conversations.removed()) yield { key: dialogKey(dialog), value: encodeRemoved(at) };
    },
  };
}

export function encodeRemoved(at: number): Uint8Array {
  return new Writer(8).u64(at).finish();
}

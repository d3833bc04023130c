import { KeyshiftError } from '../../../../shared/errors';
import { shiftPolicy, type ShiftPolicy } from '../../../../shared/model/keys';
import { WireError } from '../../../engine/wire/wire-error';
import type { FactKind } from '../replica';
import type { KindParts } from './kind-parts';
import { dialogKey, parseDialogKey } from './values';

/** JSON of the policy as the model has it. */
export function encodePolicy(policy: ShiftPolicy): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(policy));
}

/** When keys of a conversation are renewed, and what ends it: one rule for all devices, the one chosen last (S4-32). */
export function policyKind({ stores, events, profile }: KindParts): FactKind {
  return {
    kind: 'policy',
    rank: 70,
    apply({ key, value }) {
      const dialog = parseDialogKey(key);
      const policy = parse(value);
      const conversation = stores.conversations.byDialog(dialog.peerId, dialog.dialogId);
      try {
        profile.engine.setPolicy(dialog, policy);
      } catch (error) {
        if (!(error instanceof KeyshiftError)) throw error;
        // Not known to the engine yet; one that is over has no use for it.
        return error.code !== 'conversation.unknown';
      }
      if (conversation) events.emit({ type: 'conversation.changed', conversationId: conversation.conversationId });
      return true;
    },
    *all() {
      for (const conversation of stores.conversations.list()) {
        const policy = stores.dialogs.policy(conversation);
        if (policy) yield { key: dialogKey(conversation), value: encodePolicy(policy) };
      }
    },
  };
}

function parse(value: Uint8Array): ShiftPolicy {
  try {
    return shiftPolicy.parse(JSON.parse(Buffer.from(value).toString('utf8')));
  } catch {
    throw new WireError('no policy');
  }
}

import { KeyshiftError } from '../../shared/errors';
import type { Handlers } from '../../shared/contract/contract';
import { type KeyStatus, policyPresets, type ShiftPolicy } from '../../shared/model/keys';
import type { Clock } from '../engine/ports';
import { conversationRow, conversationRows } from './conversations-service';
import type { EventHub } from './event-hub';
import { keyFacts } from './key-facts';
import { keyLives } from './key-lives';
import { statusTogether, timelineTogether } from './keys-together';
import type { OpenProfile } from './open-profile';
import type { ConversationRow } from './ports';

/** How many renewals the window is told of. */
const historyLength = 200;

export function keysService(parts: { profile: () => OpenProfile; events: EventHub; clock: Clock }): Handlers['keys'] {
  return {
    status: ({ conversationId }) => {
      const profile = parts.profile();
      const facts = (row: ConversationRow): KeyStatus => keyFacts(profile, row, profile.stores.keyEvents.list(row.conversationId, historyLength));
      const [written, ...others] = conversationRows(profile, conversationId);
      return statusTogether([facts(written), ...others.map(facts)]);
    },
    shift: ({ conversationId }) => {
      const profile = parts.profile();
      const [shown, ...others] = conversationRows(profile, conversationId);
      profile.devices.standing.assertCounts();
      const { to } = profile.commit(() => {
        for (const other of others) if (other.state === 'open') profile.engine.shift(other, 'hand');
        return profile.engine.shift(shown, 'hand');
      });
      return { epoch: to };
    },
    shiftPair: ({ conversationId, compromised = false }) => {
      const profile = parts.profile();
      const conversation = conversationRow(profile, conversationId);
      profile.devices.standing.assertCounts();
      const contact = profile.stores.contacts.byId(conversation.contactId);
      if (contact?.blocked === true) throw new KeyshiftError('contact.blocked', 'You blocked this person.');
      const { epoch } = profile.commit(() => profile.engine.shiftPair(conversation, { compromised }));
      // The bytes of what was replaced leave the write-ahead log, too.
      if (compromised) profile.vault.emptyLog();
      profile.delivery.flush(conversation.peerId);
      profile.connections.reach(conversation.peerId);
      return { epoch };
    },
    setPolicy: ({ conversationId, policy }) => {
      const profile = parts.profile();
      const rows = conversationRows(profile, conversationId);
      profile.commit(() => {
        for (const row of rows) if (row === rows[0] || row.state === 'open') profile.engine.setPolicy(row, typeof policy === 'string' ? policyPresets[policy] : named(policy));
        parts.events.emit({ type: 'conversation.changed', conversationId });
      });
      return null;
    },
    timeline: ({ conversationId }) => {
      const profile = parts.profile();
      const at = Math.max(0, Math.trunc(parts.clock.now()));
      const [written, ...others] = conversationRows(profile, conversationId);
      return timelineTogether([keyLives(profile, written, at), ...others.map((row) => keyLives(profile, row, at))]);
    },
  };
}

/** Without what a caller left undefined: that keeps its value. */
function named(change: { readonly [N in keyof ShiftPolicy]?: ShiftPolicy[N] | undefined }): Partial<ShiftPolicy> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}

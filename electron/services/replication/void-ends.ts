import type { InstanceId } from '../../engine/ids';
import { continueConversation } from '../continuing';
import type { OpenProfile } from '../open-profile';
import type { LoggedFact } from '../ports/replica';
import type { Surroundings } from '../surroundings';
import { isVoid, saysFailed } from './kinds/ended';
import { parseDialogKey } from './kinds/values';

const atOnce = 500;

/**
 * A device was stopped: conversations that only it had ended go on (protocol.md §10.4). Where the contact has not heard of the end the same one does; where
 * it has, what waited here goes in one that is linked. In one transaction.
 */
export function takeBackEnds(profile: OpenProfile, { random, events, logger, clock }: Pick<Surroundings, 'random' | 'events' | 'logger' | 'clock'>): void {
  const { local, stores, vault, engine } = profile;
  const stopped = local.list.instances.map(({ instanceId }) => instanceId).filter((instanceId) => instanceId !== local.instanceId && isVoid(local, instanceId));
  if (stopped.length === 0 || local.standing !== 'active') return;
  // What a device wrote that this one was stands under that one's name. What others wrote goes from there, and went twice otherwise.
  const here = new Set([local.instanceId, ...stores.dialogs.retirements().map(({ retired }) => retired)]);
  profile.commit(() => {
    const said = stopped.flatMap((author) => [...endsBy(profile, author)]);
    for (const key of new Set(said.map((fact) => fact.key))) {
      if (confirmed(profile, key, stopped)) continue;
      const dialog = parseDialogKey(key);
      const row = stores.conversations.byDialog(dialog.peerId, dialog.dialogId);
      const outcome = engine.shared.takeBackFailure(dialog);
      // Its word is heard of by nobody who comes later, either.
      for (const fact of said) if (fact.key === key) stores.replica.remove(fact);
      if (row?.state !== 'failed') continue;
      logger.warn('conversation.taken-back', { outcome });
      if (outcome === 'open') {
        const { failure: _void, ...rest } = row;
        // Past the rule that nothing opens again what failed.
        const by = said.find((fact) => fact.key === key)?.author;
        vault.stores.conversations.put({ ...rest, state: 'open', ...(by && { returned: { at: Math.max(0, Math.trunc(clock.now())), by } }) });
        profile.waitingChanged(dialog.peerId);
      } else if (stores.messages.undelivered(row.conversationId).some(({ instanceId }) => here.has(instanceId))) continueConversation(profile, random, row, here);
      events.emit({ type: 'conversation.changed', conversationId: row.conversationId });
    }
  });
}

function* endsBy({ stores }: OpenProfile, author: InstanceId): Generator<LoggedFact> {
  for (let after = 0; ; ) {
    const facts = stores.replica.after(author, after, atOnce);
    for (const fact of facts) if (isEnd(fact)) yield fact;
    const last = facts.at(-1);
    if (last === undefined || facts.length < atOnce) return;
    after = last.number;
  }
}

function isEnd(fact: LoggedFact): boolean {
  return fact.kind === 'failed' || (fact.kind === 'ended' && saysFailed(fact));
}

/** Somebody who counts found the same. */
function confirmed({ stores: { replica } }: OpenProfile, key: string, stopped: readonly InstanceId[]): boolean {
  return [...replica.of('failed', key), ...replica.of('ended', key)].some((fact) => isEnd(fact) && !stopped.includes(fact.author));
}

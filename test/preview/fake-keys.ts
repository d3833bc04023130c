import type { AppEvent, Handlers } from '../../shared/contract/contract';
import type { ErrorCode } from '../../shared/errors';
import type { KeyGeneration, KeyShift, KeyStatus, KeyTimeline, ShiftReason } from '../../shared/model/keys';
import { policyPresets } from '../../shared/model/shift-policies';
import { idOf, ownInstance } from './ids';
import type { World } from './world';

const day = 86_400_000;

export function noKeys(): KeyStatus {
  return {
    kek: null,
    sending: null,
    receiving: [],
    policy: policyPresets.standard,
    preset: 'standard',
    transcript: { equal: true, upTo: 0, shown: 0 },
    history: [],
    problems: [],
  };
}

/** Key lives that fit a history: the newest of each side in use, those of more than three days ago forgotten. */
export function livesOf(history: readonly KeyShift[], now: number, more: Partial<KeyTimeline> = {}): KeyTimeline {
  const generations = (['you', 'peer'] as const).flatMap((who) => {
    const own = history.filter((shift) => shift.who === who).sort((one, other) => one.at - other.at);
    return own.map((shift, index): KeyGeneration => {
      const until = own[index + 1]?.at;
      return {
        who,
        instanceId: who === 'you' ? ownInstance : idOf('their device'),
        epoch: shift.to,
        since: shift.at,
        ...(until === undefined ? {} : { until }),
        reason: shift.reason,
        messages: (shift.to * 17) % 60,
        firstSequence: index * 20 + 1,
        forgotten: until !== undefined && until < now - 3 * day,
      };
    });
  });
  return {
    generations: generations.sort((one, other) => one.since - other.since),
    exposure: { at: now, stored: 120, recordedSince: null, recorded: 0, nextExchangeChange: now + 4 * day, oldestKeyDestroyedAt: null },
    ...more,
  };
}

export interface KeyTools {
  readonly refuse: (code: ErrorCode, facts?: { readonly retryAt?: number }) => never;
  readonly emit: (event: AppEvent) => void;
  /** The state of the conversation; refuses an unknown one. */
  readonly stateOf: (conversationId: string) => 'open' | 'failed' | 'closed';
}

export function keyHandlers(world: World, { refuse, emit, stateOf }: KeyTools): Handlers['keys'] {
  const statusOf = (conversationId: string): KeyStatus => world.keys.get(conversationId) ?? noKeys();
  const needOpen = (conversationId: string): void => {
    if (stateOf(conversationId) === 'failed') refuse('conversation.failed');
  };
  const shift = (conversationId: string, reason: ShiftReason): number => {
    const status = statusOf(conversationId);
    const epoch = (status.sending?.epoch ?? 0) + 1;
    const made = { at: world.now(), who: 'you', from: epoch - 1, to: epoch, reason } as const;
    const history = [...status.history, made];
    world.keys.set(conversationId, {
      ...status,
      sending: { id: idOf(`key ${epoch}`).slice(0, 8), epoch, since: world.now(), messages: 0, bytes: 0 },
      history,
    });
    const timeline = world.timelines.get(conversationId);
    if (timeline !== undefined) world.timelines.set(conversationId, { ...timeline, generations: livesOf(history, world.now()).generations });
    emit({ type: 'key.shifted', conversationId, ...made });
    return epoch;
  };

  return {
    status: ({ conversationId }) => statusOf(conversationId),
    timeline: ({ conversationId }) => {
      stateOf(conversationId);
      return world.timelines.get(conversationId) ?? livesOf(statusOf(conversationId).history, world.now());
    },
    shift: ({ conversationId }) => {
      needOpen(conversationId);
      if (world.renewableAt > world.now()) refuse('keys.too-often', { retryAt: world.renewableAt });
      return { epoch: shift(conversationId, 'hand') };
    },
    setPolicy: ({ conversationId, policy }) => {
      needOpen(conversationId);
      const status = statusOf(conversationId);
      world.keys.set(
        conversationId,
        typeof policy === 'string'
          ? { ...status, preset: policy, policy: policyPresets[policy] }
          : { ...status, preset: 'custom', policy: { ...status.policy, ...Object.fromEntries(Object.entries(policy).filter(([, value]) => value !== undefined)) } },
      );
      return null;
    },
    shiftPair: ({ conversationId, compromised }) => {
      needOpen(conversationId);
      const status = statusOf(conversationId);
      const epoch = (status.kek?.epoch ?? 0) + 1;
      if (world.pairKeyIsTheirs && compromised !== true) return { epoch: 1 };
      world.keys.set(conversationId, { ...status, kek: { id: idOf(`kek ${epoch}`).slice(0, 8), epoch, since: world.now() } });
      if (compromised === true) shift(conversationId, 'compromise');
      return { epoch };
    },
  };
}

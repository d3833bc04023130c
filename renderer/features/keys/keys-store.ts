import { createStore, type StoreApi } from 'zustand/vanilla';
import type { KeyStatus, KeyTimeline, PolicyPreset, ShiftPolicy } from '../../../shared/model/keys';
import { policyPresets } from '../../../shared/model/shift-policies';
import { coalesce } from '../../app/coalesce';
import type { Life } from '../../app/life';
import { createNewest } from '../../app/newest';
import type { Client } from '../../bridge/client';

export interface KeysState {
  readonly statuses: Readonly<Record<string, KeyStatus>>;
  readonly timelines: Readonly<Record<string, KeyTimeline>>;
  /** How many keys of a conversation are being renewed right now: the own one, and that between the two people. */
  readonly renewing: Readonly<Record<string, number>>;
  readonly load: (conversationId: string) => Promise<void>;
  /** The key lives, asked for once however many renewals come at a time. */
  readonly loadTimeline: (conversationId: string) => Promise<void>;
  /** Renews the own key and answers with the new epoch. */
  readonly renew: (conversationId: string) => Promise<number>;
  /** Renews the key between the two people; `compromised`: nothing locked with earlier ones is accepted any more. */
  readonly renewPair: (conversationId: string, compromised: boolean) => Promise<number>;
  /** The conversation is gone. */
  readonly forget: (conversationId: string) => void;
  /** Shown at once; taken back if it could not be stored. */
  readonly setPolicy: (conversationId: string, choice: PolicyPreset | ShiftPolicy) => Promise<void>;
}

export function createKeysStore(client: Client, life: Life): StoreApi<KeysState> {
  return createStore<KeysState>()((set, get) => {
    const ask = createNewest();
    const lives = new Map<string, () => Promise<void>>();
    const put = (conversationId: string, status: KeyStatus): void => set((state) => ({ statuses: { ...state.statuses, [conversationId]: status } }));
    const whileRenewing = async (conversationId: string, task: () => Promise<{ readonly epoch: number }>): Promise<number> => {
      const alive = life.begin();
      const count = (change: number): void => set(({ renewing }) => ({ renewing: { ...renewing, [conversationId]: (renewing[conversationId] ?? 0) + change } }));
      count(1);
      try {
        const { epoch } = await task();
        if (alive()) await get().load(conversationId);
        return epoch;
      } finally {
        if (alive()) count(-1);
      }
    };

    return {
      statuses: {},
      timelines: {},
      renewing: {},
      load: async (conversationId) => {
        const alive = life.begin();
        const isNewest = ask(conversationId);
        const status = await client.keys.status({ conversationId });
        if (alive() && isNewest()) put(conversationId, status);
      },
      loadTimeline: (conversationId) => {
        const known = lives.get(conversationId);
        if (known !== undefined) return known();
        const load = coalesce(async () => {
          const alive = life.begin();
          const timeline = await client.keys.timeline({ conversationId });
          if (alive()) set((state) => ({ timelines: { ...state.timelines, [conversationId]: timeline } }));
        });
        lives.set(conversationId, load);
        return load();
      },
      renew: (conversationId) => whileRenewing(conversationId, () => client.keys.shift({ conversationId })),
      renewPair: (conversationId, compromised) => whileRenewing(conversationId, () => client.keys.shiftPair({ conversationId, compromised })),
      forget: (conversationId) => {
        lives.delete(conversationId);
        set(({ statuses: { [conversationId]: _status, ...statuses }, timelines: { [conversationId]: _timeline, ...timelines } }) => ({ statuses, timelines }));
      },
      setPolicy: async (conversationId, choice) => {
        const alive = life.begin();
        const before = get().statuses[conversationId];
        if (before !== undefined) put(conversationId, withPolicy(before, choice));
        try {
          await client.keys.setPolicy({ conversationId, policy: choice });
        } catch (thrown) {
          // Only the rules go back: everything else may have changed meanwhile.
          const now = get().statuses[conversationId];
          if (alive() && before !== undefined && now !== undefined) put(conversationId, { ...now, policy: before.policy, preset: before.preset });
          throw thrown;
        }
        if (alive()) await get().load(conversationId);
      },
    };
  });
}

function withPolicy(status: KeyStatus, choice: PolicyPreset | ShiftPolicy): KeyStatus {
  return typeof choice === 'string' ? { ...status, preset: choice, policy: policyPresets[choice] } : { ...status, preset: 'custom', policy: choice };
}

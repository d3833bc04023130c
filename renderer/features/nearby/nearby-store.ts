import { createStore, type StoreApi } from 'zustand/vanilla';
import type { DiscoveryStatus, Meeting } from '../../../shared/model/discovery';
import { coalesce } from '../../app/coalesce';
import type { Life } from '../../app/life';
import type { Client } from '../../bridge/client';

/** An end this near to the announced one is that one, milliseconds. */
const slack = 3_000;

/** Looking for people near, and the one meeting there can be. */
export interface NearbyState {
  readonly status: DiscoveryStatus | undefined;
  /** How the last search ended; undefined while one runs, and before the first. */
  readonly ended: 'stopped' | 'over' | 'broken' | undefined;
  /** The person has seen how the last meeting ended, and it is shown no more. */
  readonly aside: boolean;
  readonly load: () => Promise<void>;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly meet: (nearbyId: string) => Promise<void>;
  readonly answer: (accept: boolean) => Promise<void>;
  readonly confirm: (same: boolean) => Promise<void>;
  readonly putAside: () => void;
}

/** Nothing more will happen in it. */
export function isOver(meeting: Meeting): boolean {
  return meeting.step === 'met' || meeting.step === 'ended';
}

/** The meeting to show: one under way, or one whose end nobody has seen yet. */
export function meetingOf(state: Pick<NearbyState, 'status' | 'aside'>): Meeting | undefined {
  const meeting = state.status?.meeting;
  return meeting !== undefined && isOver(meeting) && state.aside ? undefined : meeting;
}

const isSame = (one: Meeting | undefined, other: Meeting | undefined): boolean =>
  one?.name === other?.name && one?.step === other?.step && one?.reason === other?.reason && one?.askedBy === other?.askedBy;

export function createNearbyStore(client: Client, life: Life): StoreApi<NearbyState> {
  return createStore<NearbyState>()((set, get) => {
    let stopping = false;
    /** A meeting was begun here, and no answer has shown it yet: it may be over by then, in the same way as the one before. */
    let begun = false;
    /** By the person, by its time, or because the network or a proxy allows it no more. */
    const howEnded = ({ endsAt }: DiscoveryStatus): NearbyState['ended'] =>
      stopping ? 'stopped' : endsAt === undefined || endsAt <= Date.now() + slack ? 'over' : 'broken';
    const take = (status: DiscoveryStatus): void => {
      const { status: before, ended, aside } = get();
      const meeting = status.meeting;
      // What was over before this window looked was seen in another life of it.
      const seen = before === undefined || (!begun && isSame(before.meeting, meeting) && aside);
      begun = false;
      set({
        status,
        aside: meeting !== undefined && isOver(meeting) && seen,
        ended: status.running ? undefined : before?.running === true ? howEnded(before) : ended,
      });
    };
    const load = coalesce(async () => {
      const alive = life.begin();
      const status = await client.discovery.status();
      if (alive()) take(status);
    });
    const then = (task: Promise<unknown>): Promise<void> => life.afterwards(task, load);
    return {
      status: undefined,
      ended: undefined,
      aside: false,
      load,
      start: async () => {
        const alive = life.begin();
        const status = await client.discovery.start();
        if (alive()) take(status);
      },
      stop: async () => {
        stopping = true;
        try {
          await then(client.discovery.stop());
        } finally {
          // The next search may be begun and end without this window.
          stopping = false;
        }
      },
      meet: (nearbyId) => then(client.discovery.meet({ nearbyId }).then(() => (begun = true))),
      answer: (accept) => then(client.discovery.answer({ accept })),
      confirm: (same) => then(client.discovery.confirm({ same })),
      putAside: () => set({ aside: true }),
    };
  });
}

import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Device, DeviceRequest, Linking } from '../../../shared/model/device';
import { coalesce } from '../../app/coalesce';
import type { Life } from '../../app/life';
import type { Client } from '../../bridge/client';

/** A link for a new device, as text. A secret until it is used: dropped with the vault, and when it is of no use any more. */
export interface Offer {
  readonly link: string;
  readonly expiresAt: number;
}

/** The own devices, and the one linking there can be. */
export interface DevicesState {
  /** Undefined until asked for. */
  readonly devices: readonly Device[] | undefined;
  readonly linking: Linking;
  readonly offer: Offer | undefined;
  /** This side said that the digits are the same; the other has yet to. */
  readonly agreed: boolean;
  /** The person has seen how the last linking ended, and it is shown no more. */
  readonly aside: boolean;
  /** What other devices of one's own ask this one to allow. */
  readonly requests: readonly DeviceRequest[];
  readonly load: () => Promise<void>;
  readonly loadRequests: () => Promise<void>;
  readonly asked: (requests: readonly DeviceRequest[]) => void;
  readonly answer: (requestId: string, accept: boolean) => Promise<void>;
  readonly loadLinking: () => Promise<void>;
  readonly told: (linking: Linking) => void;
  /** Throws what `devices.link` throws. */
  readonly makeLink: () => Promise<void>;
  /** The passphrase goes straight to the main process and is not kept. Throws what `devices.join` throws. */
  readonly join: (link: string, passphrase: string, name: string) => Promise<void>;
  readonly confirm: (same: boolean) => Promise<void>;
  readonly cancel: () => Promise<void>;
  readonly putAside: () => void;
  readonly rename: (instanceId: string, name: string) => Promise<void>;
  readonly setArchive: (instanceId: string, archive: boolean) => Promise<void>;
  readonly suspend: (instanceId: string) => Promise<void>;
  readonly reinstate: (instanceId: string) => Promise<void>;
  readonly remove: (instanceId: string) => Promise<void>;
  readonly moveCertifier: (instanceId: string) => Promise<void>;
}

const idle: Linking = { stage: 'idle' };

/** Nothing more will happen in it. */
export function isOver({ stage }: Linking): boolean {
  return stage === 'done' || stage === 'failed';
}

/** The linking to show: one under way, or one whose end nobody has seen yet. */
export function linkingOf({ linking, aside }: Pick<DevicesState, 'linking' | 'aside'>): Linking | undefined {
  return linking.stage === 'idle' || (isOver(linking) && aside) ? undefined : linking;
}

export function createDevicesStore(client: Client, life: Life): StoreApi<DevicesState> {
  return createStore<DevicesState>()((set, get) => {
    let asked = false;
    const load = coalesce(async () => {
      const alive = life.begin();
      const devices = await client.devices.list();
      if (alive()) set({ devices });
    });
    const take = (linking: Linking): void => {
      const { agreed, aside, offer } = get();
      set({
        linking,
        agreed: agreed && linking.stage === 'comparing',
        aside: isOver(linking) && aside,
        offer: linking.stage === 'waiting' ? offer : undefined,
      });
    };
    const then = (task: Promise<unknown>): Promise<void> => life.afterwards(task, load);
    return {
      devices: undefined,
      linking: idle,
      offer: undefined,
      agreed: false,
      aside: false,
      requests: [],
      load,
      loadRequests: async () => {
        const alive = life.begin();
        const requests = await client.devices.requests();
        if (alive()) set({ requests });
      },
      asked: (requests) => set({ requests }),
      answer: (requestId, accept) => then(client.devices.answer({ requestId, accept })),
      loadLinking: async () => {
        const alive = life.begin();
        const linking = await client.devices.linking();
        if (!alive()) return;
        // What was over before this window looked was seen in another life of it.
        if (!asked && isOver(linking)) set({ aside: true });
        asked = true;
        take(linking);
      },
      told: take,
      makeLink: async () => {
        const alive = life.begin();
        const offer = await client.devices.link();
        if (alive()) set({ offer, aside: false, agreed: false, linking: { side: 'existing', stage: 'waiting', expiresAt: offer.expiresAt } });
      },
      join: async (link, passphrase, name) => {
        set({ aside: false, agreed: false });
        await client.devices.join({ link, passphrase, name });
        // What it is by now is told by an event as well; whichever comes last counts.
        await get().loadLinking();
      },
      confirm: async (same) => {
        await client.devices.confirm({ same });
        if (same && get().linking.stage === 'comparing') set({ agreed: true });
      },
      cancel: async () => {
        await client.devices.cancel();
        set({ linking: idle, offer: undefined, agreed: false });
        await get().loadLinking();
      },
      putAside: () => set({ aside: true }),
      rename: (instanceId, name) => then(client.devices.rename({ instanceId, name })),
      setArchive: (instanceId, archive) => then(client.devices.setArchive({ instanceId, archive })),
      suspend: (instanceId) => then(client.devices.suspend({ instanceId })),
      reinstate: (instanceId) => then(client.devices.reinstate({ instanceId })),
      remove: (instanceId) => then(client.devices.remove({ instanceId })),
      moveCertifier: (instanceId) => then(client.devices.moveCertifier({ instanceId })),
    };
  });
}

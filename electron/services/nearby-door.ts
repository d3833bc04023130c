import type { Channel } from '../engine/session/channel';

/** How the search for people nearby is reached from below: by strangers' channels, and by the end of the open profile. */
export interface NearbyDoor {
  /** Whether somebody may come to meet now. */
  accepts(): boolean;
  /** The listener's side of a fresh channel of purpose `meet`. `source`: where it comes from, as `sourceOf` writes it. */
  answer(channel: Channel, source: string): void;
  /** The keys in use are about to go: search and meeting end. `tell`: clients would not hear of it otherwise. */
  profileEnds(tell: boolean): void;
}

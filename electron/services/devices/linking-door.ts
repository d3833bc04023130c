import type { Channel } from '../../engine/session/channel';

/** How letting a new device in is reached from below, by strangers' channels. */
export interface LinkingDoor {
  /** Whether somebody may come with a link now. */
  accepts(): boolean;
  /** The existing device's side of a fresh channel of purpose `link`. */
  answer(channel: Channel): void;
}

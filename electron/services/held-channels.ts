import type { Channel } from '../engine/session/channel';

/** Channels under way: they use keys that are gone once the vault is locked, so all of them can be ended at once. */
export class HeldChannels {
  readonly #open = new Set<Channel>();

  get size(): number {
    return this.#open.size;
  }

  /** The same channel, known here as open until it ends either way. */
  hold(channel: Channel): Channel {
    const { purpose, role, source, hash } = channel;
    this.#open.add(channel);
    const over = (): void => void this.#open.delete(channel);
    channel.onClose(over);
    return {
      purpose,
      role,
      source,
      hash,
      send: (frame) => channel.send(frame),
      onFrame: (handler) => channel.onFrame(handler),
      onClose: (handler) =>
        channel.onClose((error) => {
          over();
          handler(error);
        }),
      close: () => {
        over();
        channel.close();
      },
    };
  }

  closeAll(): void {
    for (const channel of this.#open) channel.close();
    this.#open.clear();
  }
}

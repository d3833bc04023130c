import type { Link } from '../ports';

/** The link for somebody else's handlers, telling us, too, when it is gone and when bytes come. */
export function tracked(link: Link, onGone: () => void, onHeard?: () => void): Link {
  link.onClose(onGone);
  return {
    role: link.role,
    remote: link.remote,
    send: (bytes) => link.send(bytes),
    onData: (handler) =>
      link.onData((bytes) => {
        onHeard?.();
        handler(bytes);
      }),
    onDrain: (handler) => link.onDrain(handler),
    onClose: (handler) =>
      link.onClose(() => {
        onGone();
        handler();
      }),
    pause: () => link.pause(),
    resume: () => link.resume(),
    close: () => link.close(),
    destroy: () => link.destroy(),
  };
}

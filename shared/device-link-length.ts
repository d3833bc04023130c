/** Letters of a link for a new device without any address, from its `keyshift:link/` on: a shorter one was cut off. */
export const shortestDeviceLink = 118;

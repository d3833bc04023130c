/** The two IPC channels there are. A call's name travels as data and is looked up in the contract. */
export const callChannel = 'keyshift:call';
export const eventChannel = 'keyshift:event';

/** The three IPC channels there are. A call's name travels as data and is looked up in the contract. */
export const callChannel = 'keyshift:call';
/** The preload hands over files; nothing of the page reaches it. */
export const filesChannel = 'keyshift:files';
export const eventChannel = 'keyshift:event';

/** Where the app serves what files of messages show: nothing but pictures and sound, found to be that by the main process. */
export const mediaOf = (transferId: string): string => `/media/${transferId}`;
/** The same of a file that is about to be sent. */
export const mediaOfToken = (token: string): string => `/media/chosen/${token}`;

import type { NamedPicture } from './files-store';

/** Where the app serves what files of messages show: nothing but pictures and sound, found to be that by the main process. */
export const mediaOf = (transferId: string): string => `/media/${transferId}`;
/** The same of a file that is about to be sent. */
const mediaOfToken = (token: string): string => `/media/chosen/${token}`;
export const mediaOfPicture = (picture: NamedPicture): string => ('token' in picture ? mediaOfToken(picture.token) : mediaOf(picture.transferId));

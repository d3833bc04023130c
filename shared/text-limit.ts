/** The most text one message carries, in bytes of UTF-8. */
export const maxTextBytes = 40 * 1024;

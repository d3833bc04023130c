/** Files that a window takes at once: dropped, pasted or chosen. Where there are more, the rest is left out and counted. */
export const mostFilesAtOnce = 50;

// Windows that pictures are taken of. Besides: `scale` of the pixels, `text`: size of letters a person chose for the browser, `forced` colours.
export const tall = { width: 1280, height: 1900 };
export const wide = { width: 1280, height: 800 };
export const middle = { width: 900, height: 700 };
export const narrow = { width: 360, height: 720 };
export const tiny = { width: 320, height: 640 };

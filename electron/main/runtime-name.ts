/** e.g. `Electron 45.4.1`. */
export const runtimeName = `Electron ${process.versions.electron}`;

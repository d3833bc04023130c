// What sodium-native names and only another runtime (Bare) would load. It is in no package; npm fetches it for the headless peer's own. electron-builder.yml
// leaves out the same by the same names.
export const FOR_BARE = ['bare-ansi-escapes', 'bare-assert', 'bare-events', 'bare-inspect', 'bare-stream', 'bare-type', 'b4a', 'events-universal', 'fast-fifo', 'streamx', 'teex', 'text-decoder', 'node-addon-api'];

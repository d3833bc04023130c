// Loaded into a window by Electron's `-r`: its program hears that Electron is ready no sooner than whoever drives it has attached and calls `__playwright_run`, as Playwright does.
// A window that opens while Playwright attaches is one in ten times never seen by it. Playwright has the same of its own, but only where it chooses the runtime, and with switches that the program does not have when people start it.
const { app } = require('electron');

const ready = app.whenReady();
const emit = app.emit.bind(app);
/** @type {() => void} */
let begin = () => undefined;
/** @type {Promise<void>} */
const begun = new Promise((done) => (begin = done));
let isDriven = false;
/** What Electron says with it. @type {unknown[]} */
let facts = [];

app.isReady = () => isDriven;
app.whenReady = () => begun;
app.emit = (/** @type {string | symbol} */ event, /** @type {unknown[]} */ ...given) => {
  if (event !== 'ready' || isDriven) return emit(event, ...given);
  facts = given;
  return app.listenerCount('ready') > 0;
};

Object.assign(globalThis, {
  async __playwright_run() {
    await ready;
    isDriven = true;
    begin();
    emit('ready', ...facts);
  },
});

import { createRoot } from 'react-dom/client';
import { App, readOpenWindow } from './app/app';
import { behindFrame } from './app/behind-frame';
import { readLater } from './app/later';
import { createModel } from './app/model';
import { createClient } from './bridge/client';

const place = document.getElementById('root');
if (place === null) throw new Error('index.html has no #root');

const model = createModel(createClient(window.keyshift), behindFrame());
model.start();
globalThis.addEventListener('pagehide', () => model.shield.end());
createRoot(place).render(<App model={model} />);
// What comes right away where a keyring opens the vault, and soon elsewhere: run while that is being done. Waiting for an idle moment, it was not there yet when it was wanted.
void readOpenWindow().catch(() => undefined);
// Behind the first screen, which waits for the services and not for these. A file that cannot be read is told where it is wanted.
const unsubscribe = model.session.subscribe(({ phase }) => {
  if (phase === 'starting') return;
  unsubscribe();
  requestIdleCallback(() => void readLater().catch(() => undefined));
});

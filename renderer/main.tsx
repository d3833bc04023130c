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
// While the services are made ready, of which there is a moment: what comes right away where a keyring opens the vault, and soon elsewhere.
requestIdleCallback(() => void readOpenWindow().catch(() => undefined));
// Behind the first screen, which waits for the services and not for these. A file that cannot be read is told where it is wanted.
const unsubscribe = model.session.subscribe(({ phase }) => {
  if (phase === 'starting') return;
  unsubscribe();
  requestIdleCallback(() => void readLater().catch(() => undefined));
});

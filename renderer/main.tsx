import { createRoot } from 'react-dom/client';
import { App } from './app/app';
import { createModel } from './app/model';
import { createClient } from './bridge/client';

const place = document.getElementById('root');
if (place === null) throw new Error('index.html has no #root');

const model = createModel(createClient(window.keyshift));
model.start();
globalThis.addEventListener('pagehide', () => model.shield.end());
createRoot(place).render(<App model={model} />);

// `npm run -s headless -- …`: the headless peer. stdout and stdin belong to it; whatever is said here goes to stderr.
// It needs no Electron and no system packages. When all is set up it starts in this very process, without further ado.
import { createRequire } from 'node:module';
import { inRoot } from './lib/paths.mjs';
import { asCommand } from './lib/say.mjs';
import { setUp } from './setup.mjs';

await asCommand(async () => {
  await setUp({ parts: ['headless'] });
  process.argv[1] = inRoot('out/headless.cjs');
  createRequire(import.meta.url)(process.argv[1]);
}, { ownHelp: true });

// `npm run network`: the tests between hosts of their own alone. `-- --long` makes them long: more messages, more rounds, a minute
// of black hole. Unlike in `npm test`, a machine that cannot make hosts is an error here.
import { howToHaveHosts, whyNoHosts } from './lib/network-hosts.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { run } from './lib/process.mjs';
import { asCommand, PlainError } from './lib/say.mjs';
import { setUp } from './setup.mjs';

await asCommand(async () => {
  const words = process.argv.slice(2);
  const long = words.includes('--long');
  await setUp({ network: true, parts: ['headless', 'workers'] });
  const reason = whyNoHosts();
  if (reason) throw new PlainError(`No hosts can be made here: ${reason}.\nWhat to type: ${howToHaveHosts()}`);
  const { code } = await run(process.execPath, [inRoot('node_modules/vitest/vitest.mjs'), 'run', 'test/network', ...words.filter((word) => word !== '--long')], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'test', ...(long && { KEYSHIFT_NETWORK_LONG: '1' }) },
    output: 'show',
  });
  return code ?? 1;
});

import { describe } from 'vitest';
import { whyNoHosts } from '../../scripts/lib/network-hosts.mjs';
import { Network } from './netns';
import { temporaryFolder } from './two-peers';

const reason = whyNoHosts();

/** With `npm run network -- --long`: more messages, longer holes. */
export const long = process.env['KEYSHIFT_NETWORK_LONG'] === '1';

/**
 * Tests between real hosts, at the same time. Where none can be made they are skipped under a title that says why, and
 * `npm test` says at its end what was not proven.
 */
export function onHosts(title: string, body: () => void): void {
  if (reason === undefined) describe.concurrent(title, body);
  else describe.skip(`${title} [NOT PROVEN: ${reason}]`, body);
}

/** One test's hosts and folder, gone afterwards whatever happened. */
export async function withHosts(run: (network: Network, folder: string) => Promise<void>): Promise<void> {
  const folder = temporaryFolder();
  const network = await Network.make();
  try {
    await run(network, folder.path);
  } finally {
    await network.release();
    folder.release();
  }
}

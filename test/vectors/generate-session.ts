/**
 * Makes test/vectors/session.json: what the twin computes from counting bytes. Run only when a layout changes on purpose:
 * `npx esbuild test/vectors/generate-session.ts --bundle --platform=node --format=cjs --external:libsodium-wrappers --outfile=out/session-vectors.cjs && NODE_PATH=node_modules node out/session-vectors.cjs`
 */
import { writeFileSync } from 'node:fs';
import { sessionVectors } from '../reference/session-vectors';
import { ready } from '../reference/session-twin';

async function main(): Promise<void> {
  await ready;
  writeFileSync('test/vectors/session.json', `${JSON.stringify(sessionVectors(), undefined, 2)}\n`);
}

void main();

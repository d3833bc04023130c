/**
 * Makes dialog.json, facts.json, household.json, invitation.json, linking.json, sharing.json, ways.json and words.json beside it: what the twins compute from counting bytes, and from the chain
 * in deposit.json. Nothing in them is random, so the same bytes come out every time. Run only when a layout changes on purpose:
 * `npx esbuild test/vectors/generate-devices.ts --bundle --platform=node --format=cjs --external:libsodium-wrappers --outfile=out/device-vectors.cjs && NODE_PATH=node_modules node out/device-vectors.cjs`
 */
import { writeFileSync } from 'node:fs';
import { ready } from '../reference/dialog-twin';
import { dialogVectors } from '../reference/dialog-vectors';
import { factsVectors } from '../reference/facts-vectors';
import { householdVectors } from '../reference/household-vectors';
import { invitationVectors } from '../reference/invitation-vectors';
import { linkingVectors } from '../reference/linking-vectors';
import { sharingVectors } from '../reference/sharing-vectors';
import { waysVectors } from '../reference/ways-vectors';
import { wordsVectors } from '../reference/words-vectors';
import deposit from './deposit.json';
import identity from './identity.json';

async function main(): Promise<void> {
  await ready;
  const ways = waysVectors(deposit.sender, identity.links[0]?.bytes ?? '');
  const facts = factsVectors({ chain: deposit.sender.chain, card: ways.card.bytes });
  const files = { dialog: dialogVectors(), facts, household: householdVectors(deposit.sender), invitation: invitationVectors(deposit.sender, ways.card.bytes), linking: linkingVectors(), sharing: sharingVectors(), ways, words: wordsVectors() };
  for (const [name, vectors] of Object.entries(files)) writeFileSync(`test/vectors/${name}.json`, `${JSON.stringify(vectors, undefined, 2)}\n`);
}

void main();

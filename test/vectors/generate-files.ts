/**
 * Makes key-files.json, backup.json, certificates.json, issued.json, organisations.json, texts.json, contents.json, channels.json and brought.json beside it: files, chains, certificates, texts and contents that the second implementation wrote, from counting bytes, the keys of test/support/rsa-keys.ts and what is in
 * identity.json. The same bytes come out every time. Run only when a layout changes on purpose:
 * `npx esbuild test/vectors/generate-files.ts --bundle --platform=node --format=esm --external:sodium-native --external:libsodium-wrappers --outfile=out/file-vectors.mjs && node out/file-vectors.mjs`
 */
import { writeFileSync } from 'node:fs';
import { broughtVectors } from '../second/brought-vectors.mjs';
import { channelVectors } from '../second/channel-vectors.mjs';
import { contentVectors } from '../second/content-vectors.mjs';
import { fileVectors } from '../second/file-vectors.mjs';
import { issuedVectors } from '../second/issued-vectors.mjs';
import { organisationVectors } from '../second/organisation-vectors.mjs';
import { paperVectors } from '../second/paper-vectors.mjs';
import { textVectors } from '../second/text-vectors.mjs';
import { fixedKey, keyOfBits } from '../support/rsa-keys';
import deposit from './deposit.json';
import identity from './identity.json';
import invitation from './invitation.json';
import ways from './ways.json';

const keys = [0, 1, 2].map((index) => fixedKey(index).privateKey.key);
const lengths = { 2048: keyOfBits('2048'), 3064: keyOfBits('3064'), 4096: keyOfBits('4096'), 4104: keyOfBits('4104') };
const persons = [0, 1, 2, 3, 4, 9].map((index) => fixedKey(index).privateKey.key);
const organisations = organisationVectors(identity, [...keys.slice(0, 2), lengths[2048]]);
const certificates = paperVectors(identity, persons, lengths);
for (const [name, vectors] of Object.entries({ ...fileVectors(identity, keys), issued: issuedVectors(identity, keys[0]), organisations, texts: textVectors(ways.card.bytes), contents: contentVectors(), channels: channelVectors(identity, invitation, deposit.sender), certificates, brought: broughtVectors(identity, certificates, organisations, ways) })) writeFileSync(`test/vectors/${name}.json`, `${JSON.stringify(vectors, undefined, 2)}\n`);

import { realCrypto } from '../support/foundation-kit';
import { beginFile } from '../support/per-file';
import { fixRandom } from './fixed-random';
import type { Target } from './target';
import { archives } from './targets/archives';
import { doors } from './targets/doors';
import { pictures } from './targets/pictures';
import { backupHeads, backupItems } from './targets/backup';
import { deposits, envelopeFiles, statements } from './targets/deposit';
import { channels } from './targets/channels';
import { fileWords } from './targets/files';
import { disk } from './targets/disk';
import { content, control, layout, messages, plaintexts, shortForms, standings } from './targets/dialog';
import { facts } from './targets/facts';
import { handover } from './targets/handover';
import { certificates, links } from './targets/identity';
import { keyHistories } from './targets/key-history';
import { organisations } from './targets/organisations';
import { keyFiles } from './targets/key-files';
import { lanPackets } from './targets/lan';
import { linking } from './targets/linking';
import { mailbox } from './targets/mailbox';
import { meetings } from './targets/meetings';
import { rekeying } from './targets/rekey';
import { replicaWords } from './targets/replica';
import { resumeListener } from './targets/resume';
import { shown } from './targets/shown';
import { texts } from './targets/texts';
import { updates } from './targets/updates';
import { upkeep } from './targets/upkeep';
import { ways } from './targets/ways';
import { frames, handshake, items, resumption } from './targets/wire';
import { nearbyMeetings } from './targets/nearby';

/** Targets that are made together: from the same keys and the same random numbers in every run, so that what was kept of earlier runs still fits. */
const groups: Readonly<Record<string, () => Promise<readonly Target[]> | readonly Target[]>> = {
  wire: () => [frames(), items(), handshake(), resumption()],
  resume: async () => [await resumeListener()],
  layout: async () => [await layout()],
  messages: async () => [await messages()],
  'short-forms': async () => [await shortForms()],
  plaintexts: async () => [await plaintexts()],
  content: () => [content(), control(), standings()],
  deposits: async () => [await deposits()],
  statements: async () => [await statements()],
  'envelope-files': async () => [await envelopeFiles()],
  certificates,
  'key-histories': async () => keyHistories(await realCrypto()),
  links: async () => [links(await realCrypto())],
  organisations,
  'key-files': keyFiles,
  lan: () => [lanPackets()],
  mailbox,
  ways,
  linking,
  handover,
  updates,
  upkeep,
  replica: async () => replicaWords(await realCrypto()),
  facts,
  files: () => [fileWords()],
  channels: async () => channels(await realCrypto()),
  meetings,
  nearby: nearbyMeetings,
  texts: async () => texts(await realCrypto()),
  shown,
  rekey: async () => rekeying(await realCrypto()),
  archives: async () => [await archives()],
  pictures,
  doors,
  backup: () => [backupHeads(), backupItems()],
  disk: async () => disk(await realCrypto()),
};

/** Every parser that meets foreign bytes. */
export async function allTargets(): Promise<Target[]> {
  const targets: Target[] = [];
  const restore = fixRandom();
  try {
    for (const [name, make] of Object.entries(groups)) {
      beginFile();
      fixRandom(name);
      targets.push(...(await make()));
    }
  } finally {
    restore();
  }
  const twice = targets.find(({ name }, at) => targets.findIndex((each) => each.name === name) !== at);
  if (twice) throw new Error(`two targets are called ${twice.name}`);
  return targets;
}

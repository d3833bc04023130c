import { realCrypto } from '../support/foundation-kit';
import type { Target } from './target';
import { backupHeads, backupItems } from './targets/backup';
import { deposits, envelopeFiles, statements } from './targets/deposit';
import { channels } from './targets/channels';
import { fileWords } from './targets/files';
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
import { texts } from './targets/texts';
import { upkeep } from './targets/upkeep';
import { ways } from './targets/ways';
import { frames, handshake, items, resumption } from './targets/wire';
import { nearbyMeetings } from './targets/nearby';

/** Every parser that meets foreign bytes. */
export async function allTargets(): Promise<Target[]> {
  const crypto = await realCrypto();
  return [
    frames(),
    items(),
    handshake(),
    resumption(),
    await resumeListener(),
    await layout(),
    await messages(),
    await shortForms(),
    await plaintexts(),
    content(),
    control(),
    standings(),
    await deposits(),
    await statements(),
    await envelopeFiles(),
    ...(await certificates()),
    ...keyHistories(crypto),
    links(crypto),
    ...(await organisations()),
    ...(await keyFiles()),
    lanPackets(),
    ...mailbox(),
    ...(await ways()),
    ...(await linking()),
    ...(await handover()),
    ...(await upkeep()),
    ...replicaWords(crypto),
    ...(await facts()),
    fileWords(),
    ...channels(crypto),
    ...(await meetings()),
    ...(await nearbyMeetings()),
    ...texts(crypto),
    ...(await rekeying(crypto)),
    backupHeads(),
    backupItems(),
  ];
}

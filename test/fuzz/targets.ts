import { realCrypto } from '../support/foundation-kit';
import type { Target } from './target';
import { backupHeads, backupItems } from './targets/backup';
import { deposits, envelopeFiles, statements } from './targets/deposit';
import { content, control, layout, messages, plaintexts, shortForms, standings } from './targets/dialog';
import { certificates, links } from './targets/identity';
import { keyHistories } from './targets/key-history';
import { organisations } from './targets/organisations';
import { keyFiles } from './targets/key-files';
import { lanPackets } from './targets/lan';
import { registrations } from './targets/mailbox';
import { rekeying } from './targets/rekey';
import { resumeListener } from './targets/resume';
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
    registrations(),
    ...(await nearbyMeetings()),
    ...(await rekeying(crypto)),
    backupHeads(),
    backupItems(),
  ];
}

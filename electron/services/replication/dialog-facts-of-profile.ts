import { VerifiedCache } from '../../engine/certificates/chain';
import { parseInstanceList } from '../../engine/certificates/instance-list';
import { sourceOfForwarded } from '../../engine/dialog/forwarded-chain';
import type { InstanceId, PeerId } from '../../engine/ids';
import type { OpenProfile } from '../open-profile';
import type { Surroundings } from '../surroundings';
import { DialogFacts } from './dialog-facts';
import type { Replica } from './replica';

/** What own devices have in common of the dialogs of one open profile. */
export function dialogFactsOfProfile(profile: OpenProfile, { crypto, clock, logger }: Surroundings, replica: Replica): DialogFacts {
  const { book, local, stores } = profile;
  const verified = new VerifiedCache();
  const isActive = (peerId: PeerId, instanceId: InstanceId): boolean => {
    const list = book.suspensions?.has(peerId, instanceId) === true ? undefined : book.find(peerId)?.record.instanceList;
    return list !== undefined && parseInstanceList(crypto, list).instances.some((each) => each.instanceId === instanceId && each.state === 'active');
  };
  return new DialogFacts({
    crypto,
    clock,
    logger,
    replica,
    shared: () => profile.engine.shared,
    sourceOf: (chain) => sourceOfForwarded({ crypto, local, peers: book, verified, predecessorsOf: (peerId) => book.formerPins(peerId), isActive, now: clock.now() }, chain),
    own: local.instanceId,
    isSuspended: (instanceId) => book.suspensions?.has(local.peerId, instanceId) === true,
    startToken: () => stores.dialogs.ownTokens(local.instanceId)?.newest,
    onForwarded: (peerId) => profile.delivery.flush(peerId),
    later: (work) => void clock.setTimer(0, work),
    commit: (work) => profile.commit(work),
  });
}

import type { ContactDevice } from '../../../shared/model/contact';
import type { NetworkStatus } from '../../../shared/model/network';
import type { TextId } from '../../i18n/messages';
import { nameInSentence } from '../../ui/strangers';

type StatusSession = NetworkStatus['sessions'][number];
interface HandedSession extends Pick<StatusSession, 'instanceId'> {
  readonly handedOverBy: StatusSession['handedOverBy'];
}

/** That a conversation goes on at another device: one of one's own, which is this one, or one of theirs, by its name where that is known. */
export function handOverWords(
  where: 'talk.handed' | 'reach.handedOver',
  { instanceId, handedOverBy }: HandedSession,
  theirs: readonly ContactDevice[],
  name: string,
): readonly [TextId, Readonly<Record<string, string>>] {
  if (handedOverBy === 'own') return [`${where}.own`, { name }];
  const device = theirs.find((one) => one.instanceId === instanceId)?.name ?? '';
  return device.trim() === '' ? [`${where}.peer`, { name }] : [`${where}.peer.named`, { name, device: nameInSentence(device) }];
}

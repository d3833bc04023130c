import type { ContactDevice } from '../../../shared/model/contact';
import type { Device } from '../../../shared/model/device';
import type { TextId } from '../../i18n/messages';
import { nameInSentence } from '../../ui/strangers';

/**
 * Whose device a conversation was handed over to is not said by the connection itself. Who has no other device did not do it;
 * where both have several it stays open.
 */
export function handOverWords(
  where: 'talk.handed' | 'reach.handedOver',
  own: readonly Device[],
  theirs: readonly ContactDevice[],
  instanceId: string,
  name: string,
): readonly [TextId, Readonly<Record<string, string>>] {
  const several = (devices: readonly { readonly state: Device['state'] }[]): boolean => devices.filter(({ state }) => state !== 'retired').length > 1;
  if (several(own)) return [several(theirs) ? `${where}.either` : `${where}.own`, { name }];
  const device = theirs.find((one) => one.instanceId === instanceId)?.name ?? '';
  return device.trim() === '' ? [`${where}.peer`, { name }] : [`${where}.peer.named`, { name, device: nameInSentence(device) }];
}

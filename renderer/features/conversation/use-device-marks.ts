import { useMemo } from 'react';
import type { Contact, ContactDevice } from '../../../shared/model/contact';
import type { Device } from '../../../shared/model/device';
import type { Message } from '../../../shared/model/message';
import { useConversations, useDevices, useNetwork, usePeople } from '../../app/model-context';
import { useText, type Text } from '../../i18n/use-text';
import { nameInSentence } from '../../ui/strangers';
import { deviceName } from '../devices/device-words';
import { handOverWords } from '../network/hand-over-words';
import type { Thread } from './messages-store';
import { timeOf, type TimelineMark } from './timeline';

const noDevices: readonly Device[] = [];
const noTheirs: readonly ContactDevice[] = [];

/** What to tell of devices between the messages: who joined on either side, a conversation that was handed over, and one that only a stopped device had ended. */
export function useDeviceMarks(contact: Contact, conversationId: string, thread: Thread): readonly TimelineMark[] {
  const text = useText();
  const own = useDevices((state) => state.devices ?? noDevices);
  const theirs = usePeople((state) => state.devices[contact.contactId] ?? noTheirs);
  const session = useNetwork((state) => state.status?.sessions.find((one) => one.contactId === contact.contactId && one.handedOver));
  const returned = useConversations((state) => state.conversations.find((one) => one.conversationId === conversationId)?.returned);
  const { messages, complete } = thread;
  const name = nameInSentence(contact.name);
  const { since, instanceId, handedOverBy } = session ?? {};
  return useMemo(() => {
    const marks = [...joinedOwn(own, messages, name, text), ...joinedTheirs(messages, complete, theirs, name, text)];
    if (since !== undefined && instanceId !== undefined) marks.push({ key: `handed ${since}`, at: since, words: text(...handOverWords('talk.handed', { instanceId, handedOverBy }, theirs, name)) });
    if (returned !== undefined) marks.push({ key: `returned ${returned.at}`, at: returned.at, words: text('talk.returned', { device: deviceName({ name: own.find((device) => device.instanceId === returned.by)?.name ?? '' }, text) }) });
    return marks;
  }, [own, returned, theirs, messages, complete, name, since, instanceId, handedOverBy, text]);
}

/**
 * Own devices that came into this conversation. When one was first heard of does not say which of two was there before: who had
 * written in it by then was. Where that is not here to be seen, nothing is told.
 */
function joinedOwn(own: readonly Device[], messages: readonly Message[], name: string, text: Text): TimelineMark[] {
  const wroteBefore = ({ instanceId }: Device, at: number): boolean => messages.some((message) => message.direction === 'out' && message.instanceId === instanceId && timeOf(message) < at);
  const mark = (device: Device, at: number): TimelineMark => ({ key: `joined ${device.instanceId}`, at, words: text('talk.joined.own', { device: deviceName(device, text), name }) });
  const here = own.find(({ current }) => current);
  if (here === undefined) return [];
  const others = own.flatMap((device) => (device.current || device.addedAt === undefined ? [] : [{ device, at: device.addedAt }]));
  const came = others.filter(({ device, at }) => wroteBefore(here, at) && !wroteBefore(device, at)).map(({ device, at }) => mark(device, at));
  const first = Math.min(...others.map(({ at }) => at));
  const isNew = !wroteBefore(here, first) && others.some(({ device }) => wroteBefore(device, first));
  return isNew ? [mark(here, first), ...came] : came;
}

/** A device of the other side is told with its first message, where all that was said before is here to compare with. */
function joinedTheirs(messages: readonly Message[], complete: boolean, theirs: readonly ContactDevice[], name: string, text: Text): TimelineMark[] {
  if (!complete) return [];
  const heard = new Set<string>();
  return messages.flatMap((message): readonly TimelineMark[] => {
    if (message.direction !== 'in' || heard.has(message.instanceId)) return [];
    heard.add(message.instanceId);
    if (heard.size === 1) return [];
    const device = theirs.find((one) => one.instanceId === message.instanceId)?.name ?? '';
    const words = device.trim() === '' ? text('talk.joined.peer.unnamed', { name }) : text('talk.joined.peer', { name, device: nameInSentence(device) });
    // Told before what it said.
    return [{ key: `theirs ${message.instanceId}`, at: timeOf(message) - 1, words }];
  });
}

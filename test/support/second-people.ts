import { createPrivateKey } from 'node:crypto';
import { join } from '../second/device.mjs';
import { SharedKeys } from '../second/handover.mjs';
import { readLink } from '../second/link.mjs';
import { Peer } from '../second/peer.mjs';
import { identityKey, Person } from '../second/person.mjs';
import { KIND, Sibling } from '../second/sibling.mjs';
import type { HeadlessPeer } from './headless-peer';
import { readyKeys } from './rsa-keys';

/** A device that was written from docs/protocol.md alone is let in by one that is there: the digits are compared, and both say that they are the same. */
export async function letIn(peer: HeadlessPeer, name: string): Promise<Awaited<ReturnType<typeof join>>> {
  const { link } = await peer.call('devices.link');
  return join(readLink(link, 'device'), {
    name,
    compare: async (digits: string) => {
      await peer.until('digits', async () => (await peer.call('devices.linking')).digits === digits);
      await peer.call('devices.confirm', { same: true });
      return true;
    },
  });
}

/** Hears the list in force first, as another device was let in since; then everything flows. */
export async function afterTheList(device: Awaited<ReturnType<typeof letIn>>): Promise<InstanceType<typeof Sibling>> {
  const sibling = new Sibling(device, device.grant.devices[0], new SharedKeys(device));
  await sibling.meet({ inStep: false });
  sibling.takeUpdate((await sibling.word(KIND.update)).body);
  sibling.session.close();
  sibling.keys = new SharedKeys(device);
  return sibling;
}

/** Dials and is dialled by nobody: a handshake that is under way would keep a session from being lent. */
export async function whoDials(name: string): Promise<InstanceType<typeof Peer>> {
  const [key = ''] = readyKeys(1);
  const peer = new Peer(new Person({ name, key: identityKey(1, createPrivateKey(key)) }));
  await peer.listen();
  peer.server.close();
  return peer;
}

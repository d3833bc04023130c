import type { HostedMailbox } from './nats-server';
import { newPerson, type Person } from './two-peers';

/** A new peer that takes mail from this server. `isAlone`: it is not found on the local network either. */
export async function newWithMailbox(folder: string, name: string, server: HostedMailbox, { isAlone = false } = {}): Promise<Person> {
  const person = await newPerson(folder, name);
  if (isAlone) await person.peer.call('settings.set', { findOnNetwork: false });
  const { deviceKey } = await person.peer.call('mailbox.status');
  await person.peer.call('mailbox.register', { registration: await server.register(deviceKey) });
  await person.peer.until('it takes mail', async () => (await person.peer.call('mailbox.status')).state === 'connected');
  return person;
}

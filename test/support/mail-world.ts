import type { Random } from '../../electron/engine/ports';
import type { DepositOutcome, Mailbox } from '../../electron/services/ports/mailbox';
import { MemoryMailboxServer } from './memory-mailbox';
import { acquaint, createWorld, type Resident, type World } from './services-kit';

export interface MailWorld extends World {
  readonly server: MemoryMailboxServer;
  /** What was left, by whom, oldest first. */
  readonly left: { readonly by: string; readonly slot: string; readonly bytes: Uint8Array; readonly outcome: DepositOutcome }[];
  /** Decides over every deposit in place of the server, while set. */
  judge: ((by: string, bytes: Uint8Array) => DepositOutcome | undefined) | undefined;
  /** The operator lets this device in; it takes the registration. */
  register(resident: Resident, options?: Parameters<MemoryMailboxServer['register']>[1]): Promise<void>;
  /** Nobody reaches anybody directly any more, and who is connected is not. */
  part(...residents: Resident[]): void;
  /** They do again. */
  meet(...residents: Resident[]): void;
}

/** Both have a mailbox, met once, and heard by card where the other takes mail. */
export async function acquaintByMail(world: MailWorld, invitee: Resident, inviter: Resident): ReturnType<typeof acquaint> {
  await world.register(inviter);
  await world.register(invitee);
  const ids = await acquaint(world, invitee, inviter);
  await world.until('both know where', () => [inviter, invitee].every(({ profile }) => profile.stores.ways.peopleWithMailbox().length === 1));
  return ids;
}

/** … and are not connected any more. */
export async function meetByMail(world: MailWorld, invitee: Resident, inviter: Resident): ReturnType<typeof acquaint> {
  const met = await acquaintByMail(world, invitee, inviter);
  world.part(invitee, inviter);
  await world.pass(100);
  return met;
}

/** People with mailboxes on one server in memory. */
export function createMailWorld({ random }: { random?: Random } = {}): MailWorld {
  const server = new MemoryMailboxServer();
  const left: MailWorld['left'] = [];
  const world: World = createWorld({
    ...(random && { random }),
    mailbox: (name) => {
      const mailbox = server.mailbox();
      const watched: Mailbox = {
        ...mailbox,
        deposit: async (place, bytes, id, signal) => {
          const outcome = mail.judge?.(name, bytes) ?? (await mailbox.deposit(place, bytes, id, signal));
          left.push({ by: name, slot: place.slot, bytes: bytes.slice(), outcome });
          return outcome;
        },
      };
      return watched;
    },
  });
  const mail: MailWorld = {
    ...world,
    server,
    left,
    judge: undefined,
    async register(resident, options) {
      const { deviceKey } = await resident.mailbox.status(undefined);
      await resident.mailbox.register({ registration: server.register(deviceKey, options) });
    },
    part(...residents) {
      for (const each of residents) {
        each.mute = true;
        each.onLink = (link) => link.destroy();
        for (const session of each.profile.connections.sessions()) session.close();
      }
    },
    meet(...residents) {
      for (const each of residents) {
        each.mute = false;
        each.onLink = undefined;
      }
    },
  };
  return mail;
}

/** Texts a resident sees in the conversation, oldest first. */
export async function textsOf(resident: Resident, conversationId: string): Promise<string[]> {
  return (await resident.messages.list({ conversationId, limit: 200 })).map(({ text }) => text);
}

export async function say(from: Resident, contactId: string, ...texts: string[]): Promise<string> {
  const { conversationId } = await from.conversations.open({ contactId });
  for (const text of texts) await from.messages.send({ conversationId, text });
  return conversationId;
}

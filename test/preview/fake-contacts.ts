import type { Handlers } from '../../shared/contract/contract';
import { peopleHandlers } from './fake-people';
import type { FakeTools } from './fake-tools';
import { idOf, peerIdOf } from './ids';
import type { World } from './world';

/** Inviting, being asked, and what a person does to the people in the list. */
export function contactHandlers(world: World, tools: FakeTools): Handlers['contacts'] {
  const { refuse, contactOf, change, addContact } = tools;
  return {
    ...peopleHandlers(world, tools),
    rename: ({ contactId, name }) => {
      const contact = contactOf(contactId);
      const ownName = contact.ownName ?? contact.name;
      change(contactId, name === '' ? { name: ownName, ownName: undefined } : { name, ownName });
      return null;
    },
    setPermissions: ({ contactId, permissions }) => {
      const now = contactOf(contactId).permissions;
      change(contactId, {
        permissions: { message: permissions.message ?? now.message, openConversation: permissions.openConversation ?? now.openConversation, sendFile: permissions.sendFile ?? now.sendFile },
      });
      return null;
    },
    remove: ({ contactId }) => {
      contactOf(contactId);
      world.conversations = world.conversations.filter((one) => one.contactId !== contactId);
      world.contacts = world.contacts.filter((one) => one.contactId !== contactId);
      return null;
    },
    saveInvitationPicture: () => ({ path: world.identity.chosenFile ?? refuse('path.required') }),
    createInvitation: (input) => ({
      link: `keyshift:i/1/${idOf('invitation').repeat(4)}${idOf('more').repeat(2)}`,
      expiresAt: world.now() + (input?.expiresInSeconds ?? 86_400) * 1000,
      ...(input?.mailbox === true && { longLink: `keyshift:invite-long/${'A'.repeat(200)}` }),
    }),
    saveInvitation: () => ({ path: '/home/me/Keyshift invitation.keyshift-invite' }),
    openInvitation: () => addContact('Inviter', { pending: true, reach: 'mailbox', keyEpoch: 0 }),
    readInvitation: ({ link }) => {
      if (link.includes('expired')) refuse('invitation.expired');
      if (link.includes('own')) refuse('invitation.own');
      if (!link.startsWith('keyshift:') || link.startsWith('keyshift:link/')) refuse('invitation.garbled');
      const until = Number(/until-(\d+)$/.exec(link)?.[1] ?? world.now() + 6 * 3_600_000);
      if (until <= world.now()) refuse('invitation.expired');
      return { peerId: peerIdOf('Inviter'), expiresAt: until };
    },
    acceptInvitation: ({ link }) => {
      if (link.includes('expired')) refuse('invitation.expired');
      if (link.includes('own')) refuse('invitation.own');
      if (link.includes('altered')) refuse('invitation.altered');
      if (!link.startsWith('keyshift:') || link.startsWith('keyshift:link/')) refuse('invitation.garbled');
      return addContact('Inviter', { pending: true, reach: 'waiting', keyEpoch: 0 });
    },
    readKey: ({ text }) => {
      if (text.includes('PRIVATE')) refuse('key.private');
      if (!text.includes('-----BEGIN KEYSHIFT CARD-----')) refuse('key.garbled');
      return { name: 'Card holder', peerId: peerIdOf('Card holder'), fingerprint: '0123456789abcdef'.repeat(4) };
    },
    importKey: ({ text }) => {
      if (text.includes('PRIVATE')) refuse('key.private');
      if (!text.includes('-----BEGIN KEYSHIFT CARD-----')) refuse('key.garbled');
      return addContact('Card holder', { pending: true, reach: 'waiting', keyEpoch: 0 });
    },
    requests: () => world.requests,
    answerRequest: ({ requestId, accept }) => {
      const request = world.requests.find((one) => one.requestId === requestId) ?? refuse('request.unknown');
      world.requests = world.requests.filter((one) => one.requestId !== requestId);
      if (accept) addContact(request.name, { peerId: request.peerId });
      return null;
    },
    list: () => world.contacts,
    setChecked: ({ contactId, checked }) => {
      change(contactId, { checked, who: checked ? 'checked' : 'unchecked' });
      return null;
    },
    block: ({ contactId, blocked }) => {
      contactOf(contactId);
      change(contactId, { reach: blocked === false ? 'waiting' : 'blocked' });
      return null;
    },
  };
}

import type { Contact, Permissions } from '../../../shared/model/contact';
import { useModel } from '../../app/model-context';
import { useTold } from '../../app/use-told';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { nameInSentence } from '../../ui/strangers';

export const rights = ['message', 'openConversation', 'sendFile'] as const satisfies readonly (keyof Permissions)[];

/** What a conversation is about; that they begin no others stands in the details. */
const ofConversation = ['message', 'sendFile'] as const satisfies readonly (keyof Permissions)[];

/** Which of these this person may not do. */
export const rightsTaken = ({ pending, permissions }: Contact): readonly (typeof ofConversation)[number][] => (pending ? [] : ofConversation.filter((right) => !permissions[right]));

/** Lets this person do it, or not any more, and says what. */
export function useSetRights({ contactId, name }: Contact): (which: readonly (keyof Permissions)[], on: boolean) => void {
  const text = useText();
  const { allOf, anyOf } = useTimes();
  const say = useTold();
  const { client, contacts } = useModel();
  return (which, on) =>
    void say(async () => {
      await client.contacts.setPermissions({ contactId, permissions: Object.fromEntries(which.map((right) => [right, on])) });
      await contacts.getState().load();
      const what = which.map((right) => text(`rights.to.${right}`));
      return text(on ? 'person.rights.given' : 'person.rights.taken', { name: nameInSentence(name), what: on ? allOf(what) : anyOf(what) });
    });
}

import { useCallback } from 'react';
import { useModel } from '../../app/model-context';
import { useTold } from '../../app/use-told';
import { useText } from '../../i18n/use-text';
import { nameInSentence } from '../../ui/strangers';

/** Renews the own key of a conversation and says what came of it. No dialog: nothing can be lost. */
export function useRenew(): (conversationId: string, name: string) => Promise<void> {
  const text = useText();
  const told = useTold();
  const { keys } = useModel();
  return useCallback(
    (conversationId, name) =>
      told(async () => text('keys.renewed', { name: nameInSentence(name), epoch: await keys.getState().renew(conversationId) })),
    [text, told, keys],
  );
}

/** Renews the key between the two people, and with it what hangs on it; says what came of it. */
export function useRenewPair(): (conversationId: string, name: string) => Promise<void> {
  const text = useText();
  const told = useTold();
  const { keys } = useModel();
  return useCallback(
    (conversationId, name) =>
      told(async () => {
        const keyBefore = keys.getState().statuses[conversationId]?.kek?.id;
        await keys.getState().renewPair(conversationId, false);
        // Whoever's device began a conversation renews the key it hangs on.
        const isSame = keyBefore !== undefined && keys.getState().statuses[conversationId]?.kek?.id === keyBefore;
        return text(isSame ? 'pair.renewed.theirs' : 'pair.renewed', { name: nameInSentence(name) });
      }),
    [text, told, keys],
  );
}

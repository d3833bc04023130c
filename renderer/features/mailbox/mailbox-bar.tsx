import { useEffect, type ReactNode } from 'react';
import { MailWarning } from 'lucide-react';
import { useMailbox, useModel, useUi } from '../../app/model-context';
import { PutAwayButton } from '../../app/put-away-button';
import { useNow } from '../../i18n/use-now';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Bar } from '../../ui/bar';
import { Button } from '../../ui/button';

/** Nearer to its end than this, a registration is worth a word. */
export const mailboxEndsSoon = 14 * 86_400_000;

type MailboxTrouble = { readonly kind: 'refused' } | { readonly kind: 'ends'; readonly at: number };

const barOf = (trouble: MailboxTrouble): string => (trouble.kind === 'ends' ? `mailbox ends ${trouble.at}` : 'mailbox refused');

/** What somebody who does not look at their mailbox would notice only by what does not come. */
export function useMailboxTrouble(): MailboxTrouble | undefined {
  const { ui } = useModel();
  const status = useMailbox((state) => state.status);
  const putAway = useUi((state) => state.barsPutAway);
  const now = useNow();
  const refused = status?.state === 'refused';
  // The next time is news again.
  useEffect(() => {
    if (!refused) ui.getState().forgetBar(barOf({ kind: 'refused' }));
  }, [refused, ui]);
  if (status === undefined || status.state === 'off') return undefined;
  const ends = status.expiresAt !== undefined && status.expiresAt - now < mailboxEndsSoon ? { kind: 'ends' as const, at: status.expiresAt } : undefined;
  const trouble = refused ? { kind: 'refused' as const } : ends;
  return trouble === undefined || putAway.includes(barOf(trouble)) ? undefined : trouble;
}

export function MailboxBar({ trouble }: { readonly trouble: MailboxTrouble }): ReactNode {
  const text = useText();
  const times = useTimes();
  const now = useNow();
  const { ui } = useModel();
  const words = trouble.kind === 'refused' ? text('bar.mailbox.refused') : text(trouble.at > now ? 'bar.mailbox.ends' : 'bar.mailbox.ended', { date: times.date(trouble.at) });
  useEffect(() => ui.getState().announce(words), [ui, words]);
  return (
    <Bar
      tone="notice"
      icon={<MailWarning aria-hidden="true" />}
      actions={
        <>
          <Button onPress={() => ui.getState().openSettings('mailbox')}>{text('mailbox.title')}</Button>
          <PutAwayButton onPress={() => ui.getState().putBarAway(barOf(trouble))} />
        </>
      }
    >
      {words}
    </Bar>
  );
}

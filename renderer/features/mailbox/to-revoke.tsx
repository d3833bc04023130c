import { useId, useState, type ReactNode } from 'react';
import type { MailboxToRevoke } from '../../../shared/model/mailbox';
import { useModel } from '../../app/model-context';
import { useTold } from '../../app/use-told';
import { useText, type Text } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Button } from '../../ui/button';
import { nameInSentence, plainLine } from '../../ui/strangers';
import { TextField } from '../../ui/text-field';
import { useCopy } from '../../ui/use-copy';
import { useFocusIfLost } from '../../ui/use-focus-if-lost';

/** What operators of mailboxes have still to be told, each with the words to type; nothing where there is nothing. */
export function ToRevoke({ tasks, heading }: { readonly tasks: readonly MailboxToRevoke[]; readonly heading: string }): ReactNode {
  const id = useId();
  if (tasks.length === 0) return null;
  return (
    <section className="stack" aria-labelledby={id}>
      <h4 className="small-heading" id={id}>
        {heading}
      </h4>
      {tasks.map((task) => (
        <Task key={task.taskId} task={task} />
      ))}
    </section>
  );
}

function Task({ task }: { readonly task: MailboxToRevoke }): ReactNode {
  const text = useText();
  const times = useTimes();
  const copy = useCopy();
  const told = useTold();
  const { mailbox } = useModel();
  const [busy, setBusy] = useState(false);
  const { command, saidAt, taskId, watched } = task;
  const place = useFocusIfLost<HTMLDivElement>(saidAt);
  const confirm = async (): Promise<void> => {
    setBusy(true);
    await told(async () => {
      await mailbox.getState().confirmRevoked(taskId);
      return text('mailbox.revoke.said.done');
    });
    setBusy(false);
  };
  return (
    <div className="stack tight" role="group" aria-label={named(task, text)} data-testid="to-revoke" tabIndex={-1} ref={place}>
      <p>{text(`mailbox.revoke.${task.reason}`, { name: named(task, text), server: plainLine(task.server, 200) })}</p>
      <TextField label={text('mailbox.revoke.command')} value={command} lines={3} readOnly monospace />
      <p className="field-hint">{saidAt === undefined ? text(watched ? 'mailbox.revoke.watched' : 'mailbox.revoke.unwatched') : text('mailbox.revoke.said', { date: times.date(saidAt) })}</p>
      <div className="dialog-actions start">
        <Button onPress={() => void copy(command, text('mailbox.revoke.copied'))}>{text('mailbox.revoke.copy')}</Button>
        {saidAt === undefined ? (
          <Button isPending={busy} onPress={() => void confirm()}>
            {text('mailbox.revoke.say')}
          </Button>
        ) : null}
      </div>
    </div>
  );
}

function named({ deviceName }: MailboxToRevoke, text: Text): string {
  return deviceName.trim() === '' ? text('mailbox.revoke.unnamed') : nameInSentence(deviceName);
}

import { useRef, useState, type ReactNode } from 'react';
import type { KeyStatus, PolicyPreset, ShiftPolicy } from '../../../shared/model/keys';
import { policyPresets } from '../../../shared/model/shift-policies';
import { useContacts, useKeys, useModel, useUi } from '../../app/model-context';
import { useCloseDialog, useFailure, useGoesWithout } from '../../app/use-gone';
import { useErrorText, useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { ChoiceCards, type ChoiceCard } from '../../ui/choice-cards';
import { Dialog } from '../../ui/dialog';
import { nameInSentence } from '../../ui/strangers';
import { findContact } from '../contacts/contacts-store';
import { renewalWords, watchWords } from './rule-words';
import { draftOf, faultsOf, policyOf, type RuleFaults } from './rules-draft';
import { RulesForm } from './rules-form';

type Choice = PolicyPreset | 'custom';
const named: readonly PolicyPreset[] = ['standard', 'frequent', 'relaxed'];
const noFaults: RuleFaults = {};

/** When keys are renewed in this conversation, and what ends it. */
export function RulesDialog(): ReactNode {
  const selection = useUi((state) => state.selection);
  const contact = useContacts((state) => findContact(state, selection?.contactId));
  const conversationId = selection?.conversationId;
  const status = useKeys((state) => (conversationId === undefined ? undefined : state.statuses[conversationId]));
  // Another one may be shown by now, as where this one was removed on another device.
  const [about] = useState(conversationId);
  useGoesWithout(contact !== undefined && conversationId !== undefined && conversationId === about);
  if (contact === undefined || conversationId === undefined || conversationId !== about || status === undefined) return null;
  return <Rules name={nameInSentence(contact.name)} conversationId={conversationId} status={status} />;
}

function Rules({ name, conversationId, status }: { readonly name: string; readonly conversationId: string; readonly status: KeyStatus }): ReactNode {
  const text = useText();
  const times = useTimes();
  const errorText = useErrorText();
  const { keys, ui } = useModel();
  const close = useCloseDialog();
  // Own rules begin as those in force when the dialog opened; the optimistic change beneath must not move the form.
  const [choice, setChoice] = useState<Choice>(status.preset);
  const [draft, setDraft] = useState(() => draftOf(status.policy));
  const [faults, setFaults] = useState<RuleFaults>(noFaults);
  const [failure, setFailure] = useFailure();
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLDivElement>(null);

  const words = (policy: ShiftPolicy): string => [renewalWords(policy, name, text, times), ...watchWords(policy, name, text, times).slice(1)].join(' ');
  const cards: readonly ChoiceCard<Choice>[] = [
    ...named.map((preset) => ({ value: preset, title: text(`rules.preset.${preset}`), text: `${text(`rules.for.${preset}`)} ${words(policyPresets[preset])}` })),
    { value: 'custom', title: text('rules.preset.custom'), text: text('rules.for.custom') },
  ];

  const choose = (next: Choice): void => {
    setChoice(next);
    setFaults(noFaults);
  };

  const save = async (): Promise<void> => {
    const found = choice === 'custom' ? faultsOf(draft) : noFaults;
    setFaults(found);
    if (Object.keys(found).length > 0) {
      // After the faults are drawn.
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
      return;
    }
    setBusy(true);
    setFailure(undefined);
    try {
      await keys.getState().setPolicy(conversationId, choice === 'custom' ? policyOf(draft) : choice);
      ui.getState().toast(text('rules.saved', { preset: text(`rules.preset.${choice}`) }));
      close();
    } catch (thrown) {
      setFailure(thrown);
      setBusy(false);
    }
  };

  return (
    <Dialog title={text('rules.title', { name })} onClose={close} size="large">
      <p className="lead">{text('rules.lead')}</p>
      <div ref={form} className="stack">
        <ChoiceCards label={text('rules.choose')} value={choice} cards={cards} onChange={choose} />
        {choice === 'custom' ? (
          <RulesForm
            draft={draft}
            faults={faults}
            name={name}
            onChange={(next) => {
              setDraft(next);
              if (Object.keys(faults).length > 0) setFaults(faultsOf(next));
            }}
          />
        ) : null}
      </div>
      <p className="plain-warning">{text('rules.always')}</p>
      {failure === undefined ? null : (
        <Banner tone="danger">
          <p>{errorText(failure)}</p>
          <p>{text('rules.notSaved')}</p>
        </Banner>
      )}
      <div className="dialog-actions at-foot">
        <Button onPress={close}>{text('rules.keep')}</Button>
        <Button kind="main" isPending={busy} onPress={() => void save()}>
          {text('rules.save')}
        </Button>
      </div>
    </Dialog>
  );
}

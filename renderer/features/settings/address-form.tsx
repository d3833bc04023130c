import { useRef, useState, type FormEvent, type ReactNode } from 'react';
import { Form } from 'react-aria-components';
import { focusWhereAsked } from '../../app/focus-where-asked';
import { useModel, useNetworkDrafts } from '../../app/model-context';
import { useFailure } from '../../app/use-gone';
import { toFailure } from '../../bridge/failure';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/text-field';
import type { Read } from './address-text';
import type { DraftField } from './network-drafts-store';

export interface AddressFormProps<Fault extends string> {
  readonly field: DraftField;
  readonly label: string;
  readonly hint: string;
  /** As the field shows what is saved. */
  readonly saved: string;
  readonly read: (typed: string) => Read<Fault>;
  readonly faultText: (fault: Fault) => string;
  /** What is wrong where it reads as an address and is refused all the same. */
  readonly refusal: Fault;
  /** What is said once it is saved; empty text: it was taken away. */
  readonly savedText: (value: string) => string;
  /** One-press values. */
  readonly offers?: readonly { readonly label: string; readonly text: string }[];
}

/** One address: nothing is saved before it reads as one, and what is typed stays until it is saved or given up. */
export function AddressForm<Fault extends string>({ field, label, hint, saved, read, faultText, refusal, savedText, offers = [] }: AddressFormProps<Fault>): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { settings, ui, networkDrafts } = useModel();
  const draft = useNetworkDrafts((state) => state.drafts[field]);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useFailure();
  const form = useRef<HTMLDivElement>(null);
  const typed = draft ?? saved;
  const unsaved = draft !== undefined && draft.trim() !== saved;
  const result = read(typed);
  const refused = failure !== undefined && toFailure(failure).code === 'input.invalid';
  const fault = refused ? faultText(refusal) : tried && 'fault' in result ? faultText(result.fault) : undefined;

  const input = (): HTMLElement | null => form.current?.querySelector('input') ?? null;
  const save = async (wanted: string): Promise<void> => {
    const found = read(wanted);
    if ('fault' in found) {
      setTried(true);
      input()?.focus();
      return;
    }
    const answered = focusWhereAsked();
    setBusy(true);
    setFailure(undefined);
    const asked = networkDrafts.getState().drafts[field];
    /** Another one stands in the field by now: it waits for its own turn. */
    const isOther = (): boolean => networkDrafts.getState().drafts[field] !== asked;
    try {
      await settings.getState().change({ [field]: found.value });
      if (!isOther()) networkDrafts.getState().drop(field);
      setTried(false);
      ui.getState().toast(savedText(found.value));
      // The button that was pressed goes, or, below, it is here that something is wrong.
      answered(input());
    } catch (thrown) {
      if (isOther()) ui.getState().toast(errorText(thrown), 'danger');
      else setFailure(thrown);
      answered(input());
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!busy && unsaved) void save(typed);
  };

  return (
    <Form className="stack tight" onSubmit={submit}>
      <div ref={form}>
        <TextField
          label={label}
          value={typed}
          onChange={(value) => {
            if (value === saved) networkDrafts.getState().drop(field);
            else networkDrafts.getState().write(field, value);
            setFailure(undefined);
          }}
          hint={hint}
          error={fault}
          maxLength={300}
          monospace
        />
      </div>
      {failure === undefined || refused ? null : <Banner tone="danger">{errorText(failure)}</Banner>}
      <div className="dialog-actions start">
        {unsaved ? (
          <>
            <Button kind="main" type="submit" isPending={busy}>
              {text('network.save')}
            </Button>
            <Button
              onPress={() => {
                networkDrafts.getState().drop(field);
                setTried(false);
                setFailure(undefined);
                input()?.focus();
              }}
            >
              {text('network.undo')}
            </Button>
          </>
        ) : (
          offers
            .filter((offer) => offer.text !== saved)
            .map((offer) => (
              <Button key={offer.text} isPending={busy} onPress={() => void save(offer.text)}>
                {offer.label}
              </Button>
            ))
        )}
        {saved !== '' && !unsaved ? (
          <Button isDisabled={busy} onPress={() => void save('')}>
            {text('network.remove')}
          </Button>
        ) : null}
      </div>
      {unsaved ? <p className="setting-state flush">{text('network.unsaved')}</p> : null}
    </Form>
  );
}

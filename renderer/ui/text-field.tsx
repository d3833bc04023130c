import type { KeyboardEvent, ReactNode, RefObject } from 'react';
import { useText } from '../i18n/use-text';
import { FieldError, Input, Label, Text, TextArea, TextField as AriaTextField } from 'react-aria-components';

export interface TextFieldProps {
  readonly label: string;
  /** The label is spoken only: what stands around the field says it to the eye. */
  readonly hiddenLabel?: boolean;
  readonly value: string;
  readonly onChange?: (value: string) => void;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  readonly lines?: number;
  /** Of a field of one line: to bring the focus to it. */
  readonly inputRef?: RefObject<HTMLInputElement | null>;
  /** Of a field with `lines`: to bring the focus back to it. */
  readonly areaRef?: RefObject<HTMLTextAreaElement | null>;
  readonly readOnly?: boolean;
  readonly disabled?: boolean;
  readonly autoFocus?: boolean;
  /** What stands in it is marked when the focus comes: the first letter replaces it. */
  readonly marksAll?: boolean;
  readonly autoComplete?: string;
  readonly maxLength?: number;
  readonly monospace?: boolean;
  /** Of a field with `lines`: sentences are written in it, in any script; spelling is looked at where that is wanted. */
  readonly prose?: boolean;
  /** Digits: a number pad where there is one. With `lines` too Enter sends the form: no line of digits ends. */
  readonly numeric?: boolean;
  /** The field narrows a list (WAI-ARIA, combobox with a listbox): the list's id, and that of the option that is marked; without it there is no list at the moment. */
  readonly narrows?: { readonly list: string; readonly marked: string | undefined };
}

/** Fields of at most so many characters say it when they are nearly full: what goes beyond is not taken. */
const mostCounted = 128;
/** Characters that are left when the field begins to count. */
const nearlyFull = 10;

/** A labelled field. Not for passphrases, whose text must stay out of any state: see passphrase-field.tsx. */
export function TextField(props: TextFieldProps): ReactNode {
  return (
    <AriaTextField
      className="field"
      type="text"
      value={props.value}
      {...(props.onChange === undefined ? {} : { onChange: props.onChange })}
      isReadOnly={props.readOnly ?? false}
      isDisabled={props.disabled ?? false}
      isInvalid={props.error !== undefined}
      validationBehavior="aria"
      autoFocus={props.autoFocus ?? false}
      autoComplete={props.autoComplete ?? 'off'}
      {...(props.maxLength === undefined ? {} : { maxLength: props.maxLength })}
    >
      <Label className={props.hiddenLabel === true ? 'only-heard' : 'field-label'}>{props.label}</Label>
      <div className="field-box">
        {props.lines === undefined ? (
          <Input {...(props.inputRef === undefined ? {} : { ref: props.inputRef })} className={`field-input${props.monospace === true ? ' mono' : ''}`} inputMode={props.numeric === true ? 'numeric' : 'text'} spellCheck="false" dir="auto" {...comboboxOf(props.narrows)} {...(props.marksAll === true && { onFocus: (event) => event.currentTarget.select() })} />
        ) : (
          <TextArea
            {...(props.areaRef === undefined ? {} : { ref: props.areaRef })}
            className={`field-input area${props.monospace === true ? ' mono' : ''}${props.prose === true ? ' prose' : ''}`}
            rows={props.lines}
            {...(props.prose === true ? { dir: 'auto' } : { spellCheck: 'false' })}
            {...(props.numeric === true && { inputMode: 'numeric' as const, onKeyDown: sendsByEnter })}
            onFocus={(event) => {
              if (props.readOnly === true) event.currentTarget.select();
            }}
          />
        )}
      </div>
      {props.maxLength === undefined || props.maxLength > mostCounted || props.readOnly === true ? null : <Count length={props.value.length} most={props.maxLength} />}
      {props.hint === undefined ? null : (
        <Text slot="description" className="field-hint">
          {props.hint}
        </Text>
      )}
      <FieldError className="field-error">{props.error}</FieldError>
    </AriaTextField>
  );
}

function sendsByEnter(event: KeyboardEvent<HTMLTextAreaElement>): void {
  if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
  event.preventDefault();
  event.currentTarget.form?.requestSubmit();
}

function comboboxOf(narrows: TextFieldProps['narrows']): Record<string, string | boolean> {
  if (narrows === undefined) return {};
  const { list, marked } = narrows;
  return { role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': marked !== undefined, ...(marked !== undefined && { 'aria-controls': list, 'aria-activedescendant': marked }) };
}

/** There from the beginning, as what is said later is spoken only then. */
function Count({ length, most }: { readonly length: number; readonly most: number }): ReactNode {
  const text = useText();
  return (
    <span className="field-hint field-count" role="status">
      {length < most - nearlyFull ? '' : text(length < most ? 'field.count' : 'field.full', { count: length, most })}
    </span>
  );
}

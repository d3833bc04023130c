import { useState, type ReactNode, type Ref } from 'react';
import { Eye, EyeOff } from 'lucide-react';
import { Button, FieldError, Input, Label, Text, TextArea, TextField as AriaTextField } from 'react-aria-components';
import { useText } from '../i18n/use-text';

export interface TextFieldProps {
  readonly label: string;
  /** The label is spoken only: what stands around the field says it to the eye. */
  readonly hiddenLabel?: boolean;
  readonly value: string;
  readonly onChange?: (value: string) => void;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  readonly secret?: boolean;
  readonly lines?: number;
  readonly readOnly?: boolean;
  readonly disabled?: boolean;
  readonly autoFocus?: boolean;
  readonly autoComplete?: string;
  readonly maxLength?: number;
  readonly monospace?: boolean;
  /** Digits: a number pad where there is one. */
  readonly numeric?: boolean;
  readonly inputRef?: Ref<HTMLInputElement>;
}

/** A labelled field. A secret one can be revealed, takes a paste and leaves password managers alone. */
export function TextField(props: TextFieldProps): ReactNode {
  const text = useText();
  const [revealed, setRevealed] = useState(false);
  const secret = props.secret === true;
  const type = secret && !revealed ? 'password' : 'text';
  return (
    <AriaTextField
      className="field"
      type={type}
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
          <Input
            ref={props.inputRef}
            className={`field-input${props.monospace === true ? ' mono' : ''}`}
            inputMode={props.numeric === true ? 'numeric' : 'text'}
            spellCheck="false"
            dir="auto"
          />
        ) : (
          <TextArea
            className={`field-input area${props.monospace === true ? ' mono' : ''}`}
            rows={props.lines}
            spellCheck="false"
            onFocus={(event) => {
              if (props.readOnly === true) event.currentTarget.select();
            }}
          />
        )}
        {secret ? (
          <Button
            className="icon-button quiet in-field"
            aria-label={text(revealed ? 'app.hidePassphrase' : 'app.showPassphrase')}
            onPress={() => setRevealed(!revealed)}
          >
            {revealed ? <EyeOff aria-hidden="true" /> : <Eye aria-hidden="true" />}
          </Button>
        ) : null}
      </div>
      {props.hint === undefined ? null : (
        <Text slot="description" className="field-hint">
          {props.hint}
        </Text>
      )}
      <FieldError className="field-error">{props.error}</FieldError>
    </AriaTextField>
  );
}

import type { ReactNode } from 'react';
import { ChevronDown } from 'lucide-react';
import { Button, Label, ListBox, ListBoxItem, Popover, Select, SelectValue, Text } from 'react-aria-components';

export interface SelectFieldProps<T extends string> {
  readonly label: string;
  readonly hiddenLabel?: boolean;
  readonly hint?: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly onChange: (value: T) => void;
}

export function SelectField<T extends string>({ label, hiddenLabel = false, hint, value, options, onChange }: SelectFieldProps<T>): ReactNode {
  return (
    <Select
      className="field select"
      value={value}
      onChange={(key) => {
        const option = options.find((one) => one.value === key);
        if (option !== undefined) onChange(option.value);
      }}
    >
      <Label className={hiddenLabel ? 'only-heard' : 'field-label'}>{label}</Label>
      <Button className="button plain select-button">
        <SelectValue className="button-text" />
        <ChevronDown aria-hidden="true" />
      </Button>
      {hint === undefined ? null : (
        <Text slot="description" className="field-hint">
          {hint}
        </Text>
      )}
      <Popover className="popover">
        <ListBox className="menu">
          {options.map((option) => (
            <ListBoxItem key={option.value} id={option.value} className="menu-item">
              {option.label}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}

import type { ReactNode } from 'react';
import { Label, Radio, RadioGroup } from 'react-aria-components';

export interface ChoiceCard<T extends string> {
  readonly value: T;
  readonly title: string;
  readonly text: string;
}

export interface ChoiceCardsProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly cards: readonly ChoiceCard<T>[];
  readonly onChange: (value: T) => void;
}

/** A few choices that need a sentence each, one of them taken. */
export function ChoiceCards<T extends string>({ label, value, cards, onChange }: ChoiceCardsProps<T>): ReactNode {
  return (
    <RadioGroup
      className="choice-cards"
      value={value}
      onChange={(next) => {
        const card = cards.find((one) => one.value === next);
        if (card !== undefined) onChange(card.value);
      }}
    >
      <Label className="field-label">{label}</Label>
      {cards.map((card) => (
        <Radio key={card.value} value={card.value} className="choice-card">
          <span className="choice-mark" aria-hidden="true" />
          <span className="choice-words">
            <span className="choice-title">{card.title}</span>
            <span className="only-heard">. </span>
            <span className="choice-text">{card.text}</span>
          </span>
        </Radio>
      ))}
    </RadioGroup>
  );
}

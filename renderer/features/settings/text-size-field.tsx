import type { ReactNode } from 'react';
import type { Settings } from '../../../shared/model/settings';
import { useText } from '../../i18n/use-text';
import { Choice } from '../../ui/choice';

const sizes: readonly Settings['textSize'][] = [80, 90, 100, 110, 125, 150, 175, 200];

/** The size of all text, in steps. No slider: it would move away under the hand that drags it, since it grows with the text. */
export function TextSizeField({ value, onChange }: { readonly value: Settings['textSize']; readonly onChange: (value: Settings['textSize']) => void }): ReactNode {
  const text = useText();
  return (
    <Choice
      label={text('settings.textSize')}
      hint={text('settings.textSize.text')}
      value={String(value)}
      onChange={(chosen) => {
        const size = sizes.find((one) => String(one) === chosen);
        if (size !== undefined) onChange(size);
      }}
      options={sizes.map((size) => ({ value: String(size), label: text('settings.textSize.percent', { percent: size }) }))}
    />
  );
}

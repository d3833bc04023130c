import type { ReactNode } from 'react';
import type { KeyStatus } from '../../../shared/model/keys';
import { useUi } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Button } from '../../ui/button';
import { renewalWords, watchWords } from './rule-words';

/** The rules in force, in words, and the way to change them. */
export function RulesSection({ status, name, fixed }: { readonly status: KeyStatus; readonly name: string; readonly fixed: boolean }): ReactNode {
  const text = useText();
  const times = useTimes();
  const openDialog = useUi((state) => state.openDialog);
  return (
    <section className="stack tight" aria-labelledby="rules-heading">
      <h2 className="small-heading" id="rules-heading">
        {text('rules.heading', { preset: text(`rules.preset.${status.preset}`) })}
      </h2>
      <ul className="plain-list" data-testid="rules">
        <li>{renewalWords(status.policy, name, text, times)}</li>
        <li>{text('rules.always')}</li>
        {watchWords(status.policy, name, text, times).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <div className="dialog-actions start">
        <Button isDisabled={fixed} onPress={() => openDialog('rules')}>
          {text('rules.change')}
        </Button>
      </div>
    </section>
  );
}

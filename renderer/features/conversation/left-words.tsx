import { useState, type ReactNode } from 'react';
import { useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { useCopy } from '../../ui/use-copy';

/** Letters of it that are shown. */
const shown = 140;

export interface LeftWordsProps {
  /** What comes before the words: why they stand here. */
  readonly intro: string;
  /** Empty: there are none. */
  readonly written: string;
  readonly onThrowAway: () => void;
  /** As they were, once they were thrown away by mistake. */
  readonly onBack: (written: string) => void;
}

/** Words that cannot be sent any more where they were written: to be taken elsewhere, or thrown away, which can be taken back as long as one stays. */
export function LeftWords({ intro, written, onThrowAway, onBack }: LeftWordsProps): ReactNode {
  const text = useText();
  const copy = useCopy();
  const [thrown, setThrown] = useState<string>();
  const isThrown = thrown !== undefined && written === '';
  if (written === '' && !isThrown) return null;
  const letters = [...written];
  const words = letters.length > shown ? `${letters.slice(0, shown).join('')}…` : written;
  // One button that stays, so that the focus does.
  const turn = (
    <Button
      onPress={() => {
        setThrown(isThrown ? undefined : written);
        if (isThrown) onBack(thrown);
        else onThrowAway();
      }}
    >
      {text(isThrown ? 'composer.left.back' : 'composer.left.throw')}
    </Button>
  );
  return (
    <Banner
      tone="calm"
      action={
        <>
          {turn}
          {isThrown ? null : <Button onPress={() => void copy(written, text('composer.left.copied'))}>{text('composer.left.copy')}</Button>}
        </>
      }
    >
      {isThrown ? (
        text('composer.left.thrown')
      ) : (
        <>
          {intro} <bdi>{words}</bdi>
        </>
      )}
    </Banner>
  );
}

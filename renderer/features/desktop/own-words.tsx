import { useCallback, useEffect, useState, type ReactNode } from 'react';
import { X } from 'lucide-react';
import { useModel } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { IconButton } from '../../ui/icon-button';

/** What was added to the dictionary, and the way out of it. */
export function OwnWords(): ReactNode {
  const text = useText();
  const { client, background } = useModel();
  const [words, setWords] = useState<readonly string[]>([]);
  const load = useCallback(() => background(client.dictionary.words().then(setWords)), [client, background]);
  useEffect(() => {
    load();
    return client.on((event) => {
      if (event.type === 'dictionary.changed') load();
    });
  }, [client, load]);
  return (
    <details className="own-words">
      <summary>{text('desktop.words.show', { count: words.length })}</summary>
      <p className="field-hint">{text('desktop.words.text')}</p>
      <ul className="own-word-list" aria-label={text('desktop.words')}>
        {words.map((word) => (
          <li key={word}>
            <bdi>{word}</bdi>
            <IconButton label={text('desktop.words.remove', { word })} onPress={() => background(client.dictionary.remove({ word }))}>
              <X aria-hidden="true" />
            </IconButton>
          </li>
        ))}
      </ul>
    </details>
  );
}

import { useState, type ReactNode } from 'react';
import { useModel } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { useFocusIfLost } from '../../ui/use-focus-if-lost';

interface Licence {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly text: string;
}

/** What others made and gave away, with their words. Read from disk only when somebody wants to see it. */
export function LicencesSection(): ReactNode {
  const text = useText();
  const model = useModel();
  const [licences, setLicences] = useState<readonly Licence[]>();
  // The button goes with what it brings.
  const place = useFocusIfLost<HTMLElement>(licences === undefined);
  return (
    <section className="stack tight divided" aria-labelledby="licences" tabIndex={-1} ref={place}>
      <h3 className="small-heading" id="licences">
        {text('settings.licences')}
      </h3>
      <p className="field-hint">{text('settings.licences.text')}</p>
      {licences === undefined ? (
        <div className="dialog-actions start">
          <Button onPress={() => model.background(model.client.diagnostics.licences().then(setLicences))}>{text('settings.licences.show')}</Button>
        </div>
      ) : (
        <ul className="licence-list" aria-label={text('settings.licences')}>
          {licences.map(({ name, version, licence, text: words }) => (
            <li key={`${name} ${version}`}>
              <details>
                <summary>
                  <bdi>{`${name} ${version}`}</bdi> · <bdi>{licence}</bdi>
                </summary>
                <pre className="licence-words">{words === '' ? text('settings.licences.none') : words}</pre>
              </details>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

import { useState, type ReactNode } from 'react';
import { useModel } from '../../app/model-context';
import { useTold } from '../../app/use-told';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/text-field';
import { useCopy } from '../../ui/use-copy';

/** What one passes on to somebody who helps: read first, copied then, sent by nobody. */
export function ReportSection(): ReactNode {
  const text = useText();
  const { client } = useModel();
  const copy = useCopy();
  const say = useTold();
  const [report, setReport] = useState<string>();
  const make = async (): Promise<string> => {
    setReport((await client.diagnostics.report()).text);
    return text('settings.report.made');
  };
  return (
    <section className="stack tight divided">
      <h3 className="small-heading">{text('settings.report')}</h3>
      <p className="field-hint">{text('settings.report.text')}</p>
      {report === undefined ? null : <TextField label={text('settings.report.label')} value={report} lines={10} readOnly monospace />}
      <div className="dialog-actions start">
        <Button onPress={() => void say(make)}>{text('settings.report.make')}</Button>
        {report === undefined ? null : (
          <Button kind="main" onPress={() => void copy(report, text('settings.report.copied'))}>
            {text('settings.report.copy')}
          </Button>
        )}
      </div>
    </section>
  );
}

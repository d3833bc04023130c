import { useCallback, useEffect, useState, type ReactNode } from 'react';
import type { MeterCounts } from '../../../shared/model/diagnostics';
import { useModel, useSettings } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { UpdatesSection } from '../updates/updates-section';
import { LicencesSection } from './licences-section';
import { ReportSection } from './report-section';

const kinds = [
  'seal', 'open', 'dskWrap', 'dskUnwrap', 'kekWrap', 'kekUnwrap', 'sign', 'verify', 'dh',
  'kemKeygen', 'kemEncaps', 'kemDecaps', 'rsaKeygen', 'rsaSign', 'rsaVerify',
] as const satisfies readonly (keyof MeterCounts)[];

export function AboutSection(): ReactNode {
  const text = useText();
  const model = useModel();
  const about = useSettings((state) => state.about);
  const [counts, setCounts] = useState<MeterCounts>();
  const count = useCallback(
    (reset: boolean) => model.background(model.client.diagnostics.meter({ reset }).then(setCounts)),
    [model],
  );
  useEffect(() => count(false), [count]);
  return (
    <div className="stack">
      {about === undefined ? null : (
        <>
          {about.trial ? <Banner tone="notice">{text('app.trial')}</Banner> : null}
          <dl className="facts">
            <dt>{text('settings.about.version')}</dt>
            <dd>{about.version}</dd>
          </dl>
        </>
      )}
      <p className="field-hint">{text('settings.about.licence')}</p>
      <section className="stack tight divided">
        <h3 className="small-heading">{text('help.title')}</h3>
        <p className="field-hint">{text('help.about')}</p>
        <div className="dialog-actions start">
          <Button onPress={() => model.ui.getState().showHelp(true)}>{text('help.open')}</Button>
        </div>
      </section>
      <UpdatesSection />
      <ReportSection />
      <LicencesSection />
      {/* For whoever looks under the bonnet: behind what everybody comes for. */}
      {about === undefined ? null : (
        <dl className="facts divided">
          <dt>{text('settings.about.runtime')}</dt>
          <dd>{about.runtime}</dd>
          <dt>{text('settings.about.database')}</dt>
          <dd>{about.database}</dd>
          <dt>{text('settings.about.memory')}</dt>
          <dd>{text(about.memoryLocked ? 'settings.about.memory.locked' : 'settings.about.memory.unlocked')}</dd>
        </dl>
      )}
      <section className="stack tight divided">
        <h3 className="small-heading">{text('settings.meter')}</h3>
        <p className="field-hint">{text('settings.meter.text')}</p>
        {counts === undefined ? null : (
          <table className="table">
            <caption className="only-heard">{text('settings.meter')}</caption>
            <thead>
              <tr>
                <th scope="col">{text('settings.meter.kind')}</th>
                <th scope="col" className="number">
                  {text('settings.meter.times')}
                </th>
              </tr>
            </thead>
            <tbody>
              {kinds.map((kind) => (
                <tr key={kind}>
                  <td>{text(`meter.${kind}`)}</td>
                  <td className="number">{counts[kind]}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        <div className="dialog-actions start">
          <Button onPress={() => count(false)}>{text('settings.meter.refresh')}</Button>
          <Button onPress={() => count(true)}>{text('settings.meter.reset')}</Button>
        </div>
      </section>
    </div>
  );
}

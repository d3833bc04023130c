import { useState, type ReactNode } from 'react';
import type { Identity } from '../../../shared/model/identity';
import { useIdentity, useModel, useSettings } from '../../app/model-context';
import { useGone } from '../../app/use-gone';
import { toFailure } from '../../bridge/failure';
import { useErrorText, useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { SelectField } from '../../ui/select-field';
import { SwitchField } from '../../ui/switch-field';
import { useChangeSettings } from '../settings/use-change-settings';

/** Days between two keys; 0: by hand only. */
const schedules = [30, 60, 90, 0] as const;

/** A new identity key: now, by itself, and what the one of a contact does to a check. Renewing asks nothing: nobody loses anything. */
export function RenewalSection({ identity }: { readonly identity: Identity }): ReactNode {
  const text = useText();
  const model = useModel();
  const times = useTimes();
  const errorText = useErrorText();
  const settings = useSettings((state) => state.settings);
  const renewing = useIdentity((state) => state.renewing);
  const change = useChangeSettings();
  const isGone = useGone();
  const [failure, setFailure] = useState<unknown>();

  const blocked = identity.keyElsewhere ? 'identity.renew.elsewhere' : identity.unconfirmed ? 'identity.key.next.unconfirmed' : undefined;

  const failureText = (thrown: unknown): string => {
    const { code, facts } = toFailure(thrown);
    if (code !== 'keys.too-often') return errorText(thrown);
    return facts.retryAt === undefined ? text('identity.renew.tooOften') : text('identity.renew.tooOften.at', { when: times.dateTime(facts.retryAt) });
  };
  const renew = async (): Promise<void> => {
    setFailure(undefined);
    try {
      const epoch = await model.identity.getState().rotate();
      model.ui.getState().toast(text('identity.renewed', { epoch }));
    } catch (thrown) {
      if (isGone()) model.ui.getState().toast(failureText(thrown), 'danger');
      else setFailure(thrown);
    }
  };
  const schedule = (days: (typeof schedules)[number]): void => {
    model.identity.getState().setSchedule(days).catch((thrown: unknown) => model.ui.getState().toast(errorText(thrown), 'danger'));
  };
  return (
    <section className="stack divided" aria-labelledby="identity-renew">
      <div className="stack tight">
        <h3 className="small-heading" id="identity-renew">
          {text('identity.renew.title')}
        </h3>
        <p className="field-hint">{text('identity.renew.text')}</p>
        <p className="field-hint">{text('identity.renew.backup')}</p>
        {identity.endorsements.length === 0 ? null : <p className="field-hint">{text('identity.renew.organisations')}</p>}
        {failure === undefined ? null : <Banner tone="danger">{failureText(failure)}</Banner>}
        <div className="dialog-actions start">
          <Button isPending={renewing} isDisabled={blocked !== undefined} onPress={() => void renew()}>
            {text(renewing ? 'identity.renew.busy' : 'identity.renew')}
          </Button>
        </div>
        {blocked === undefined ? null : <p className="setting-state flush">{text(blocked)}</p>}
      </div>
      <SelectField
        label={text('identity.schedule')}
        value={String(settings.rotateIdentityDays)}
        onChange={(value) => {
          const days = schedules.find((one) => String(one) === value);
          if (days !== undefined) schedule(days);
        }}
        options={schedules.map((days) => ({ value: String(days), label: days === 0 ? text('identity.schedule.never') : text('identity.schedule.days', { days }) }))}
      />
      <SwitchField
        label={text('identity.keepCheck')}
        hint={text(settings.keepCheck ? 'identity.keepCheck.on' : 'identity.keepCheck.off')}
        on={settings.keepCheck}
        onChange={(keepCheck) => change({ keepCheck })}
      />
    </section>
  );
}

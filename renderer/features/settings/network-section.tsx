import { useEffect, type ReactNode } from 'react';
import { useModel, useNetwork, useSettings } from '../../app/model-context';
import { useNow } from '../../i18n/use-now';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { SwitchField } from '../../ui/switch-field';
import { AddressForm } from './address-form';
import { proxyText, readOnion, readProxy, torHere } from './address-text';
import { OnionHelp, portOf } from './onion-help';
import { useChangeSettings } from './use-change-settings';

/** How contacts are found, and by which ways connections go. */
export function NetworkSection(): ReactNode {
  const model = useModel();
  useEffect(() => model.background(model.network.getState().load()), [model]);
  return (
    <div className="stack">
      <LanSwitch />
      <MappingSwitch />
      <Proxy />
      <Onion />
      <TurnedAway />
    </div>
  );
}

function LanSwitch(): ReactNode {
  const text = useText();
  const { findOnNetwork, proxy } = useSettings((state) => state.settings);
  const change = useChangeSettings();
  const lan = useNetwork((state) => state.status?.lan);
  const state = !findOnNetwork
    ? undefined
    : proxy !== ''
      ? text('network.lan.proxy')
      : lan?.state === 'on'
        ? text('network.lan.on', { seen: lan.seen })
        : lan?.state === 'failed'
          ? text('network.lan.failed')
          : undefined;
  return (
    <div className="stack tight">
      <SwitchField label={text('network.lan')} hint={text(findOnNetwork ? 'network.lan.text' : 'network.lan.off')} on={findOnNetwork} onChange={(on) => change({ findOnNetwork: on })} />
      <State words={state} />
    </div>
  );
}

function MappingSwitch(): ReactNode {
  const text = useText();
  const { portMapping, proxy } = useSettings((state) => state.settings);
  const change = useChangeSettings();
  const mapping = useNetwork((state) => state.status?.portMapping);
  const closed = useNetwork((state) => state.status?.listening.every(isHere) ?? false);
  const words = (): string | undefined => {
    if (!portMapping) return undefined;
    if (proxy !== '') return text('network.mapping.proxy');
    // Without a word the switch would seem to do nothing.
    if (mapping === undefined || mapping.state === 'off') return closed ? text('network.mapping.nothing') : undefined;
    return mapping.state === 'mapped' ? text('network.mapping.mapped', { address: mapping.address ?? '?' }) : text(`network.mapping.${mapping.state}`);
  };
  return (
    <div className="stack tight">
      <SwitchField label={text('network.mapping')} hint={text('network.mapping.text')} on={portMapping} onChange={(on) => change({ portMapping: on })} />
      <State words={words()} />
    </div>
  );
}

/** Of what is listened on: nobody but this computer itself comes in there. */
function isHere(address: string): boolean {
  return /^(?:127\.|\[?::1\]?:|localhost:)/u.test(address);
}

/** Bad questions about the own keys: one quiet line, however many there were, and nothing to be done about them. */
function TurnedAway(): ReactNode {
  const text = useText();
  const times = useTimes();
  const now = useNow();
  const many = useNetwork((state) => state.status?.turnedAway);
  return many === undefined ? null : (
    <p className="field-hint">{text('network.turned-away', { count: many.count, when: times.when(many.since, now), from: many.from })}</p>
  );
}

/** What became of a switch; spoken when it changes. */
function State({ words, flush = false }: { readonly words: string | undefined; readonly flush?: boolean }): ReactNode {
  return (
    <p className={`setting-state${flush ? ' flush' : ''}`} role="status" hidden={words === undefined}>
      {words}
    </p>
  );
}

function Proxy(): ReactNode {
  const text = useText();
  const proxy = useSettings((state) => state.settings.proxy);
  const state = useNetwork((one) => one.status?.proxy?.state ?? 'off');
  return (
    <div className="stack tight divided">
      <AddressForm
        field="proxy"
        label={text('network.proxy')}
        hint={text('network.proxy.hint')}
        saved={proxyText(proxy)}
        read={readProxy}
        faultText={(fault) => text(`network.proxy.fault.${fault}`)}
        refusal="host"
        savedText={(value) => (value === '' ? text('network.proxy.removed') : text('network.proxy.saved', { address: proxyText(value) }))}
        offers={[{ label: text('network.proxy.tor'), text: torHere }]}
      />
      <State flush words={proxy === '' || state === 'off' ? undefined : text(`network.proxy.${state}`)} />
      <p className="field-hint">{text('network.proxy.tor.hint')}</p>
      <h3 className="small-heading with-proxy">{text('network.proxy.means')}</h3>
      <ul className="plain-list">
        <li>{text('network.proxy.means.hidden')}</li>
        <li>{text('network.proxy.means.off')}</li>
        <li>{text('network.proxy.means.only')}</li>
        <li>{text('network.proxy.means.slower')}</li>
      </ul>
    </div>
  );
}

function Onion(): ReactNode {
  const text = useText();
  const onionAddress = useSettings((state) => state.settings.onionAddress);
  const listening = useNetwork((state) => state.status?.listening[0]);
  return (
    <div className="stack tight divided">
      <AddressForm
        field="onionAddress"
        label={text('network.onion')}
        hint={text('network.onion.hint', { port: portOf(listening) })}
        saved={onionAddress}
        read={readOnion}
        faultText={(fault) => text(`network.onion.fault.${fault}`)}
        refusal="typo"
        savedText={(value) => text(value === '' ? 'network.onion.removed' : 'network.onion.saved')}
      />
      <OnionHelp listening={listening} />
    </div>
  );
}

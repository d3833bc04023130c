import type { ReactNode } from 'react';
import { Copy } from 'lucide-react';
import { useIdentity, useNetwork, useSettings } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { IconButton } from '../../ui/icon-button';
import { useCopy } from '../../ui/use-copy';

/** Where others find this device, as they are told it. */
export function OwnPlaces(): ReactNode {
  const text = useText();
  const copy = useCopy();
  const status = useNetwork((state) => state.status);
  const known = useIdentity((state) => state.identity?.addresses);
  const hidden = useSettings((state) => state.settings.proxy !== '');
  const addresses = status?.announced ?? (known !== undefined && known.length > 0 ? known : (status?.listening ?? []));
  const note = (address: string): string | undefined => {
    if (address.includes('.onion:')) return text('reach.yours.onion');
    return address === status?.portMapping?.address ? text('reach.yours.router') : undefined;
  };
  return (
    <section className="stack tight divided" aria-labelledby="yours-heading">
      <h2 className="small-heading" id="yours-heading">
        {text('reach.yours')}
      </h2>
      {addresses.length > 0 ? (
        <ul className="addresses" aria-labelledby="yours-heading">
          {addresses.map((address) => (
            <li key={address} className="address">
              <span className="address-words">
                <code>{address}</code>
                {note(address) === undefined ? null : <span className="field-hint">{note(address)}</span>}
              </span>
              <IconButton label={text('reach.yours.copy', { address })} onPress={() => void copy(address, text('reach.yours.copied'))}>
                <Copy aria-hidden="true" />
              </IconButton>
            </li>
          ))}
        </ul>
      ) : status === undefined ? null : (
        <p className="field-hint">{text(status.listening.length === 0 ? 'reach.yours.none' : hidden ? 'reach.yours.hidden' : 'reach.yours.offline')}</p>
      )}
      {status?.moved === undefined ? null : (
        <p className="field-hint">{text('reach.yours.moved', { from: portText(status.moved.from), to: portText(status.moved.to) })}</p>
      )}
    </section>
  );
}

/** A port is a name, not an amount: no separator of thousands. */
export function portText(port: number): string {
  return String(port);
}

import type { ReactNode } from 'react';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { Disclosure } from '../../ui/disclosure';
import { useCopy } from '../../ui/use-copy';

/** Keyshift's own port where it listens nowhere yet. */
const usualPort = '47110';

export function portOf(listening: string | undefined): string {
  return /:(\d+)$/u.exec(listening ?? '')?.[1] ?? usualPort;
}

/** Where Tor on this computer finds Keyshift: by loopback, unless it listens on one other address only. */
export function torrcLines(listening: string | undefined): string {
  const port = portOf(listening);
  const host = listening?.slice(0, -port.length - 1) ?? '';
  const target = host === '' || /^(?:0\.0\.0\.0|\[?::\]?|\*)$/u.test(host) ? '127.0.0.1' : host;
  return `HiddenServiceDir /var/lib/tor/keyshift/\nHiddenServicePort ${port} ${target}:${port}`;
}

/** The two lines that an onion service takes, ready to be copied. */
export function OnionHelp({ listening }: { readonly listening: string | undefined }): ReactNode {
  const text = useText();
  const copy = useCopy();
  const lines = torrcLines(listening);
  return (
    <Disclosure label={text('network.onion.how')}>
      {() => (
        <div className="stack tight">
          <p className="field-hint">{text('network.onion.how.text')}</p>
          <pre className="torrc">{lines}</pre>
          <div className="dialog-actions start">
            <Button onPress={() => void copy(lines)}>{text('network.onion.how.copy')}</Button>
          </div>
        </div>
      )}
    </Disclosure>
  );
}

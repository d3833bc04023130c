import type { ReactNode } from 'react';
import type { Contact } from '../../../shared/model/contact';
import type { ReachAdvice } from '../../../shared/model/network';
import { useModel, useNetwork, useUi } from '../../app/model-context';
import type { TextId } from '../../i18n/messages';
import { useErrorText, useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { nameInSentence } from '../../ui/strangers';
import { useCopy } from '../../ui/use-copy';
import { useSaveEnvelopes } from '../conversation/use-envelopes';

type Action = 'tryNow' | 'invite' | 'settings' | 'identity' | 'copy' | 'save';

/** The one thing that helps with each. */
const actions: Readonly<Record<ReachAdvice, Action>> = {
  'no-network': 'tryNow',
  'no-address': 'invite',
  'check-proxy': 'settings',
  'set-proxy': 'settings',
  'ask-to-open': 'copy',
  'own-key': 'identity',
  clock: 'tryNow',
  moved: 'invite',
  'try-port-mapping': 'settings',
  'try-lan': 'settings',
  'carry-by-file': 'save',
};
const labels: Readonly<Record<Action, TextId>> = {
  tryNow: 'reach.do.tryNow',
  invite: 'reach.do.invite',
  settings: 'reach.do.settings',
  identity: 'reach.do.identity',
  copy: 'reach.do.copy',
  save: 'envelopes.save',
};

/** What can be done about not being connected, the most helpful first: a sentence and one action each. */
export function ReachAdviceList({ contact, advice }: { readonly contact: Contact; readonly advice: readonly ReachAdvice[] }): ReactNode {
  const text = useText();
  const act = useAction(contact);
  const announced = useNetwork((state) => state.status?.announced);
  const name = nameInSentence(contact.name);
  if (advice.length === 0) return null;
  return (
    <section className="stack tight divided" aria-labelledby="advice-heading">
      <h2 className="small-heading" id="advice-heading">
        {text('reach.advice')}
      </h2>
      <ul className="advice" aria-labelledby="advice-heading">
        {advice.map((one) => (
          <li key={one} className="advice-item">
            <p id={`advice-${one}`}>{text(`reach.advice.${one}`, { name })}</p>
            {/* A note without an address would help nobody. */}
            {actions[one] === 'copy' && (announced ?? []).length === 0 ? null : (
              <Button aria-describedby={`advice-${one}`} onPress={() => void act(actions[one])}>
                {text(labels[actions[one]])}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function useAction(contact: Contact): (action: Action) => Promise<void> {
  const text = useText();
  const errorText = useErrorText();
  const copy = useCopy();
  const saveEnvelopes = useSaveEnvelopes();
  const { network, ui } = useModel();
  const openDialog = useUi((state) => state.openDialog);
  const openSettings = useUi((state) => state.openSettings);
  return async (action) => {
    switch (action) {
      case 'invite':
        openDialog('invite');
        return;
      case 'settings':
        openSettings('network');
        return;
      case 'identity':
        openSettings('identity');
        return;
      case 'save':
        await saveEnvelopes(contact);
        return;
      case 'copy': {
        const addresses = network.getState().status?.announced ?? [];
        await copy(text('reach.note', { addresses: addresses.join(', ') }), text('reach.note.copied', { name: nameInSentence(contact.name) }));
        return;
      }
      case 'tryNow':
        try {
          await network.getState().tryNow(contact.contactId);
        } catch (thrown) {
          ui.getState().toast(errorText(thrown), 'danger');
        }
        return;
      default:
        action satisfies never;
    }
  };
}

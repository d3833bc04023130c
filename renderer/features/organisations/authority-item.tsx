import { useState, type ReactNode } from 'react';
import type { Authority } from '../../../shared/model/authority';
import { ActDialog } from '../../app/act-dialog';
import { useModel } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Button } from '../../ui/button';
import { Disclosure } from '../../ui/disclosure';
import { PersonName } from '../../ui/person-name';
import { nameInSentence } from '../../ui/strangers';
import { grouped } from '../identity/grouped';

/** One organisation: whether its word counts now, for whom, and what it has taken back. */
export function AuthorityItem({ authority }: { readonly authority: Authority }): ReactNode {
  const text = useText();
  const times = useTimes();
  const [asking, setAsking] = useState(false);
  const { revocations, state } = authority;
  const name = nameInSentence(authority.name);
  return (
    <li className={`authority ${state}`}>
      <div className="authority-words">
        <strong>
          <PersonName name={authority.name} />
        </strong>
        <span className={state === 'valid' ? 'field-hint' : 'authority-trouble'}>{text(`organisations.state.${state}`, { date: times.date(authority.notAfter) })}</span>
        {state === 'valid' ? <span className="field-hint">{text('organisations.vouches', { count: authority.vouchesFor })}</span> : null}
        <span className="field-hint">
          {revocations === undefined ? text('organisations.list.none') : text('organisations.list', { date: times.date(revocations.thisUpdate), count: revocations.count })}
        </span>
        {revocations?.outdated === true ? <span className="authority-trouble">{text('organisations.list.outdated')}</span> : null}
        <Disclosure label={text('organisations.fingerprint')}>
          {() => (
            <>
              <code className="selectable">{grouped(authority.authorityId)}</code>
              <p className="field-hint">{text('organisations.fingerprint.hint')}</p>
            </>
          )}
        </Disclosure>
      </div>
      <Button aria-label={text('organisations.remove.label', { name })} onPress={() => setAsking(true)}>
        {text('organisations.remove')}
      </Button>
      {asking ? <RemoveDialog authority={authority} name={name} onClose={() => setAsking(false)} /> : null}
    </li>
  );
}

/** Asked because it cannot be undone without the certificate and the list. */
function RemoveDialog({ authority, name, onClose }: { readonly authority: Authority; readonly name: string; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const { authorities, client } = useModel();
  const remove = async (): Promise<void> => {
    await client.authorities.remove({ authorityId: authority.authorityId });
    // This question goes with its row.
    await authorities.getState().load();
  };
  return (
    <ActDialog
      title={text('organisations.remove.title', { name })}
      keep={text('organisations.remove.keep')}
      act={text('organisations.remove.do', { name })}
      run={remove}
      done={text('organisations.removed', { name })}
      onClose={onClose}
    >
      <ul className="plain-list">
        <li>{text('organisations.remove.vouches', { name, count: authority.vouchesFor })}</li>
        {authority.revocations === undefined ? null : <li>{text('organisations.remove.list')}</li>}
        <li>{text('organisations.remove.stays')}</li>
      </ul>
    </ActDialog>
  );
}

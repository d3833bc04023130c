import { expect, it } from 'vitest';
import type { Crypto } from '../../../electron/engine/crypto/crypto';
import type { LocalParty } from '../../../electron/engine/certificates/local-party';
import { encodeStanding } from '../../../electron/engine/dialog/standing';
import type { Session } from '../../../electron/engine/session/session';
import type { PeerBook } from '../../../electron/services/peer-book';
import { StandingExchange } from '../../../electron/services/standing-exchange';
import { quiet } from '../../support/dialog-kit';

it('protocol.md §7: what is said first is said on a connection: two of one device, which show the same chain, are two', () => {
  const heardOn: unknown[] = [];
  const exchange = new StandingExchange({
    logger: quiet,
    engine: { standing: () => [], hold: () => undefined, meet: (_source, _standing, connection) => (heardOn.push(connection), 'met') },
    commit: (work) => work(),
    onDelisted: () => undefined,
    onNewerList: () => undefined,
    // Neither is looked at where no list is told.
    crypto: {} as Crypto,
    local: {} as LocalParty,
    book: {} as PeerBook,
  });
  const peer = { identity: { peerId: 'x' } } as Session['peer'];
  const sessions = [{ peer }, { peer }] as Session[];
  const bytes = encodeStanding({ startToken: new Uint8Array(16), heardToken: new Uint8Array(16), list: new Uint8Array(), streams: [], last: true });
  for (const session of sessions) expect(exchange.heard(session, bytes)).toBe(true);
  expect(heardOn[0]).toBe(sessions[0]);
  expect(heardOn[1]).toBe(sessions[1]);
});

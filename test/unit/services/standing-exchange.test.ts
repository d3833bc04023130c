import { expect, it } from 'vitest';
import type { Crypto } from '../../../electron/engine/crypto/crypto';
import type { LocalParty } from '../../../electron/engine/certificates/local-party';
import { encodeStanding } from '../../../electron/engine/dialog/standing';
import type { Session } from '../../../electron/engine/session/session';
import type { PeerBook } from '../../../electron/services/peer-book';
import { StandingExchange, type StandingParts } from '../../../electron/services/standing-exchange';
import { quiet } from '../../support/dialog-kit';
import { ManualClock } from '../../support/manual-clock';

const whole = encodeStanding({ startToken: new Uint8Array(16), heardToken: new Uint8Array(16), list: new Uint8Array(), streams: [], last: true });
const peer = { identity: { peerId: 'x' } } as Session['peer'];

/** What is told of streams comes on at `heardOn`. */
function exchangeThatHears(parts: Partial<StandingParts> = {}) {
  const heardOn: unknown[] = [];
  const clock = new ManualClock(0);
  const exchange = new StandingExchange({
    clock,
    logger: quiet,
    engine: { standing: () => [], hold: () => undefined, meet: (_source, _standing, connection) => (heardOn.push(connection), 'met') },
    commit: (work) => work(),
    onDelisted: () => undefined,
    onNewerList: () => undefined,
    // Neither is looked at where no list is told.
    crypto: {} as Crypto,
    local: {} as LocalParty,
    book: {} as PeerBook,
    ...parts,
  });
  return { exchange, heardOn, clock };
}

it('protocol.md §7: what is said first is said on a connection: two of one device, which show the same chain, are two', () => {
  const { exchange, heardOn } = exchangeThatHears();
  const sessions = [{ peer }, { peer }] as Session[];
  for (const session of sessions) expect(exchange.heard(session, whole)).toBe(true);
  expect(heardOn[0]).toBe(sessions[0]);
  expect(heardOn[1]).toBe(sessions[1]);
});

it('protocol.md §7: whoever says it without end is heard 64 times and four times a second, and ends the session with one more: one line is written, whatever else stands in that record', async () => {
  const lines: string[] = [];
  const { exchange, heardOn, clock } = exchangeThatHears({ logger: { ...quiet, warn: (event) => void lines.push(event) } });
  let closed = 0;
  const session = { peer, close: () => void (closed += 1) } as Session;
  for (let time = 0; time < 64; time += 1) expect(exchange.heard(session, whole)).toBe(true);
  await clock.advance(1_000);
  for (let time = 0; time < 4; time += 1) expect(exchange.heard(session, whole)).toBe(true);
  expect(closed).toBe(0);
  for (let time = 0; time < 1_000; time += 1) expect(exchange.heard(session, time % 2 === 0 ? whole : new Uint8Array(0))).toBe(false);
  expect([heardOn.length, closed, lines]).toEqual([68, 1, ['standing.rejected']]);
});

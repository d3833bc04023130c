import { beforeEach, describe, expect, test } from 'vitest';
import { kernelRandom } from '../../../electron/engine/crypto/kernel-random';
import type { PeerId } from '../../../electron/engine/ids';
import { Connections } from '../../../electron/services/connections';
import { peer } from '../../contract/storage/rows';
import { ManualClock, settle } from '../../support/manual-clock';
import { recordingLogger } from '../../support/session-kit';

interface Round {
  readonly peerId: PeerId;
  readonly at: number;
  readonly quit: AbortSignal;
  end(): void;
}

/** When people are looked for; where and how is another's, here the test's. */
describe('when people are looked for', () => {
  let clock: ManualClock;
  let rounds: Round[];
  let under: Set<Round>;
  let most: number;
  let changes: number;
  let connections: Connections;
  /** What a round comes to: whether there was a session. */
  let outcome: boolean;

  beforeEach(() => {
    clock = new ManualClock();
    rounds = [];
    under = new Set();
    most = 0;
    changes = 0;
    outcome = false;
    connections = new Connections({
      clock,
      random: kernelRandom,
      logger: recordingLogger(),
      dialling: {
        round: (peerId, quit) =>
          new Promise((resolve) => {
            const round: Round = {
              peerId,
              at: clock.monotonic(),
              quit,
              end: () => {
                under.delete(round);
                resolve(outcome && !quit.aborted);
              },
            };
            quit.addEventListener('abort', round.end);
            rounds.push(round);
            under.add(round);
            most = Math.max(most, under.size);
          }),
      },
      viaOf: () => 'direct',
      wanted: (peerId) => peerId !== peer(99),
      onOpen: () => undefined,
      onEnd: () => undefined,
      onChange: () => (changes += 1),
    });
  });

  const people = (count: number) => Array.from({ length: count }, (_, n) => peer(n + 1));

  test('after unlocking: everybody who is wanted, within a second, not in one moment, sixteen at once', async () => {
    connections.begin([...people(40), peer(99)]);
    expect(rounds).toEqual([]);
    await clock.advance(1_000);
    expect([rounds.length, most]).toEqual([16, 16]);
    expect(new Set(rounds.map(({ at }) => at)).size).toBeGreaterThan(4);
    for (let n = 0; n < 40; n += 1) {
      rounds[n]?.end();
      await settle();
    }
    expect(new Set(rounds.slice(0, 40).map(({ peerId }) => peerId))).toEqual(new Set(people(40)));
    expect(most).toBe(16);
    connections.close();
  });

  test('one alone does not wait', async () => {
    connections.begin(people(1));
    await clock.advance(50);
    expect(rounds).toHaveLength(1);
    expect(connections.search(peer(1))).toMatchObject({ connected: false, trying: true, nextTryAt: undefined, failures: 0 });
    rounds[0]?.end();
    await settle();
    const { trying, nextTryAt, failures } = connections.search(peer(1));
    expect([trying, failures, (nextTryAt ?? 0) > clock.now()]).toEqual([false, 1, true]);
    expect(changes).toBeGreaterThan(0);
    connections.close();
  });

  test('a connection that could not be taken up, by a full disk say, is a failure: no round after round', async () => {
    outcome = true;
    connections.begin(people(1));
    for (let minute = 0; minute < 10; minute += 1) {
      for (let second = 0; second < 60; second += 1) {
        await clock.advance(1_000);
        for (const round of under) round.end();
        await settle();
      }
    }
    expect(connections.search(peer(1)).failures).toBe(rounds.length);
    expect(rounds.length).toBeLessThan(60);
    connections.close();
  });

  test('whom a person waits for comes before all others in the queue', async () => {
    connections.begin(people(40));
    await clock.advance(1_000);
    connections.reach(peer(50));
    rounds[0]?.end();
    await settle();
    expect(rounds.at(-1)?.peerId).toBe(peer(50));
    connections.close();
  });

  test('for whom a person waits there is room beside sixteen who are nowhere, for four at once', async () => {
    connections.begin(people(40));
    await clock.advance(1_000);
    for (let n = 50; n < 60; n += 1) connections.reach(peer(n));
    await settle();
    expect([rounds.length, most]).toEqual([20, 20]);
    expect(rounds.slice(16).map(({ peerId }) => peerId)).toEqual([50, 51, 52, 53].map((n) => peer(n)));
    // What goes on from then on is sixteen again.
    for (const round of rounds.slice(0, 5)) round.end();
    await settle();
    expect(under.size).toBe(20);
    connections.close();
  });

  test('a change of network: rounds begin anew, waits end, failures are forgotten', async () => {
    connections.begin(people(2));
    await clock.advance(100);
    for (let n = 0; n < 8; n += 1) {
      for (const round of under) if (round.peerId === peer(1)) round.end();
      await clock.advance(60_000);
    }
    for (const round of under) if (round.peerId === peer(1)) round.end();
    await settle();
    expect(connections.search(peer(1)).failures).toBeGreaterThan(6);
    rounds.length = 0;
    const running = [...under];
    connections.lookAgain();
    expect(running.map(({ quit }) => quit.aborted)).toEqual([true]);
    await clock.advance(100);
    expect(rounds.map(({ peerId }) => peerId).sort()).toEqual(people(2));
    expect(people(2).map((peerId) => connections.search(peerId).failures)).toEqual([0, 0]);
    connections.close();
  });

  test('heard on the local network: at once, but a round under way begins anew only once a minute', async () => {
    connections.sighted(peer(1));
    await settle();
    for (let second = 0; second < 130; second += 1) {
      connections.sighted(peer(1));
      await clock.advance(1_000);
    }
    expect(rounds).toHaveLength(3);
    connections.sighted(peer(99));
    await settle();
    expect(rounds).toHaveLength(3);
    connections.close();
  });

  test('closed: rounds are called off, nothing starts any more', async () => {
    connections.begin(people(3));
    await clock.advance(150);
    connections.close();
    expect([under.size, rounds.every(({ quit }) => quit.aborted)]).toEqual([0, true]);
    connections.lookAgain();
    connections.reach(peer(1));
    connections.sighted(peer(2));
    await clock.advance(600_000);
    expect([rounds.length, clock.waiting]).toEqual([3, 0]);
  });
});

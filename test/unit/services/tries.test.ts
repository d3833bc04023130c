import { describe, expect, test } from 'vitest';
import { ChannelError } from '../../../electron/engine/session/channel-frames';
import { SessionError } from '../../../electron/engine/session/failure';
import { MeetingRefusal } from '../../../electron/engine/session/meeting-roles';
import { DialError } from '../../../electron/network/dial-error';
import { NotNeeded } from '../../../electron/services/racing';
import { Tries } from '../../../electron/services/tries';
import { outcomeOf } from '../../../electron/services/try-outcome';
import { peer } from '../../contract/storage/rows';
import { ManualClock } from '../../support/manual-clock';

describe('A45: what an attempt is called', () => {
  test.each<readonly [string, unknown]>([
    ['connected', undefined],
    ['not-needed', new NotNeeded()],
    ['refused', new DialError('refused')],
    ['timeout', new DialError('timeout')],
    ['needs-proxy', new DialError('needs-proxy')],
    ['name-unknown', new DialError('name-unknown')],
    ['not-accepted', new SessionError('retry-asked')],
    ['other-identity', new SessionError('other-identity')],
    ['other-identity', new SessionError('contact.key-mismatch')],
    ['other-identity', new SessionError('own-instance')],
    ['no-answer', new SessionError('timeout')],
    ['no-answer', new SessionError('closed')],
    ['no-answer', new SessionError('malformed')],
    ['no-answer', new SessionError('chain')],
    ['not-accepted', new ChannelError('refused')],
    ['no-answer', new ChannelError('timeout')],
    ['other-identity', new MeetingRefusal('invitation.wrong-person', '', false)],
    ['not-accepted', new MeetingRefusal('invitation.refused', '', false)],
    ['unreachable', new Error('something else')],
    ['unreachable', Object.assign(new Error('a word of its own'), { reason: 'moon' })],
    ['unreachable', 'no error at all'],
  ])('%s', (outcome, error) => {
    expect(outcomeOf(error)).toBe(outcome);
  });
});

describe('the newest result of each address', () => {
  test('takes the place of the one before; how long it took is known when it is over', async () => {
    const clock = new ManualClock(1_000);
    let changes = 0;
    const tries = new Tries(clock, () => (changes += 1));
    tries.began(peer(1), 'a:1');
    expect(tries.of(peer(1), 'a:1')).toEqual({ at: 1_000, outcome: 'trying' });
    await clock.advance(30);
    tries.ended(peer(1), 'a:1', 'connected', 30.4);
    expect(tries.of(peer(1), 'a:1')).toEqual({ at: 1_000, outcome: 'connected', milliseconds: 30 });
    expect([tries.lastGood(peer(1)), tries.lastGood(peer(2)), tries.of(peer(2), 'a:1'), changes]).toEqual(['a:1', undefined, undefined, 2]);
    tries.began(peer(1), 'a:1');
    // Also where one begins anew that never ended.
    tries.began(peer(1), 'a:1');
    expect(tries.of(peer(1), 'a:1')).toEqual({ at: 1_030, outcome: 'trying', before: 'connected' });
    tries.ended(peer(1), 'a:1', 'timeout', 5_000);
    // It may work again: what worked last stays what is tried first.
    expect([tries.of(peer(1), 'a:1')?.outcome, tries.lastGood(peer(1))]).toEqual(['timeout', 'a:1']);
  });

  test('a person who moves all the time fills no memory', () => {
    const tries = new Tries(new ManualClock(), () => undefined);
    for (let n = 0; n < 500; n += 1) tries.began(peer(1), `a:${n}`);
    expect(tries.of(peer(1), 'a:0')).toBeUndefined();
    expect(tries.of(peer(1), 'a:451')).toBeUndefined();
    expect(tries.of(peer(1), 'a:452')).toBeDefined();
    expect(tries.of(peer(1), 'a:499')).toBeDefined();
  });
});

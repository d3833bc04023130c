import { describe, expect, test } from 'vitest';
import { type ReachFacts, reachAdviceFor } from '../../../electron/services/reach-advice';
import type { ReachAdvice, TryOutcome, Via } from '../../../shared/model/network';

const facts: ReachFacts = {
  connected: false,
  sealable: true,
  blocked: false,
  held: false,
  renewedElsewhere: false,
  clockAhead: undefined,
  places: [],
  hasNetwork: true,
  proxy: 'off',
  portMapping: 'mapped',
  findOnNetwork: true,
  announced: ['203.0.113.1'],
};
const place = (outcome?: TryOutcome, via: Via = 'direct', host = '203.0.113.2') => ({ host, via, ...(outcome === undefined ? {} : { outcome }) });

describe('advice on a person who is not reached', () => {
  test.each<readonly [string, Partial<ReachFacts>, readonly ReachAdvice[]]>([
    ['connected', { connected: true, hasNetwork: false }, []],
    ['blocked', { blocked: true }, []],
    ['no address', {}, ['no-address', 'carry-by-file']],
    ['no address, no key to seal for them', { sealable: false }, ['no-address']],
    ['no network', { hasNetwork: false, places: [place('unreachable')], announced: ['127.0.0.1'], portMapping: 'off' }, ['no-network', 'carry-by-file']],
    ['all on this machine', { hasNetwork: false, places: [place('refused', 'direct', '127.0.0.1')] }, ['ask-to-open', 'carry-by-file']],
    ['all silent', { places: [place('timeout'), place('refused'), place('name-unknown')] }, ['ask-to-open', 'carry-by-file']],
    ['not tried yet', { places: [place(), place('trying')] }, ['carry-by-file']],
    ['silent as far as was tried', { places: [place('timeout'), place()] }, ['ask-to-open', 'carry-by-file']],
    ['somebody else', { places: [place('timeout'), place('not-accepted')] }, ['moved', 'carry-by-file']],
    ['under a key that nobody vouches for', { held: true, places: [place('other-identity')] }, []],
    ['a device that does not take our key, which somebody else renewed', { renewedElsewhere: true, places: [place('timeout'), place('not-accepted')] }, ['own-key', 'carry-by-file']],
    ['another program, and our key is in question', { renewedElsewhere: true, places: [place('no-answer')] }, ['moved', 'carry-by-file']],
    ['a device that refuses ours, whose clock is a day away', { clockAhead: -86_400_000, places: [place('timeout'), place('not-accepted')] }, ['clock', 'carry-by-file']],
    ['a device that refuses ours, whose clock is minutes away', { clockAhead: 600_000, places: [place('not-accepted')] }, ['moved', 'carry-by-file']],
    ['a clock that is a day away, said by one of two keys in question', { held: true, clockAhead: 86_400_000, places: [place('not-accepted')] }, []],
    ['all silent where a clock is a day away', { clockAhead: 86_400_000, places: [place('timeout')] }, ['ask-to-open', 'carry-by-file']],
    ['another program', { places: [place('no-answer')] }, ['moved', 'carry-by-file']],
    ['only onion', { places: [place('needs-proxy', 'onion')] }, ['set-proxy', 'carry-by-file']],
    ['onion and silent', { places: [place('needs-proxy', 'onion'), place('timeout')] }, ['carry-by-file']],
    ['proxy fails', { proxy: 'untried', places: [place('proxy-failed')] }, ['check-proxy', 'carry-by-file']],
    ['proxy known to fail', { proxy: 'failed', places: [place()] }, ['check-proxy', 'carry-by-file']],
    ['proxy works', { proxy: 'working', places: [place('timeout')], findOnNetwork: false, portMapping: 'off', announced: [] }, ['ask-to-open', 'carry-by-file']],
    ['behind a router', { places: [place('timeout')], portMapping: 'off', announced: ['192.168.1.2', 'fd00::1'] }, ['ask-to-open', 'try-port-mapping', 'carry-by-file']],
    ['behind a router that maps nothing', { places: [place('timeout')], portMapping: 'none', announced: ['192.168.1.2'] }, ['ask-to-open', 'carry-by-file']],
    ['listening on this machine only', { places: [place('timeout')], portMapping: 'off', announced: ['127.0.0.1'] }, ['ask-to-open', 'carry-by-file']],
    ['known outside as well', { places: [place('timeout')], portMapping: 'off', announced: ['192.168.1.2', '2001:db8::1'] }, ['ask-to-open', 'carry-by-file']],
    ['not looking around', { places: [place('timeout')], findOnNetwork: false }, ['ask-to-open', 'try-lan', 'carry-by-file']],
  ])('%s', (_name, change, advice) => {
    expect(reachAdviceFor({ ...facts, ...change })).toEqual(advice);
  });
});

import { describe, expect, test } from 'vitest';
import { NetworkFacts } from '../../../electron/services/network-facts';
import { NetworkNews } from '../../../electron/services/network-news';
import { ManualClock } from '../../support/manual-clock';

describe('NetworkFacts', () => {
  test('tells of a change, and of what is the same only once', () => {
    const facts = new NetworkFacts();
    let changes = 0;
    const silence = facts.onChange(() => (changes += 1));
    expect([facts.get('lan'), facts.get('portMapping'), facts.get('proxy'), facts.listening, facts.hasNetwork]).toEqual([{ state: 'off', seen: 0 }, { state: 'off' }, { state: 'off' }, [], false]);
    facts.set('lan', { state: 'on', seen: 2 });
    facts.set('lan', { state: 'on', seen: 2 });
    facts.set('portMapping', { state: 'mapped', address: '203.0.113.1:4000', method: 'upnp' });
    facts.listensAt({ host: '::', port: 4_000 }, { from: 3_999, to: 4_000 });
    facts.setNetworks([{ host: '10.0.0.1', prefix: 8 }]);
    facts.setNetworks([{ host: '10.0.0.1', prefix: 8 }]);
    expect([changes, facts.get('lan').seen, facts.listening, facts.moved, facts.hasNetwork]).toEqual([4, 2, ['[::]:4000'], { from: 3_999, to: 4_000 }, true]);
    silence();
    facts.touched();
    expect(changes).toBe(4);
  });
});

describe('network.changed', () => {
  test('is told at once, and then at most once a second, the last change included', async () => {
    const clock = new ManualClock();
    const told: number[] = [];
    const news = new NetworkNews(clock, () => told.push(clock.monotonic()));
    news.changed();
    for (let n = 0; n < 300; n += 1) {
      news.changed();
      await clock.advance(10);
    }
    expect(told).toEqual([0, 1_000, 2_000, 3_000]);
    await clock.advance(10_000);
    expect(told).toHaveLength(4);
    news.changed();
    news.changed();
    expect(told.at(-1)).toBe(13_000);
    news.close();
    await clock.advance(10_000);
    expect([told.length, clock.waiting]).toEqual([5, 0]);
  });
});

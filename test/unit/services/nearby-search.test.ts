import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KeyshiftError } from '../../../shared/errors';
import { nearbyName } from '../../../shared/model/discovery';
import { kernelRandom } from '../../../electron/engine/crypto/kernel-random';
import { EventHub } from '../../../electron/services/event-hub';
import { nearbyWords, randomNearbyName } from '../../../electron/services/nearby-name';
import { NearbyPeople } from '../../../electron/services/nearby-people';
import { NearbyService } from '../../../electron/services/nearby-service';
import type { LanDiscovery } from '../../../electron/services/ports';
import { ask, compare, meetingOf, search, status, stepOf } from '../../support/nearby-world';
import { createMemoryLan, type MemoryLan } from '../../support/memory-lan';
import { createWorld, type Resident, toldOf, type World } from '../../support/services-kit';

let world: World;
let lan: MemoryLan;
let ann: Resident;
let bo: Resident;

beforeEach(async () => {
  lan = createMemoryLan();
  world = createWorld({ lan });
  [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
}, 30_000);
afterEach(() => world.close());

const codeOf = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error instanceof KeyshiftError ? error.code : error;
  }
  return undefined;
};
/** Contacts that find each other are announced beside. */
const near = () => lan.announced.filter(({ kind }) => kind === 'near');
const names = (who: Resident) => status(who).people.map(({ name }) => name);
const sighting = (name: string, changes: object = {}) => ({ kind: 'near' as const, name, gone: false, addresses: [{ host: '192.0.2.99', port: 1 }], facts: { v: '2' }, ...changes });

describe('looking for people nearby', () => {
  test('shows random words and nothing else, lists the others, and tells of every change', async () => {
    expect(status(ann)).toEqual({ running: false, people: [] });
    await search(world, ann);
    expect(status(ann)).toMatchObject({ running: true, endsAt: world.clock.now() + 300_000 - 260, people: [] });
    expect(near()).toEqual([{ kind: 'near', name: status(ann).name, port: ann.address.port, facts: { v: '2' } }]);
    await search(world, bo);
    expect([names(ann), names(bo)]).toEqual([[status(bo).name], [status(ann).name]]);
    const first = status(ann);
    await search(world, ann); // again: the same search
    expect(status(ann)).toEqual(first);
  });

  test('ends by itself after five minutes, with a goodbye; a meeting under way goes on', async () => {
    await search(world, ann);
    await world.pass(200_000, 1_000);
    await search(world, bo);
    await compare(world, bo, ann);
    await world.pass(101_000, 1_000);
    expect(status(ann)).toMatchObject({ running: false, people: [], meeting: { step: 'compare' } });
    expect(status(ann).name).toBeUndefined();
    expect([names(bo), near().length]).toEqual([[], 1]);
    expect(codeOf(() => ann.discovery.meet({ nearbyId: '0'.repeat(32) }))).toBe('discovery.not-running');
    ann.discovery.confirm({ same: true });
    bo.discovery.confirm({ same: true });
    await world.until('both met', () => stepOf(ann) === 'met' && stepOf(bo) === 'met');
  });

  test('ends at the time that is shown also where the machine slept past it, and no later where the clock was set back', async () => {
    await search(world, ann, bo);
    ann.wrong.ahead = 8 * 3_600_000;
    bo.wrong.ahead = -3_600_000;
    await world.pass(10_000, 1_000);
    expect([status(ann).running, status(bo).running, near().length]).toEqual([false, true, 1]);
    await world.pass(290_000, 1_000);
    expect([status(bo).running, near().length]).toEqual([false, 0]);
  });

  test('a new search has new words and new handles', async () => {
    await search(world, bo);
    await search(world, ann);
    const [person] = status(ann).people;
    const before = status(ann).name;
    ann.discovery.stop(undefined);
    expect(status(ann)).toEqual({ running: false, people: [] });
    expect(names(bo)).toEqual([]);
    await search(world, ann);
    expect(status(ann).name).not.toBe(before);
    expect(status(ann).people[0]?.name).toBe(person?.name);
    expect(status(ann).people[0]?.nearbyId).not.toBe(person?.nearbyId);
  });

  test('ends when the vault is closed, with the meeting under way, and leaves nothing of it', async () => {
    await search(world, ann, bo);
    await compare(world, ann, bo);
    ann.profile.close();
    expect([near().length, names(bo)]).toEqual([1, []]);
    await world.until('the other hears it', () => stepOf(bo) === 'ended');
    expect(meetingOf(bo)?.reason).toBe('gone');
    ann.reopen();
    expect(status(ann)).toEqual({ running: false, people: [] });
    expect(ann.profile.stores.contacts.list()).toEqual([]);
  });

  test('another profile of the same vault takes over: search and meeting end, and clients hear of it', async () => {
    await search(world, ann, bo);
    ask(bo, ann);
    await world.until('asked', () => stepOf(ann) === 'asked');
    const told = toldOf(ann, 'discovery.changed').length;
    ann.reopen();
    expect([status(ann), toldOf(ann, 'discovery.changed').length - told]).toEqual([{ running: false, people: [] }, 1]);
    expect(codeOf(() => ann.discovery.answer({ accept: true }))).toBe('discovery.no-meeting');
  });

  test('what strangers announce is listed only as words, at most 64 of them, and leaves when it is gone', async () => {
    await search(world, ann);
    for (const name of ['', 'x', 'Blue-otter-42', 'blue-otter-4', 'blue otter-42', 'blue-otter-42\u202E', '<img>-otter-42', `${'a'.repeat(13)}-otter-42`, status(ann).name ?? '']) lan.forge(sighting(name));
    lan.forge(sighting('blue-otter-41', { facts: { v: '3' } }));
    lan.forge(sighting('blue-otter-40', { facts: {} }));
    lan.forge(sighting('blue-otter-43', { addresses: [] }));
    expect(names(ann)).toEqual([]);
    const words = Array.from({ length: 200 }, (_, at) => `blue-${'abcdefghij'[at % 10]}a-${String(Math.floor(at / 10)).padStart(2, '0')}`);
    for (const name of words) lan.forge(sighting(name));
    expect(names(ann)).toEqual(words.slice(0, 64));
    lan.forge(sighting(words[3] ?? '', { gone: true }));
    lan.forge(sighting(words[150] ?? '', { gone: true }));
    expect(names(ann)).toHaveLength(63);
    lan.forge(sighting(words[150] ?? ''));
    expect(names(ann).at(-1)).toBe(words[150]);
  });

  test('people who come and go quickly are told of a few times a second at most', async () => {
    await search(world, ann);
    const told = toldOf(ann, 'discovery.changed').length;
    for (let round = 0; round < 500; round += 1) {
      lan.forge(sighting('blue-otter-42', { gone: round % 2 === 1 }));
      if (round % 5 === 0) await world.pass(20);
    }
    await world.pass(300);
    expect(toldOf(ann, 'discovery.changed').length - told).toBeLessThanOrEqual(10);
    expect(names(ann)).toEqual([]);
  });

  test('a network that cannot be announced on, now or later, ends it and says so', async () => {
    await search(world, bo);
    lan.break(true);
    expect(status(bo)).toEqual({ running: false, people: [] });
    expect(near()).toEqual([]);
    expect(await search(world, ann).catch((error: unknown) => error)).toMatchObject({ code: 'discovery.not-possible' });
    expect([status(ann), near()]).toEqual([{ running: false, people: [] }, []]);
    lan.break(false);
    await search(world, ann);
    expect([status(ann).running, near().length]).toEqual([true, 1]);
  });

  test('without a local network, and while the vault is not open, each call says so', async () => {
    const { crypto } = ann;
    const events = new EventHub({ debug() {}, info() {}, warn() {}, error() {} });
    let open = true;
    let device: LanDiscovery | undefined;
    const timers = world.clock.waiting;
    const profile = () => {
      if (!open) throw new KeyshiftError('vault.locked', 'The vault is locked.');
      return ann.profile;
    };
    const logger = { debug() {}, info() {}, warn() {}, error() {} };
    const service = new NearbyService({ crypto, clock: world.clock, random: kernelRandom, logger, events, transport: world.network.transport, profile, ownAddresses: () => [], lan: () => device, port: () => 1 });
    const { handlers } = service;
    const begin = async () => handlers.start(undefined);
    await expect(begin()).rejects.toMatchObject({ code: 'discovery.not-possible' });
    // One that fails while it is asked, leaving nothing behind.
    let undone = 0;
    const undo = () => void (undone += 1);
    device = {
      announce: () => undo,
      browse: (_kind, _hear, onFailed) => {
        onFailed();
        return undo;
      },
    };
    await expect(begin()).rejects.toMatchObject({ code: 'discovery.not-possible' });
    expect([undone, world.clock.waiting - timers]).toEqual([2, 0]);
    device = { announce: () => undo, browse: () => undo };
    const begun = begin();
    service.recheck();
    expect(handlers.status(undefined)).toMatchObject({ running: true });
    // A proxy was set meanwhile, which hides where this device is.
    device = undefined;
    service.recheck();
    expect([handlers.status(undefined), undone, await begun]).toEqual([{ running: false, people: [] }, 4, { running: false, people: [] }]);
    open = false;
    const each = [() => handlers.start(undefined), () => handlers.stop(undefined), () => handlers.status(undefined), () => handlers.meet({ nearbyId: '' }), () => handlers.answer({ accept: true }), () => handlers.confirm({ same: true })];
    expect(each.map((call) => codeOf(call))).toEqual(each.map(() => 'vault.locked'));
  });
});

describe('somebody else who takes the words of a person nearby', () => {
  const real = { addresses: [{ host: '192.0.2.1', port: 4800 }] };
  const copy = { addresses: [{ host: '192.0.2.66', port: 6 }] };

  test('stands behind who had them first, and takes nobody along when it goes', () => {
    const people = new NearbyPeople(kernelRandom, 'red-fox-10');
    expect(people.hear(sighting('blue-otter-42', real))).toBe(true);
    const [{ nearbyId } = { nearbyId: '' }] = people.list();
    expect(people.hear(sighting('blue-otter-42', copy))).toBe(false);
    expect(people.find(nearbyId)?.addresses).toEqual([...real.addresses, ...copy.addresses]);
    expect(people.hear(sighting('blue-otter-42', { ...copy, gone: true }))).toBe(false);
    expect([people.list(), people.find(nearbyId)?.addresses]).toEqual([[{ nearbyId, name: 'blue-otter-42' }], real.addresses]);
    expect(people.hear(sighting('blue-otter-42', { ...real, gone: true }))).toBe(true);
    expect(people.list()).toEqual([]);
  });

  test('however many do: four addresses, the first of them where it was', () => {
    const people = new NearbyPeople(kernelRandom, 'red-fox-10');
    people.hear(sighting('blue-otter-42', real));
    for (let port = 1; port < 100; port += 1) people.hear(sighting('blue-otter-42', { addresses: [{ host: '192.0.2.66', port }] }));
    const addresses = people.find(people.list()[0]?.nearbyId ?? '')?.addresses ?? [];
    expect([addresses.length, addresses[0]]).toEqual([4, real.addresses[0]]);
  });
});

describe('public words', () => {
  test('two times 64 words and 95 numbers, all well-formed, none of them twice', () => {
    const { colours, animals } = nearbyWords;
    expect([new Set(colours).size, new Set(animals).size]).toEqual([64, 64]);
    for (const colour of colours) for (const animal of animals) expect(nearbyName.safeParse(`${colour}-${animal}-00`).success).toBe(true);
  });

  test('every byte of the generator gives well-formed words, and all come up', () => {
    const seen = [new Set<string>(), new Set<string>(), new Set<string>()];
    for (let round = 0; round < 4_000; round += 1) {
      const name = randomNearbyName(kernelRandom);
      expect(nearbyName.safeParse(name).success).toBe(true);
      for (const [at, part] of name.split('-').entries()) seen[at]?.add(part);
    }
    expect(seen.map(({ size }) => size)).toEqual([64, 64, 95]);
    for (const byte of [0, 63, 64, 189]) expect(nearbyName.safeParse(randomNearbyName({ bytes: (length) => new Uint8Array(length).fill(byte) })).success).toBe(true);
  });
});

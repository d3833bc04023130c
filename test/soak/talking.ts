import { judge, type Verdict, warmUp } from './flat';
import { hold } from './gauge';
import type { SoakDevice } from './device';
import type { Town } from './town';

const points = 16;
const atOnce = 25;
/** Less than the least object with one field and its place in a list: bytes. */
const perMessage = 32;

export interface Talk {
  readonly people: readonly [number, number];
  readonly title: string;
}

export interface Talked {
  readonly verdict: Verdict;
  readonly values: readonly number[];
  /** Messages behind the first points that count, once for each device that has them. */
  readonly heard: number;
  /** By the slope, bytes. */
  readonly perMessage: number;
}

/**
 * Two people write to each other and do nothing else, so many messages to a point: what is kept for each message, at each device that has it, shows here, however small it is beside all
 * that a week brings. Lists of messages that have an end are short in a soak (scripts/soak.mjs) and full by then.
 */
export async function talk(town: Town, talks: readonly Talk[], each: number): Promise<Talked> {
  const { devices, ids } = await chosen(town, talks);
  const values: number[] = [];
  for (let point = 1; point <= points; point += 1) {
    const last = new Map<SoakDevice, string>();
    for (let n = 0; n < each; n += atOnce) {
      const sent: unknown[] = [];
      for (let more = n; more < Math.min(n + atOnce, each); more += 1) {
        const device = town.pick(devices);
        const text = `${device.name} ${point} ${more} says something of the usual length`;
        sent.push(device.calls.messages.send({ conversationId: ids.get(device) ?? '', text }));
        last.set(device, text);
      }
      await town.during(Promise.all(sent));
      await town.pass(1_000);
    }
    await town.must('what two said is with both', async () => {
      for (const device of devices) {
        const shown = await town.during(Promise.resolve(device.calls.messages.list({ conversationId: ids.get(device) ?? '', limit: 200 })));
        if (![...last.values()].every((text) => shown.some((message) => message.text === text))) return false;
        if (shown.some(({ direction, state }) => direction === 'out' && (state === 'queued' || state === 'sent'))) return false;
      }
      return true;
    });
    await town.pass(60_000);
    values.push((await hold(town.timers)).heap);
  }
  const heard = each * devices.length * (points - warmUp(points) - 1);
  const verdict = judge({ what: 'talk', unit: 'bytes', allowance: heard * perMessage, values });
  return { verdict, values, heard, perMessage: verdict.growth / heard };
}

/** Of the conversations that are open at all devices of both, one between as many as possible. */
async function chosen(town: Town, talks: readonly Talk[]): Promise<{ readonly devices: readonly SoakDevice[]; readonly ids: ReadonlyMap<SoakDevice, string> }> {
  let best: { readonly devices: readonly SoakDevice[]; readonly ids: ReadonlyMap<SoakDevice, string> } | undefined;
  for (const { people, title } of talks) {
    const devices = people.flatMap((person) => town.of(person));
    const ids = new Map<SoakDevice, string>();
    for (const device of devices) {
      const found = (await town.during(Promise.resolve(device.calls.conversations.list(undefined)))).find((one) => one.title === title && one.state === 'open');
      if (found) ids.set(device, found.conversationId);
    }
    if (ids.size === devices.length && devices.length > (best?.devices.length ?? 1)) best = { devices, ids };
  }
  if (best === undefined) throw new Error('nobody is left who could talk');
  return best;
}

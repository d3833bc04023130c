// `npm run soak`: see scripts/soak.mjs.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeHeapSnapshot } from 'node:v8';
import { HostedNode, whyNoNode } from '../support/hosted-node';
import { Apart } from './apart';
import { manyContacts } from './contacts';
import { judge, type Series, warmUp } from './flat';
import { type Held, hold, seriesOf } from './gauge';
import { talk } from './talking';
import { Week } from './week';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const day = 86_400_000;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { days: { type: 'string', default: '7' }, people: { type: 'string', default: '4' }, seed: { type: 'string' }, seconds: { type: 'string' }, points: { type: 'string', default: '28' }, deeds: { type: 'string', default: '25' }, leak: { type: 'boolean', default: false }, contacts: { type: 'string' }, snapshots: { type: 'string' }, mailbox: { type: 'boolean', default: false }, talk: { type: 'string' } } });
  if (values.contacts !== undefined) return contacts(Number(values.contacts));
  const seed = values.seed === undefined ? Date.now() % 0x1_0000_0000 : Number(values.seed);
  const [days, people, points, deeds] = [values.days, values.people, values.points, values.deeds].map(Number) as [number, number, number, number];
  const ends = values.seconds === undefined ? Infinity : performance.now() + Number(values.seconds) * 1000;
  if (values.snapshots !== undefined) mkdirSync(values.snapshots, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), 'keyshift-soak-'));
  const before = loadavg()[0] ?? 0;
  const began = performance.now();
  if (values.mailbox && whyNoNode() !== undefined) throw new Error(`a soak with a mailbox: ${whyNoNode()}`);
  const host = values.mailbox ? await HostedNode.start(folder) : undefined;
  const week = new Week(join(folder, 'town'), seed, people, host);
  const apart = host && new Apart(folder, seed, host);
  const { town, ledger } = week;
  try {
    await week.begin();
    await apart?.begin();
    const held: Held[] = [];
    const started = town.clock.passed;
    for (let point = 1; point <= points && performance.now() < ends; point += 1) {
      for (let deed = 0; deed < deeds; deed += 1) await week.something((days * day) / points / deeds / 4);
      await week.allWell();
      // One of the two comes, and the next time the other.
      await apart?.shift();
      // The rest of the span is a night: nobody does anything.
      await town.pass(Math.max(60_000, started + (point * days * day) / points - town.clock.passed));
      held.push(await hold(town.timers));
      if (values.snapshots !== undefined && (point === warmUp(points) + 1 || point === points || performance.now() >= ends)) writeHeapSnapshot(join(values.snapshots, `point-${point}.heapsnapshot`));
    }
    const passed = (town.clock.passed - started) / day;
    const wrong = [...(await week.judge()), ...((await apart?.judge()) ?? [])];
    const series = seriesOf(held, town.standing.length);
    const flat = held.length >= 8;
    if (flat) wrong.push(...tell(series));
    else say(`Nothing said of memory: ${held.length} points are too few.`);
    if (values.talk !== undefined) wrong.push(...(await talks(week, Number(values.talk))));
    if (values.leak) wrong.push(...(await leaks(week, series)));
    await apart?.end();
    const { gone, found } = await week.end();
    wrong.push(...found.map((what) => `not erased: ${what}`));
    const devices = town.devices.length;
    say(`${people} people, ${devices} devices, ${passed.toFixed(1)} days in ${((performance.now() - began) / 1000).toFixed(0)} s, load ${before.toFixed(1)} to ${(loadavg()[0] ?? 0).toFixed(1)}`);
    say([...ledger.counts].map(([kind, count]) => `${kind} ${count}`).join(', '));
    say(`${ledger.said.length} messages said, ${week.files.count} files, compared by hash; erased and looked for: ${gone}`);
    if (apart !== undefined && week.mailbox !== undefined) {
      say(`with a mailbox: ${week.mailbox.handovers} sessions went on at another device, ${apart.ledger.said.length} messages between two who never were there together`);
      if (week.mailbox.handovers === 0 && flat) wrong.push('no session went on at another device: of that nothing is proven');
    }
    const complaints = new Map<string, number>();
    for (const device of [...town.devices, ...(apart?.town.devices ?? [])]) for (const [name, count] of device.complaints) complaints.set(name, (complaints.get(name) ?? 0) + count);
    say(`logged: ${[...complaints].map(([name, count]) => `${name} ${count}`).join(', ') || 'nothing'}`);
    if (complaints.has('dialog.rolled-back digest')) wrong.push('a device took itself for a copy');
    for (const line of wrong.slice(0, 40)) say(`WRONG ${line}`);
    say(`seed ${seed}: lost ${wrong.length === 0 ? 'nothing' : `or wrong: ${wrong.length}`}`);
    return wrong.length === 0 ? 0 : 1;
  } catch (error) {
    say(`WRONG ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    if (error instanceof Error && error.cause instanceof Error) say(error.cause.stack ?? '');
    for (const line of week.recent) say(`      ${line}`);
    say(`seed ${seed}: ended early`);
    return 1;
  } finally {
    host?.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function contacts(count: number): Promise<number> {
  const wrong = await manyContacts(count, say);
  for (const line of wrong.slice(0, 40)) say(`WRONG ${line}`);
  return wrong.length === 0 ? 0 : 1;
}

function tell(series: readonly Series[]): string[] {
  return series.flatMap((one) => {
    const { flat, first, last, growth, chance } = judge(one);
    const shown = (value: number): string => (one.unit === 'bytes' ? `${(value / 1_048_576).toFixed(1)} MiB` : value.toFixed(0));
    const line = `${one.what.padEnd(12)} ${shown(first).padStart(10)} → ${shown(last).padStart(10)}, growth ${shown(growth)} of ${shown(one.allowance)} allowed, by chance ${chance.toFixed(3)}`;
    say(`${flat ? 'flat ' : 'GROWS'} ${line}`);
    // Whoever looks for the reason sees whether it levels off.
    if (!flat) say(`      ${one.values.map(shown).join(', ')}`);
    return flat ? [] : [`grows: ${line}`];
  });
}

async function talks({ town, talks: open }: Week, each: number): Promise<string[]> {
  const { verdict, values, heard, perMessage } = await talk(town, open, each);
  const line = `two who only write: ${perMessage.toFixed(0)} bytes left by each of ${heard} messages at a device, by chance ${verdict.chance.toFixed(3)}`;
  say(`${verdict.flat ? 'flat ' : 'GROWS'} ${line}`);
  if (!verdict.flat) say(`      ${values.map((value) => `${(value / 1_048_576).toFixed(2)} MiB`).join(', ')}`);
  return verdict.flat ? [] : [`grows: ${line}`];
}

/** Goes on while something is kept that nobody needs: whoever would not notice that would notice nothing. */
async function leaks({ town }: Week, series: readonly Series[]): Promise<string[]> {
  const kept: unknown[] = [];
  const held: Held[] = [];
  for (let point = 0; point < 12; point += 1) {
    const share = (series[0]?.allowance ?? 0) / 4;
    kept.push(Array.from({ length: Math.ceil(share / 1024) }, (_, at) => `${at} ${'x'.repeat(1000)}`.split('').join('')));
    for (const device of town.standing) for (let n = 0; n < 2; n += 1) kept.push(device.clock.setTimer(1e12, () => undefined));
    await town.pass(60_000);
    held.push(await hold(town.timers));
  }
  const noticed = seriesOf(held, town.standing.length).map(judge);
  const missed = ['heap', 'timers'].filter((what) => noticed.find((each) => each.what === what)?.flat !== false);
  say(`a leak that was switched on: ${missed.length === 0 ? 'noticed' : `not noticed in ${missed.join(', ')}`}`);
  return kept.length > 0 && missed.length === 0 ? [] : [`a leak was not noticed in ${missed.join(', ')}`];
}

void main().then((code) => process.exit(code));

import type { MeterCounts } from '../../shared/model/diagnostics';
import { isProven } from '../../electron/engine/session/resume-listener';
import { readShownM1 } from '../../electron/engine/session/shown-m1';
import { openShared, sealShared } from '../../electron/engine/sharing/session-state';
import { sealHint } from '../../electron/engine/sharing/owner-hint';
import { sharingKey } from '../../electron/engine/sharing/sharing-keys';
import { dialFrom, entryOf, keep, type Keeper, keeperOf, listenAt, meetOnce, runBoth } from '../support/resume-kit';
import { dialler, newDevices, newParty, targetOf, verifiedChainOf } from '../support/session-kit';
import { createResumptionMemory } from './resumption-memory';
import { interleaved, ratio } from './measure';
import { type Report, spread } from './report';

/** What was computed for one, by each side: `own` contact, holder and taker, `anchor` contact and taker. */
type Spent = (what: 'own' | 'anchor', counts: MeterCounts[]) => void;

/**
 * A session that goes on at another device, all three sides in one thread and without sockets: the contact's M1, what the holder checks, seals and
 * forgets, what the taker opens, checks and keeps, and the handshake on it; against the full handshake of the same two, chains
 * verified before. Entries are in memory; a round trip between the own devices, twice, comes on top.
 */
export async function handoverCase(runtime: string, rounds: number, count = 50, spent: Spent = () => undefined): Promise<Omit<Report, 'load'>> {
  const [carolParty, [deskParty, laptopParty]] = await Promise.all([newParty('Carol'), newDevices('Ada')]);
  const { crypto } = deskParty;
  const [person, pair] = [sharingKey(crypto, crypto.random(32), 2), sharingKey(crypto, crypto.random(32), 2)];
  const keeper = (party: typeof carolParty, contacts: (typeof carolParty)[]): Keeper => keeperOf(party, contacts, createResumptionMemory());
  const [carol, desk, laptop] = [keeper(carolParty, [deskParty]), keeper(deskParty, [carolParty]), keeper(laptopParty, [carolParty])];
  const device = verifiedChainOf(laptopParty);

  const reset = (): void => [carolParty, deskParty, laptopParty].forEach((party) => party.crypto.meter.reset());
  const prepare = (): void => {
    for (const { store } of [carol, desk, laptop]) store.removeAll();
    meetOnce(carol, desk);
    const { keyId } = entryOf(carol, deskParty);
    carol.resumptions.hinted(keyId, sealHint(crypto, person, keyId, deskParty.local.instanceId));
  };
  const once = (): number => {
    prepare();
    reset();
    const started = performance.now();
    const leases = carol.resumptions.desk();
    const from = { desk: leases, side: dialler(carolParty, { ...targetOf(laptopParty), instanceId: laptopParty.local.instanceId, device }, carol.contacts, { resumption: leases }) };
    const shown = readShownM1(from.side.out[0] ?? new Uint8Array());
    const entry = shown && desk.resumptions.toLend(shown.message.keyId);
    if (!shown || !entry) throw new Error('there is nothing to hand over');
    const secret = crypto.secret('resumption', entry.secret.slice());
    if (!isProven(crypto, secret, shown.message, shown.frame, laptopParty.local.instance.credential.hash)) throw new Error('it is not proven');
    secret.wipe();
    const state = openShared(laptopParty.crypto, entry.keyId, sealShared(crypto, entry, [pair]), [pair]);
    if (!state) throw new Error('it does not open');
    desk.store.remove(entry.keyId);
    laptop.resumptions.takeOver(state, laptopParty.local);
    const to = listenAt(laptop);
    runBoth(from, to);
    keep(carol, from.side.opened);
    keep(laptop, to.side.opened);
    const took = performance.now() - started;
    if (!from.side.opened.resumes) throw new Error('it was a full handshake');
    spent('own', [carolParty, deskParty, laptopParty].map((party) => party.crypto.meter.read()));
    return took;
  };
  const full = (): number => {
    carol.store.removeAll();
    reset();
    const started = performance.now();
    const [from, to] = [dialFrom(carol, laptopParty), listenAt(laptop)];
    runBoth(from, to);
    keep(carol, from.side.opened);
    keep(laptop, to.side.opened);
    const took = performance.now() - started;
    spent('anchor', [carolParty, laptopParty].map((party) => party.crypto.meter.read()));
    return took;
  };
  const times = (run: () => number) => (n: number): number => Array.from({ length: n }, run).reduce((sum, one) => sum + one, 0);
  const [own = [], anchor = []] = await interleaved([{ name: 'hand-over', count, run: times(once) }, { name: 'full handshake', count, run: times(full) }], rounds);
  const row = { work: 'hand-over, without sockets', part: 'entries in memory', own: spread(own), anchor: spread(anchor), ratio: ratio(anchor, own) };
  return { runtime, work: 'a session that goes on at another device', rounds, against: 'the full handshake', unit: 'µs', rows: [row] };
}

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startListening } from '../../../electron/compose/listening';
import type { Address, Listener, Transport } from '../../../electron/engine/ports';
import { createTcpTransport } from '../../../electron/network/tcp-transport';
import type { Preferences } from '../../../electron/services/ports';
import { KeyshiftError } from '../../../shared/errors';
import { defaultSettings } from '../../../shared/model/settings';
import { recordingLogger } from '../../support/session-kit';

/** The port that people's cards carry, and what becomes of it when another program has it. Real sockets on loopback. */
describe('the port to listen on', () => {
  const tcp = createTcpTransport();
  /** This machine has IPv4 only: what a socket says of `::` then. */
  let withoutIpv6 = false;
  const transport: Transport = {
    ...tcp,
    listen: (at, onLink) => (withoutIpv6 && at.host === '::' ? Promise.reject(new KeyshiftError('input.invalid', 'cannot listen there')) : tcp.listen(at, onLink)),
  };
  const open: Listener[] = [];
  let kept: Preferences;
  beforeEach(() => {
    kept = { settings: defaultSettings };
    withoutIpv6 = false;
  });
  afterEach(async () => {
    for (const listener of open.splice(0)) await listener.close();
  });

  const preferences = { get: () => kept, set: (change: Partial<Preferences>) => void (kept = { ...kept, ...change }) };
  const start = async (wanted?: Address) => {
    const { listener, moved } = await startListening({ transport, wanted, preferences, logger: recordingLogger() }, () => undefined);
    open.push(listener);
    return { listener, moved, port: listener.address.port };
  };
  const stop = async ({ listener }: { listener: Listener }) => {
    await listener.close();
  };
  const occupy = async (port: number) => {
    const listener = await transport.listen({ host: '127.0.0.1', port }, () => undefined);
    open.push(listener);
    return { listener, port: listener.address.port };
  };

  test('the first is remembered and taken again', async () => {
    const first = await start({ host: '127.0.0.1', port: 0 });
    expect([kept.listen, first.moved]).toEqual([{ host: '127.0.0.1', port: first.port }, undefined]);
    await stop(first);
    const again = await start();
    expect([again.port, again.moved]).toEqual([first.port, undefined]);
  });

  test('taken once: another is used and said, and the next start is back on the one people know', async () => {
    const program = await occupy(0);
    kept = { ...kept, listen: { host: '127.0.0.1', port: program.port } };
    const moved = await start();
    expect(moved.port).not.toBe(program.port);
    expect(moved.moved).toEqual({ from: program.port, to: moved.port });
    expect([kept.listen?.port, kept.listenMeanwhile]).toEqual([program.port, moved.port]);
    await stop(moved);
    await stop(program);
    const back = await start();
    expect([back.port, back.moved, kept.listen?.port, kept.listenMeanwhile]).toEqual([program.port, undefined, program.port, undefined]);
  });

  test('taken at two starts in a row: the port used meanwhile, which cards carry by then, takes its place', async () => {
    const program = await occupy(0);
    kept = { ...kept, listen: { host: '127.0.0.1', port: program.port } };
    const first = await start();
    // Only loopback is used in this test from here on.
    kept = { ...kept, listen: { host: '127.0.0.1', port: program.port } };
    await stop(first);
    const second = await start();
    expect([second.port, second.moved]).toEqual([first.port, { from: program.port, to: first.port }]);
    expect([kept.listen?.port, kept.listenMeanwhile]).toEqual([first.port, undefined]);
    await stop(second);
    await stop(program);
    const third = await start();
    expect([third.port, third.moved]).toEqual([first.port, undefined]);
  });

  test('both taken: a third one, which is then what is tried beside the remembered', async () => {
    const [program, other] = [await occupy(0), await occupy(0)];
    kept = { ...kept, listen: { host: '127.0.0.1', port: program.port }, listenMeanwhile: other.port };
    const third = await start();
    expect([program.port, other.port]).not.toContain(third.port);
    expect([kept.listen?.port, kept.listenMeanwhile, third.moved]).toEqual([program.port, third.port, { from: program.port, to: third.port }]);
  });

  test('IPv6 was switched off meanwhile: the port that people know is kept over IPv4, and IPv6 comes back with it', async () => {
    const first = await start({ host: '127.0.0.1', port: 0 });
    kept = { ...kept, listen: { host: '::', port: first.port } };
    await stop(first);
    withoutIpv6 = true;
    const second = await start();
    expect([second.port, second.moved, second.listener.address.host]).toEqual([first.port, undefined, '0.0.0.0']);
    expect([kept.listen, kept.listenMeanwhile]).toEqual([{ host: '::', port: first.port }, undefined]);
  });

  test('a given address is binding: taken is an error, and nothing is remembered', async () => {
    const program = await occupy(0);
    await expect(start({ host: '127.0.0.1', port: program.port })).rejects.toMatchObject({ code: 'port.in-use' });
    expect(kept).toEqual({ settings: defaultSettings });
  });
});

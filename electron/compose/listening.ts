import { KeyshiftError } from '../../shared/errors';
import type { NetworkStatus } from '../../shared/model/network';
import type { Address, Link, Listener, Logger, Transport } from '../engine/ports';
import type { Preferences, PreferencesStore } from '../services/ports';

export interface ListeningParts {
  readonly transport: Transport;
  /** Binding when given; absent: the remembered address, else any free port on every interface. */
  readonly wanted: Address | undefined;
  readonly preferences: PreferencesStore;
  readonly logger: Logger;
}

export interface Listening {
  readonly listener: Listener;
  /** Another program had the remembered port. */
  readonly moved?: NonNullable<NetworkStatus['moved']>;
}

/**
 * Opens the port to listen on. Cards and links that people hold carry the remembered port, so a taken one is gone back to:
 * the port used meanwhile takes its place only when the remembered one was taken at two starts in a row. Errors: `port.in-use`,
 * `input.invalid`.
 */
export async function startListening({ transport, wanted, preferences, logger }: ListeningParts, onLink: (link: Link) => void): Promise<Listening> {
  const { listen: remembered, listenMeanwhile } = preferences.get();
  let failure: unknown;
  for (const candidate of wanted === undefined ? usual(remembered, listenMeanwhile) : [wanted]) {
    try {
      const listener = await (wanted === undefined ? listenAt(transport, candidate, onLink) : transport.listen(candidate, onLink));
      const { port } = listener.address;
      const moved = wanted === undefined && remembered !== undefined && remembered.port !== port ? { from: remembered.port, to: port } : undefined;
      const change = moved === undefined || listenMeanwhile === port ? { listen: { host: candidate.host, port }, listenMeanwhile: undefined } : { listenMeanwhile: port };
      remember(preferences, logger, change);
      return { listener, ...(moved === undefined ? {} : { moved }) };
    } catch (error) {
      failure = error;
      logger.warn('listen.failed', { port: candidate.port });
    }
  }
  if (failure instanceof KeyshiftError) throw failure;
  throw new KeyshiftError('port.in-use', 'No port could be opened to listen on.');
}

function usual(remembered: Address | undefined, meanwhile: number | undefined): Address[] {
  return [
    ...(remembered === undefined ? [] : [remembered]),
    ...(remembered === undefined || meanwhile === undefined ? [] : [{ host: remembered.host, port: meanwhile }]),
    { host: '::', port: 0 },
    { host: '0.0.0.0', port: 0 },
  ];
}

/** A machine that has lost IPv6 since keeps the port over IPv4. Not a taken one: some systems would let two programs share it so. */
async function listenAt(transport: Transport, at: Address, onLink: (link: Link) => void): Promise<Listener> {
  try {
    return await transport.listen(at, onLink);
  } catch (error) {
    if (at.host !== '::' || at.port === 0 || (error instanceof KeyshiftError && error.code === 'port.in-use')) throw error;
    return transport.listen({ host: '0.0.0.0', port: at.port }, onLink);
  }
}

/** A disk that takes no preferences now is no reason not to start, nor to leave a bound port behind for another. */
function remember(preferences: PreferencesStore, logger: Logger, change: Pick<Preferences, 'listen' | 'listenMeanwhile'>): void {
  const before = preferences.get();
  const same = (change.listen === undefined || (before.listen?.host === change.listen.host && before.listen.port === change.listen.port)) && before.listenMeanwhile === change.listenMeanwhile;
  if (same) return;
  try {
    preferences.set(change);
  } catch {
    logger.warn('listen.not-remembered');
  }
}

import type { LanAnnouncement, LanDiscovery, LanSighting } from '../../electron/services/ports';

interface Ear {
  readonly who: symbol;
  readonly kind: LanAnnouncement['kind'];
  readonly hear: (sighting: LanSighting) => void;
}

interface Voice {
  readonly who: symbol;
  readonly host: string;
  readonly what: LanAnnouncement;
}

interface Use {
  /** Begins or fails, as the network is now. */
  follow(): void;
}

export interface MemoryLan {
  /** A device with this address on the network. */
  join(host: string): LanDiscovery;
  /** No device can use the network from now on, or all can again; those that use it are told. */
  break(broken: boolean): void;
  /** Anybody says anything, under any address. */
  forge(sighting: LanSighting): void;
  /** What is announced now. */
  readonly announced: readonly LanAnnouncement[];
  /** Everything that was ever announced, oldest first. */
  readonly history: readonly LanAnnouncement[];
}

/** A local network in memory behind the `LanDiscovery` port: the same rules as mDNS, no packets. */
export function createMemoryLan(): MemoryLan {
  const ears = new Set<Ear>();
  const voices = new Set<Voice>();
  const uses = new Set<Use>();
  const history: LanAnnouncement[] = [];
  let broken = false;

  const sightingOf = ({ host, what }: Voice, gone: boolean): LanSighting => ({
    kind: what.kind,
    name: what.name.toLowerCase(),
    gone,
    addresses: [{ host, port: what.port }],
    facts: what.facts,
  });
  const tell = (voice: Voice, gone: boolean): void => {
    for (const ear of ears) if (ear.kind === voice.what.kind && ear.who !== voice.who) ear.hear(sightingOf(voice, gone));
  };

  /** `begin` in a later turn, as packets need one; nothing happens once it was ended. */
  const use = (begin: () => () => void, onFailed: () => void): (() => void) => {
    let end: (() => void) | undefined;
    const one: Use = {
      follow() {
        if (broken) {
          end?.();
          end = undefined;
          onFailed();
        } else end ??= begin();
      },
    };
    uses.add(one);
    setImmediate(() => {
      if (uses.has(one)) one.follow();
    });
    return () => {
      uses.delete(one);
      end?.();
      end = undefined;
    };
  };

  return {
    join(host) {
      const who = Symbol(host);
      return {
        announce: (what, onFailed) =>
          use(() => {
            const voice: Voice = { who, host, what };
            voices.add(voice);
            history.push(what);
            tell(voice, false);
            return () => {
              if (voices.delete(voice)) tell(voice, true);
            };
          }, onFailed),
        browse: (kind, hear, onFailed) =>
          use(() => {
            const ear: Ear = { who, kind, hear };
            ears.add(ear);
            for (const voice of voices) if (voice.who !== who && voice.what.kind === kind) hear(sightingOf(voice, false));
            return () => void ears.delete(ear);
          }, onFailed),
      };
    },
    break(isBroken) {
      broken = isBroken;
      for (const use of Array.from(uses)) use.follow(); // who fails may begin again at once
    },
    forge(sighting) {
      for (const ear of ears) if (ear.kind === sighting.kind) ear.hear(sighting);
    },
    get announced() {
      return [...voices].map(({ what }) => what);
    },
    history,
  };
}

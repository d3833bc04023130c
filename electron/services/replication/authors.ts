import type { LocalParty } from '../../engine/certificates/local-party';
import type { InstanceId } from '../../engine/ids';
import { Reader } from '../../engine/wire/reader';
import { WireError } from '../../engine/wire/wire-error';
import { Writer } from '../../engine/wire/writer';
import type { ReplicaStore } from '../ports/replica';
import { instanceOf } from './kinds/values';
import type { Fact, FactKind } from './replica';

const kind = 'stopped';

/** How far a stopped device had been heard by who says so, and the version of the list it was found stopped under. */
interface Told {
  readonly number: number;
  readonly version: number;
}

export interface AuthorsParts {
  readonly local: Pick<LocalParty, 'instanceId' | 'list' | 'suspended'>;
  readonly store: ReplicaStore;
  readonly say: (kind: string, key: string, value: Uint8Array) => void;
  /** More of somebody may be heard than before; inside of a transaction. */
  readonly onRaised: () => void;
}

/**
 * Whose facts are heard, and up to which (protocol.md §10). Whoever finds that another own device was stopped says how far it had heard that one:
 * what anybody that counts had heard by then stays and is passed on, what the stopped one says afterwards is nothing.
 */
export class Authors {
  readonly #parts: AuthorsParts;

  constructor(parts: AuthorsParts) {
    this.#parts = parts;
  }

  /** The highest number of this author that may be heard; undefined for one that is on no list. */
  limitOf(author: InstanceId): number | undefined {
    const { store } = this.#parts;
    const state = this.#stateOf(author);
    if (state === undefined) return undefined;
    if (state === 'active') return Infinity;
    return Math.max(store.heard().get(author) ?? 0, ...store.of(kind, author).map(({ value }) => parse(value).number));
  }

  /** Says how far those that do not count any more were heard, and takes it back where one counts again. In the caller's transaction. */
  testify(): void {
    const { local, store, say } = this.#parts;
    for (const [author, number] of store.heard()) {
      if (author === local.instanceId) continue;
      const state = this.#stateOf(author);
      const said = store.of(kind, author).find((each) => each.author === local.instanceId);
      if (state === 'active' && said) store.remove(said);
      else if (state === 'stopped' && !said && number > 0) say(kind, author, new Writer(12).u64(number).u32(local.list.version).finish());
    }
  }

  /**
   * Forgets what was heard before facts were signed, or what this device said while it was another one: others say it again, signed, and what this
   * device has of it in its tables it says itself when the log is written anew. Gives whether there was anything. In the caller's transaction.
   */
  forgetUnsigned(kinds: readonly FactKind[]): boolean {
    const { local, store } = this.#parts;
    const unsigned = [...store.heard().keys()].filter((author) => author !== local.instanceId && store.signingKey(author) === undefined);
    // What stands side by side counts here until its author says it again: a block must not be lifted in between.
    const kept = kinds.filter(({ merges, read }) => merges && !read).map((each) => each.kind);
    for (const author of unsigned) store.forgetAuthor(author, kept);
    return unsigned.length > 0;
  }

  kind(): FactKind {
    return { kind, rank: 1, merges: true, apply: (fact) => this.#apply(fact), all: () => [] };
  }

  /** Who said a number stays with it, for as long as that device is stopped. */
  #apply({ author, key, value }: Fact): boolean {
    const { local, store, onRaised } = this.#parts;
    instanceOf(key);
    const told = parse(value);
    if (told.version > local.list.version) return false;
    const before = store.of(kind, key).find((each) => each.author === author);
    const earlier = before && parse(before.value);
    if (earlier && told.version <= earlier.version && told.number !== earlier.number) throw new WireError('another number than before');
    onRaised();
    return true;
  }

  #stateOf(author: InstanceId): 'active' | 'stopped' | undefined {
    const { list, suspended } = this.#parts.local;
    const listed = list.instances.find(({ instanceId }) => instanceId === author);
    if (listed === undefined) return undefined;
    return listed.state === 'active' && !suspended.has(author) ? 'active' : 'stopped';
  }
}

function parse(value: Uint8Array | undefined): Told {
  const reader = new Reader(value ?? new Uint8Array(12));
  const told = { number: reader.u64(), version: reader.u32() };
  reader.end();
  return told;
}

import type { PeerId } from '../../../engine/ids';
import { fromHex, toHex } from '../../../engine/wire/encoding';
import { WireError } from '../../../engine/wire/wire-error';
import { Writer } from '../../../engine/wire/writer';
import { newHandle } from '../../local-handle';
import type { ContactRow } from '../../ports';
import type { FactKind } from '../replica';
import { type KindParts, tellContact } from './kind-parts';
import { parsePeerKey, readWhole } from './values';

/** Blocks and lifts of one person that one device ever made. */
const most = 1_000;

/** Names: 16 random bytes, hex. */
interface Said {
  readonly blocks: readonly string[];
  readonly lifts: readonly string[];
}

function encode({ blocks, lifts }: Said): Uint8Array {
  const writer = new Writer();
  for (const names of [blocks, lifts]) {
    writer.u16(names.length);
    for (const name of names) writer.fixed(fromHex(name));
  }
  return writer.finish();
}

function parse(value: Uint8Array): Said {
  return readWhole(value, (reader) => {
    const names = (): string[] => {
      const count = reader.u16();
      if (count > most) throw new WireError('blocked too often');
      return Array.from({ length: count }, () => toHex(reader.fixed(16)));
    };
    return { blocks: names(), lifts: names() };
  });
}

type BlockParts = Pick<KindParts, 'stores' | 'local' | 'random'>;

/**
 * Who is blocked. Each block has a name of its own, and a lift names the blocks it lifts: one made elsewhere at the same time stands (S4-32).
 * Each device says all of its own blocks and lifts.
 */
export function blockKind(parts: KindParts): FactKind {
  const { stores, profile, onBlocked } = parts;
  return {
    kind: 'block',
    rank: 11,
    merges: true,
    apply({ key, author, value }) {
      const peerId = parsePeerKey(key);
      const said = parse(value);
      const contact = stores.contacts.byPeer(peerId);
      if (contact === undefined) return false;
      const blocked = standing([...saidOf(parts, peerId).filter((each) => each.author !== author), said]).length > 0;
      if (contact.blocked === blocked) return true;
      stores.contacts.put({ ...contact, blocked });
      profile.book.setBlocked(peerId, blocked);
      profile.ways.blockChanged(peerId, blocked);
      if (blocked) {
        profile.engine.block(peerId);
        profile.quarantine.drop(peerId);
      }
      tellContact(parts, peerId);
      onBlocked(peerId, blocked);
      return true;
    },
    *all() {
      for (const contact of stores.contacts.list()) {
        const said = blockChanged(parts, contact);
        if (said) yield { key: contact.peerId, value: said };
      }
    },
  };
}

/** What to say so that everybody has it as it stands in this row; undefined where that is what everybody knows. */
export function blockChanged(parts: BlockParts, { peerId, blocked }: Pick<ContactRow, 'peerId' | 'blocked'>): Uint8Array | undefined {
  // A block that waits for its person is not in this row yet: no row lifts it.
  const all = saidOf(parts, peerId).filter(({ waiting }) => !waiting);
  const stand = standing(all);
  if (blocked === stand.length > 0) return undefined;
  const own = all.find(({ author }) => author === parts.local.instanceId) ?? { blocks: [], lifts: [] };
  return encode(blocked ? { blocks: [...own.blocks, newHandle(parts.random)].slice(-most), lifts: own.lifts } : { blocks: own.blocks, lifts: [...own.lifts, ...stand].slice(-most) });
}

function saidOf({ stores }: Pick<BlockParts, 'stores'>, peerId: PeerId) {
  return stores.replica.of('block', peerId).flatMap((fact) => (fact.value === undefined ? [] : [{ author: fact.author, waiting: fact.waiting, ...parse(fact.value) }]));
}

/** Blocks that no lift names. */
function standing(said: readonly Said[]): readonly string[] {
  const lifted = new Set(said.flatMap(({ lifts }) => lifts));
  return said.flatMap(({ blocks }) => blocks).filter((name) => !lifted.has(name));
}

import type { Text } from '../../i18n/use-text';
import { folded } from '../../ui/folded';
import { settingsIndex, type SettingsEntry } from './settings-index';

/** The places whose words have every word of the query, in the reader's language; whose label begins so come first. */
export function findSettings(query: string, text: Text): readonly SettingsEntry[] {
  const wanted = folded(query).split(/[\s,.;:/+-]+/u).filter((word) => word !== '');
  if (wanted.length === 0) return [];
  const hits = settingsIndex.flatMap((entry) => {
    const label = folded(text(entry.label));
    const rest = [`settings.tab.${entry.page}` as const, ...entry.hints, ...entry.also, ...(entry.words === undefined ? [] : [entry.words])];
    const all = `${label} ${rest.map((id) => folded(text(id))).join(' ')}`;
    if (!wanted.every((word) => all.includes(word))) return [];
    const [first = ''] = wanted;
    return [{ entry, rank: label.startsWith(first) ? 0 : label.includes(first) ? 1 : 2 }];
  });
  return hits.sort((one, other) => one.rank - other.rank).map(({ entry }) => entry);
}

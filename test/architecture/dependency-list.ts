/** A package as package.json pins it, with the licence its own manifest names. */
export interface Pinned {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
}

/** What the tables of a document (packages, why, licence) do not say, or say otherwise, of what is pinned. A version stands behind the last of its packages. */
export function unlistedPackages(text: string, pinned: readonly Pinned[]): string[] {
  const rows = text.split('\n').filter((line) => line.startsWith('| `'));
  return pinned.flatMap(({ name, version, licence }) => {
    const row = rows.find((line) => line.includes(`\`${name}\``));
    if (row === undefined) return [`${name} is not there`];
    const [said] = /\d+\.\d+\.\d+/.exec(row.slice(row.indexOf(`\`${name}\``))) ?? [];
    const licences = row.split(' | ').at(-1) ?? '';
    return [
      ...(said === version ? [] : [`${name} is ${version}, and not ${said ?? 'without a version'}`]),
      ...(licences.includes(licence.replaceAll(/[()]/g, '')) ? [] : [`${name} is under ${licence}`]),
    ];
  });
}

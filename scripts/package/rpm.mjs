// A package for Fedora, openSUSE and their kin from a tree, with the system's rpmbuild: owned by root, the same bytes for the same sources.
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { run } from '../lib/process.mjs';
import { PlainError } from '../lib/say.mjs';

const TEN_MINUTES = 600_000;

/** rpmbuild's words for how to compress. */
const PAYLOADS = { xz: 'xzdio', zstd: 'zstdio' };

/** What rpmbuild would do by itself to what is packed, or write into it of this machine. */
const AS_IT_IS = ['__os_install_post %{nil}', 'debug_package %{nil}', '_build_id_links none', '_buildhost localhost', 'use_source_date_epoch_as_buildtime 1', 'clamp_mtime_to_source_date_epoch 1', 'source_date_epoch_from_changelog 0'];

/**
 * @param {{ tree: string, own: string, file: string, architecture: string, fields: Record<string, string | undefined>, requires: string[], description: string, scripts: Record<string, string>, compression: string, time: number }} options
 *   tree: what is installed, from / on; it is gone afterwards. own: the folder below it that is the package's alone. fields: of the spec file, in their
 *   order. scripts: post and the like, by name. compression: as xz:6 or zstd:1. time: seconds since 1970, the latest a file may carry
 */
export async function makeRpm({ tree, own, file, architecture, fields, requires, description, scripts, compression, time }) {
  const work = mkdtempSync(join(tmpdir(), 'keyshift-rpm-'));
  try {
    const [way, level] = compression.split(':');
    const macros = [...AS_IT_IS, `_topdir ${work}`, `_binary_payload w${level}.${PAYLOADS[way]}`];
    const lines = Object.entries({ ...fields, AutoReqProv: 'no' }).filter(([, value]) => value);
    const outside = namesBelow(tree).filter((each) => !each.startsWith(`${own}/`)).toSorted();
    const spec = [
      ...macros.map((macro) => `%global ${macro}`),
      ...lines.map(([name, value]) => `${name}: ${asText(value)}`),
      ...requires.map((each) => `Requires: ${each}`),
      `%description\n${asText(description)}`,
      // rpmbuild empties the folder it packs before it comes to this.
      `%install\nrmdir "%{buildroot}" 2>/dev/null || true\nmv "${tree}" "%{buildroot}"`,
      ...Object.entries(scripts).map(([name, text]) => `%${name}\n${asText(text)}`),
      ['%files', '%defattr(-,root,root,-)', ...[own, ...outside].map((each) => `"${asText(each)}"`)].join('\n'),
    ];
    const place = join(work, 'package.spec');
    writeFileSync(place, `${spec.join('\n')}\n`);
    mkdirSync(join(work, 'made'));
    const args = ['-bb', '--quiet', '--target', `${architecture}-linux`, '--define', `_rpmdir ${join(work, 'made')}`, '--define', '_rpmfilename package.rpm', place];
    // Its own folders lie in the person's home otherwise, and so do macros they may have set.
    const { code, stderr, error } = await run('rpmbuild', args, { env: { ...process.env, HOME: work, SOURCE_DATE_EPOCH: String(time) }, timeout: TEN_MINUTES });
    if (error) throw new PlainError('rpmbuild is missing here. Please type: sudo apt-get install rpm');
    if (code !== 0) throw new PlainError(`rpmbuild: ${stderr.trim()}`);
    rmSync(file, { force: true });
    renameSync(join(work, 'made/package.rpm'), file);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Files and links, as they will be called; folders outside its own belong to the system. */
function namesBelow(tree) {
  const all = readdirSync(tree, { recursive: true, withFileTypes: true }).filter((each) => !each.isDirectory());
  return all.map((each) => `/${relative(tree, join(each.parentPath ?? each.path, each.name))}`);
}

/** Nothing of it is a macro. */
const asText = (text) => text.replaceAll('%', '%%');

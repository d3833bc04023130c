import { updateSignatures } from '../../../electron/platform/update-signatures';
import { judge, startingMemory } from '../../../electron/services/updates/judge';
import { encodeKeyList, encodeManifest, parseKeyList, parseManifest } from '../../../electron/services/updates/manifest';
import { readUpdateFile, writeUpdateFile } from '../../../electron/services/updates/update-file';
import { keyBlock, keyList, manifest, now, textOf, updateFile } from '../../support/update-kit';
import { assertSame, type Target } from '../target';

/** What says which version there is: one text for each thing said, and nothing believed that was not signed. */
export function updates(): Target[] {
  const self = { version: '0.1.0', platform: 'linux', arch: 'x64', format: 'deb' } as const;
  const memory = startingMemory(keyList(), undefined);
  // As if every signature were right: what is behind them is met by the bytes, too.
  const believing = { ...updateSignatures, verify: () => true };
  return [
    {
      name: 'update-file',
      seeds: [updateFile(), updateFile({ list: 2 }, { lists: [keyBlock({ version: 2 })] })],
      run: (bytes) => {
        const file = readUpdateFile(bytes);
        if (file) assertSame(writeUpdateFile(file), bytes, 'an update file');
        const { outcome } = judge(bytes, memory, self, now, believing);
        if (outcome.kind === 'newer' && (outcome.manifest.product !== 'keyshift' || outcome.file.platform !== 'linux' || !/^keyshift[-_][\w.-]+\.deb$/.test(outcome.file.name))) throw new Error('a package that is not for this app');
        return outcome.kind === 'refused' ? outcome.why : outcome.kind;
      },
    },
    {
      name: 'update-manifest',
      seeds: [Buffer.from(textOf(manifest())), Buffer.from(encodeKeyList(keyList()))],
      run: (bytes) => {
        const text = Buffer.from(bytes).toString('utf8');
        const [read, list] = [parseManifest(text), parseKeyList(text)];
        if (read && encodeManifest(read) !== text) throw new Error('two texts for one manifest');
        if (list && encodeKeyList(list) !== text) throw new Error('two texts for one list of keys');
        return read ? 'manifest' : list ? 'list' : 'neither';
      },
    },
  ];
}

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isDrivenFromOutside, lacksSandbox } from '../../../electron/security/command-line';
import { outOfArchive } from '../../../electron/platform/spelling';
import { lockfileProblems } from '../../../scripts/lib/lockfile.mjs';
import { makeArchive } from '../../../scripts/package/archive.mjs';
import { signingEnvironment } from '../../../scripts/package/config.mjs';
import { makeDeb } from '../../../scripts/package/deb.mjs';
import { changeFuses, FUSES, SENTINEL, fuseProblems, readFuses, setFuses } from '../../../scripts/package/fuses.mjs';
import { missingPrograms } from '../../../scripts/package/programs.mjs';
import { releaseProblems } from '../../../scripts/package/release-gate.mjs';
import { usage } from '../../../electron/headless/arguments';
import { controlFields } from '../../../scripts/package/headless.mjs';
import { debianChangelog, desktopPage, pageOfHelp } from '../../../scripts/package/papers.mjs';
import { makeRpm } from '../../../scripts/package/rpm.mjs';
import { metainfo } from '../../../scripts/package/system-files.mjs';
import { FOR_BARE } from '../../../scripts/package/for-bare.mjs';
import { asPacked, onlyShipped } from '../../../scripts/package/sbom.mjs';

const folder = mkdtempSync(join(tmpdir(), 'keyshift-package-'));

/** A program with fuses as Electron ships them, somewhere in its middle; once for each of `wires`. */
function binary(name: string, ...wires: readonly string[]): string {
  const file = join(folder, name);
  writeFileSync(file, Buffer.concat(wires.flatMap((wire) => [Buffer.from('some code '), Buffer.from(SENTINEL), Buffer.from([1, wire.length]), Buffer.from(wire, 'latin1'), Buffer.from(' more of it')])));
  return file;
}

describe('the units of the headless peer', () => {
  test.each(['keyshift-headless.service', 'keyshift-headless@.service'])('A87: %s leaves no core dump, gains no rights, and what it writes is its own', (name) => {
    const lines = readFileSync(join('scripts/package/linux', name), 'utf8').split('\n');
    expect(lines).toEqual(expect.arrayContaining(['LimitCORE=0', 'LimitMEMLOCK=64M', 'NoNewPrivileges=yes', 'UMask=0077', 'RestrictNamespaces=yes', 'RestrictSUIDSGID=yes', 'LockPersonality=yes', 'SystemCallFilter=@system-service']));
  });
});

test('the unit that is printed for a mailbox, which strangers reach, gives its server its own folder, the network, and nothing else of the machine', () => {
  const [, unit = ''] = /```ini\n(\[Unit\][^`]*)```/.exec(readFileSync('docs/mailbox.md', 'utf8')) ?? [];
  const lines = unit.split('\n');
  expect(lines).toEqual(expect.arrayContaining(['KillSignal=SIGINT', 'LimitCORE=0', 'NoNewPrivileges=yes', 'UMask=0077', 'CapabilityBoundingSet=', 'MemoryDenyWriteExecute=yes', 'PrivateDevices=yes', 'ProtectSystem=strict', 'ProtectHome=yes', 'ProtectProc=invisible', 'RestrictAddressFamilies=AF_INET AF_INET6', 'RestrictNamespaces=yes', 'SystemCallFilter=@system-service']));
  expect(lines.filter((line) => line.startsWith('ReadWritePaths='))).toEqual(['ReadWritePaths=/etc/keyshift-mailbox']);
});

describe('papers beside the programs', () => {
  const time = Date.UTC(2026, 1, 3) / 1000;

  test('the manual page says every option that the program says, and no line of it is taken for a command', () => {
    const page = pageOfHelp({ name: 'keyshift-headless', title: 'A peer', time, help: usage });
    const options = [...usage.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, option = '']) => option);
    expect(options.length).toBeGreaterThan(6);
    for (const option of options) expect(page).toContain(`\n.TP\n.B ${option.replaceAll('-', '\\-')}`);
    expect(page).toContain('\n.B keyshift\\-headless\n\\-\\-profile DIR [options]\n');
    expect(page).toContain('One JSON\\-RPC 2.0 object per line');
    const odd = pageOfHelp({ name: 'odd', title: '.so /etc/passwd', time, help: "Usage: odd\n\n  --odd  'br\\x\n" });
    expect(odd).toContain("\n\\&'br\\ex\n");
    expect(odd).toContain('odd \\- \\&.so /etc/passwd');
    expect(() => pageOfHelp({ name: 'mute', title: '', time, help: '' })).toThrow('names no options');
  });

  test('the page of the app names its folder as it is called without one', () => {
    const of = (name: string, productName: string): string => desktopPage({ name, title: productName, productName, time });
    expect(of('keyshift', 'Keyshift')).toContain('.B \\(ti/.config/Keyshift\n');
    expect(of('keyshift-trial', 'Keyshift-Trial')).toContain('.B \\(ti/.config/keyshift\\-trial\n');
  });

  test('the changelog for dpkg holds the chapter of its version, without marks, in lines of eighty', () => {
    const long = 'word '.repeat(40).trim();
    const text = `# Changelog\n\n## Unreleased\n\nA house.\n\n- **new** \`one\`\n\n## 0.2.0\n\n- ${long}\n- two\n\n## 0.1.0\n\n- old\n`;
    expect(debianChangelog({ name: 'k', time, of: '0.3.0-rc.1', text })).toBe('k (0.3.0~rc.1) unstable; urgency=medium\n\n  * new one\n\n -- The Keyshift authors <keyshift@example.invalid>  Tue, 03 Feb 2026 00:00:00 +0000\n');
    const lines = debianChangelog({ name: 'k', time, of: '0.2.0', text }).split('\n');
    expect(lines.filter((line) => line.startsWith('  ') && line.length > 80)).toEqual([]);
    expect(lines.filter((line) => line.startsWith('  * '))).toEqual([lines[2], '  * two']);
    expect(lines.join(' ').match(/word/g)).toHaveLength(40);
    expect(debianChangelog({ name: 'k', time, of: '1.0.0', text: '## 1.0.0\n' })).toContain('  * Packed.\n');
  });
});

describe('what macOS lets the signed app do', () => {
  const config = readFileSync('electron-builder.yml', 'utf8');
  const ofMac = config.slice(config.indexOf('\nmac:\n'));

  test('compile, and film: no library that was not signed with it, no memory beside that of V8, no variables of the loader', () => {
    expect(ofMac).toMatch(/^ {2}hardenedRuntime: true$/m);
    const named = ['entitlements', 'entitlementsInherit'].map((key) => new RegExp(`^ {2}${key}: (.+)$`, 'm').exec(ofMac)?.[1] ?? '');
    for (const file of named) {
      expect([...readFileSync(file, 'utf8').matchAll(/<key>(.*)<\/key>\s*<(.*)\/>/g)].map(([, key, value]) => [key, value])).toEqual([
        ['com.apple.security.cs.allow-jit', 'true'],
        ['com.apple.security.device.camera', 'true'],
      ]);
    }
  });

  test('what it asks for it gives a reason for', () => {
    for (const key of ['NSCameraUsageDescription', 'NSLocalNetworkUsageDescription']) expect(ofMac).toMatch(new RegExp(`^ {4}${key}: .{20,}$`, 'm'));
  });
});

describe('the release workflow', () => {
  test('what it has no secret for is not there for electron-builder, which takes an empty certificate for the folder it stands in', () => {
    const there = { PATH: '/bin', EMPTY: '', CSC_NAME: 'Ada', CSC_LINK: '', CSC_KEY_PASSWORD: '', WIN_CSC_LINK: '', APPLE_ID: '', APPLE_TEAM_ID: 'T' };
    expect(signingEnvironment(there)).toEqual({ PATH: '/bin', EMPTY: '', CSC_NAME: 'Ada', APPLE_TEAM_ID: 'T' });
  });

  test('packs by the same shell everywhere: that of Windows keeps the first -- to itself, and with it what a release is refused for', () => {
    const lines = readFileSync('.github/workflows/release.yml', 'utf8').split('\n');
    const at = lines.findIndex((line) => /run: npm run package -- /.test(line));
    expect(at).toBeGreaterThan(0);
    expect(lines[at + 1]).toBe('        shell: bash');
    expect(lines.filter((line) => / -- /.test(line) && /run:.*npm/.test(line))).toHaveLength(1);
  });
});

test('uninstalling on Windows takes away what the app wrote for the system under its own name, and a newer version leaves it', () => {
  const config = readFileSync('electron-builder.yml', 'utf8');
  const file = /^ {2}include: (.+)$/m.exec(config.slice(config.indexOf('\nnsis:\n')))?.[1] ?? '';
  const lines = readFileSync(file, 'utf8').split('\n').map((line) => line.trim());
  // Everything stands within the one condition.
  expect([lines[1], lines[2], lines.at(-3), lines.at(-2)]).toEqual(['!macro customUnInstall', '${ifNot} ${isUpdated}', '${endIf}', '!macroend']);
  const [scheme = ''] = /^ {4}schemes: \[(\w+)\]$/m.exec(config)?.slice(1) ?? [];
  expect(lines.filter((line) => line.startsWith('Delete'))).toEqual([
    'DeleteRegValue HKCU "Software\\Microsoft\\Windows\\CurrentVersion\\Run" "${APP_ID}"',
    'DeleteRegValue HKCU "Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\StartupApproved\\Run" "${APP_ID}"',
    `DeleteRegKey HKCU "Software\\Classes\\${scheme}"`,
  ]);
});

test('files have the same bytes wherever they are checked out: what is signed and compared is bytes', () => {
  expect(readFileSync('.gitattributes', 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual(['* -text']);
});

describe('row 19: fuses', () => {
  const asShipped = '101100011';

  test('all nine are set and read back, and nothing else in the file changes', () => {
    const file = binary('whole', asShipped);
    const before = readFileSync(file);
    expect(fuseProblems(file)).toContain('RunAsNode is on');
    setFuses(file);
    expect(readFuses(file)).toEqual(FUSES);
    expect(fuseProblems(file)).toEqual([]);
    const after = readFileSync(file);
    const changed = [...after.keys()].filter((index) => after[index] !== before[index]);
    const start = before.indexOf(SENTINEL) + SENTINEL.length + 2;
    expect(changed.every((index) => index >= start && index < start + 9)).toBe(true);
    expect(Object.fromEntries(FUSES)).toEqual({
      RunAsNode: 'off',
      EnableCookieEncryption: 'off',
      EnableNodeOptionsEnvironmentVariable: 'off',
      EnableNodeCliInspectArguments: 'off',
      EnableEmbeddedAsarIntegrityValidation: 'on',
      OnlyLoadAppFromAsar: 'on',
      LoadBrowserProcessSpecificV8Snapshot: 'off',
      GrantFileProtocolExtraPrivileges: 'off',
      WasmTrapHandlers: 'on',
    });
  });

  test('of a program for two processors both are set', () => {
    const file = binary('universal', asShipped, asShipped);
    setFuses(file);
    expect(readFuses(file)).toEqual(FUSES);
    expect(readFileSync(file, 'latin1').split('000011001')).toHaveLength(3);
  });

  test.each([
    ['one fuse more than is named', '1011000111', {}],
    ['one fewer', '10110001', {}],
    ['a removed one', 'r01100011', {}],
    ['too few even for the trial runtime', '1011000', { trial: true }],
  ])('%s is refused, and the file stays as it was', (_what, wire, options) => {
    const file = binary('odd', wire);
    const before = readFileSync(file);
    expect(() => setFuses(file, options)).toThrow(/fuse/);
    expect(readFileSync(file)).toEqual(before);
  });

  test('eight are enough for the trial runtime, and for it only', () => {
    const file = binary('old', '10110001');
    setFuses(file, { trial: true });
    expect(fuseProblems(file, { trial: true })).toEqual([]);
    expect(fuseProblems(file)).toEqual(['only 8 fuses']);
  });

  test('of a runtime that is run as it was unpacked only the named ones change, and none that it lacks', () => {
    const file = binary('unpacked', '10100011');
    changeFuses(file, { LoadBrowserProcessSpecificV8Snapshot: 'off', EnableNodeCliInspectArguments: 'on' });
    expect(readFuses(file).map(([, state]) => (state === 'on' ? '1' : '0')).join('')).toBe('10110001');
    const before = readFileSync(file);
    expect(() => changeFuses(file, { RunAsNode: 'off', WasmTrapHandlers: 'off' })).toThrow('no fuse WasmTrapHandlers');
    expect(() => changeFuses(file, { Cookies: 'off' })).toThrow('no fuse Cookies');
    expect(readFileSync(file)).toEqual(before);
  });

  test('a program without fuses, or with another kind, is refused', () => {
    expect(() => readFuses(binary('none'))).toThrow('there are no fuses');
    const file = binary('new', asShipped);
    const bytes = readFileSync(file);
    bytes[bytes.indexOf(SENTINEL) + SENTINEL.length] = 2;
    writeFileSync(file, bytes);
    expect(() => setFuses(file)).toThrow('version 2');
  });
});

test('what may be released: the pinned Electron, a clean commit with its tag, and a chapter in the changelog', () => {
  const good = { signers: 1, runtime: { kind: 'electron', version: '45.4.1' }, pinned: '45.4.1', version: '1.2.0', changes: '', tags: ['v1.2.0'], changelog: '# Changelog\n\n## 1.2.0 (2026-11-26)\n', lockfile: [], installed: true };
  expect(releaseProblems(good)).toEqual([]);
  const one = (change: object): number => releaseProblems({ ...good, ...change }).length;
  expect(one({ runtime: { kind: 'trial', version: '25.1.1' } })).toBe(1);
  expect(one({ runtime: { kind: 'electron', version: '45.4.0' } })).toBe(1);
  expect(one({ changes: ' M README.md' })).toBe(1);
  expect(one({ tags: ['v1.2.0-rc1', ''] })).toBe(1);
  for (const other of ['1.2.01', '1.2.0-rc.1', '1.2.0.1']) expect([other, one({ changelog: `## Unreleased\n## ${other}\n` })]).toEqual([other, 1]);
  expect(one({ changelog: '## [1.2.0]\n' })).toBe(0);
  expect(one({ installed: false })).toBe(1);
  expect(one({ lockfile: ['x is not pinned'] })).toBe(1);
});

test('the list of contents names what ships, nothing else, and data that no lock file knows', () => {
  const component = (name: string, more: object = {}) => ({ type: 'library', 'bom-ref': name, name, version: '1.0.0', ...more });
  const bom = {
    metadata: { component: { 'bom-ref': 'app' } },
    components: [component('zod'), component('vite', { components: [component('inner')] }), component('nats-core', { group: '@nats-io' })],
    dependencies: [{ ref: 'app', dependsOn: ['zod', 'vite'] }, { ref: 'vite', dependsOn: ['zod'] }, { ref: 'zod' }],
  };
  const shipped = ['zod', '@nats-io/nats-core', 'inner', 'words'].map((name) => ({ name, version: '1.0.0', licence: 'MIT' }));
  const { components, dependencies } = onlyShipped(bom, shipped) as { components: { name: string; type: string }[]; dependencies: object[] };
  expect(components.map(({ name, type }) => `${type} ${name}`)).toEqual(['library zod', 'library nats-core', 'library inner', 'data words']);
  expect(dependencies).toEqual([{ ref: 'app', dependsOn: ['zod'] }, { ref: 'zod' }]);
});

test('it is true of the package: the Electron that runs and not the pinned one, the hash of each package, and what is only named there as not there', () => {
  const integrity = (byte: number): string => `sha512-${Buffer.alloc(64, byte).toString('base64')}`;
  const bom = {
    components: [{ 'bom-ref': 'electron@45.4.1', name: 'electron', version: '45.4.1', purl: 'pkg:npm/electron@45.4.1' }, { 'bom-ref': 'x', group: '@nats-io', name: 'nkeys', version: '2.0.3' }, { 'bom-ref': 'y', name: 'streamx', version: '2.28.1' }, { 'bom-ref': 'z', name: 'words', version: '1' }],
    dependencies: [{ ref: 'app', dependsOn: ['electron@45.4.1', 'x'] }, { ref: 'electron@45.4.1' }],
  };
  const packages = { 'node_modules/electron': { version: '45.4.1', integrity: integrity(9) }, 'node_modules/a/node_modules/@nats-io/nkeys': { version: '2.0.3', integrity: integrity(1) }, 'node_modules/@nats-io/nkeys': { version: '2.0.2', integrity: integrity(2) }, 'node_modules/streamx': { version: '2.28.1', integrity: integrity(3) } };
  const hashes = (hex: string): object[] => [{ alg: 'SHA-512', content: hex.repeat(64) }];
  expect(asPacked(bom, { electron: '33.2.1', packages })).toEqual({
    components: [
      { 'bom-ref': 'electron@33.2.1', name: 'electron', version: '33.2.1', purl: 'pkg:npm/electron@33.2.1', scope: 'required' },
      { 'bom-ref': 'x', group: '@nats-io', name: 'nkeys', version: '2.0.3', scope: 'required', hashes: hashes('01') },
      { 'bom-ref': 'y', name: 'streamx', version: '2.28.1', scope: 'optional', hashes: hashes('03') },
      { 'bom-ref': 'z', name: 'words', version: '1', scope: 'required' },
    ],
    dependencies: [{ ref: 'app', dependsOn: ['electron@33.2.1', 'x'] }, { ref: 'electron@33.2.1' }],
  });
  // And these are what no package holds.
  const [, left = ''] = /"!node_modules\/\{(bare-[^}]+)\}\/\*\*"/.exec(readFileSync('electron-builder.yml', 'utf8')) ?? [];
  expect(left.split(',').toSorted()).toEqual(FOR_BARE.toSorted());
});

test('row 26: the release workflow pins every action by commit, gives no job more than it needs, and packs tags as releases only', () => {
  const workflow = readFileSync('.github/workflows/release.yml', 'utf8');
  const used = [...workflow.matchAll(/uses: (\S+)/g)].map(([, action = '']) => action);
  expect(used.length).toBeGreaterThan(4);
  expect(used.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/.test(action))).toEqual([]);
  expect(workflow).toMatch(/^permissions: \{\}$/m);
  expect(workflow).toContain("npm run package -- ${{ github.event_name == 'push' && '--release' || '' }}");
  expect(workflow).toContain('npm test');
  // Where a key is asked for, and nowhere else, only tags get to.
  const jobs = workflow.slice(workflow.indexOf('\njobs:')).split(/^ {2}(?=\w+:$)/m);
  expect(jobs.filter((job) => job.includes('UPDATE_KEY')).map((job) => [job.slice(0, 8), /^ {4}environment: release$/m.test(job)])).toEqual([['publish:', true]]);
  // actions/checkout then asks git for the tag it is to check out twice, and ends: no tag would ever be packed.
  expect(workflow).not.toMatch(/^\s*fetch-tags:/m);
});

test('row 26: what packs is pinned and locked like everything else', () => {
  for (const folder of ['tools', 'sbom-tools']) {
    const read = (file: string): Parameters<typeof lockfileProblems>[1] => JSON.parse(readFileSync(`scripts/package/${folder}/${file}`, 'utf8'));
    const manifest = read('package.json') as unknown as Parameters<typeof lockfileProblems>[0];
    // It asks for a current Electron, which these have nothing to do with. What would run something does not, and is not used: an installer of another kind, and a reader of XML.
    const expected = /^Electron |^node_modules\/(?:electron-winstaller|libxmljs2) wants to run/;
    expect(lockfileProblems(manifest, read('package-lock.json')).filter((problem) => !expected.test(problem))).toEqual([]);
  }
});

test('what is tried before a version is older than it, to dpkg and to AppStream', () => {
  const [before, release] = ['0.2.0-rc.1', '0.2.0'].map((version) => controlFields({ version, arch: 'x64' }).Version);
  expect([before, release]).toEqual(['0.2.0~rc.1', '0.2.0']);
  // Ends with 1, and with that the test, where it is not so.
  if (missingPrograms(['deb']) === undefined && process.platform === 'linux') execFileSync('dpkg', ['--compare-versions', before ?? '', 'lt', release ?? '']);
  const kindOf = (of: string): string | undefined => /<release version="([^"]+" date="2023-11-14" type="[^"]+)"/.exec(metainfo({ appId: 'a', name: 'b', title: 'c', time: 1_700_000_000, of }))?.[1];
  expect([kindOf('0.2.0-rc.1'), kindOf('0.2.0')]).toEqual(['0.2.0-rc.1" date="2023-11-14" type="development', '0.2.0" date="2023-11-14" type="stable']);
});

test('what is missing is said with what to type', () => {
  const path = process.env['PATH'];
  process.env['PATH'] = folder;
  try {
    if (process.platform === 'linux') expect(missingPrograms(['deb', 'tar.gz', 'dir'])).toMatch(/^dpkg-deb and tar and gzip are missing here\. Please type: sudo apt-get install dpkg tar gzip$/);
    if (process.platform === 'linux') expect(missingPrograms(['rpm'])).toMatch(/^rpmbuild is missing here\. Please type: sudo apt-get install rpm$/);
    expect(missingPrograms(['dir', 'nsis'])).toBeUndefined();
  } finally {
    process.env['PATH'] = path;
  }
});

test.skipIf(process.platform !== 'linux')('the same sources make the same bytes, whenever and by whom they were put there', async () => {
  const make = async (name: string, mode: number): Promise<Buffer[]> => {
    const tree = join(folder, name, 'tree');
    mkdirSync(join(tree, 'opt/app'), { recursive: true });
    for (const file of name === 'one' ? ['a', 'b'] : ['b', 'a']) writeFileSync(join(tree, 'opt/app', file), `words of ${file}`, { mode });
    const archive = join(folder, `${name}.tar.gz`);
    await makeArchive({ parent: join(tree, 'opt'), name: 'app', file: archive, time: 1_700_000_000 });
    const deb = join(folder, `${name}.deb`);
    await makeDeb({ tree, file: deb, fields: { Package: 'x', Version: '1', Architecture: 'all', Maintainer: 'X <x@example.invalid>', Description: 'x' }, scripts: { postinst: '#!/bin/sh\n' }, compression: 'xz:1', time: 1_700_000_000 });
    return [readFileSync(archive), readFileSync(deb)];
  };
  const [one, other] = [await make('one', 0o644), await make('other', 0o644)];
  expect(one[0]?.equals(other[0] ?? Buffer.alloc(0))).toBe(true);
  expect(one[1]?.equals(other[1] ?? Buffer.alloc(0))).toBe(true);
  expect(execFileSync('dpkg-deb', ['--contents', join(folder, 'one.deb')], { encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } })).toMatch(/-rw-r--r-- root\/root +10 2023-11-14 22:13 \.\/opt\/app\/a\n/);
});

test.skipIf(missingPrograms(['rpm']) !== undefined || process.platform !== 'linux')('an rpm, too: the same bytes, nothing of this machine, and no word of a text taken for an order to rpmbuild', async () => {
  const make = async (name: string): Promise<string> => {
    const tree = join(folder, name, 'tree');
    for (const each of ['opt/app', 'usr/bin']) mkdirSync(join(tree, each), { recursive: true });
    for (const file of ['a', 'b %{_topdir}']) writeFileSync(join(tree, 'opt/app', file), `words of ${file}`, { mode: 0o644 });
    symlinkSync('/opt/app/a', join(tree, 'usr/bin/app'));
    const file = join(folder, `${name}.rpm`);
    await makeRpm({
      tree, file, own: '/opt/app', architecture: 'noarch', requires: ['/bin/sh'], description: 'about 100 %{name} of it', scripts: { post: '#!/bin/sh\necho ${x%%y} %{version}\n' }, compression: 'zstd:1', time: 1_700_000_000,
      fields: { Name: 'x', Version: '1', Release: '1', Summary: 'x', License: 'X', URL: undefined },
    });
    return file;
  };
  const [one, other] = [await make('rpm-one'), await make('rpm-other')];
  expect(readFileSync(one).equals(readFileSync(other))).toBe(true);
  const asked = (format: string): string => execFileSync('rpm', ['-qp', '--queryformat', format, one], { encoding: 'utf8' });
  expect(asked('[%{FILENAMES}:%{FILEUSERNAME}:%{FILEMTIMES}\n]')).toBe(['/opt/app', '/opt/app/a', '/opt/app/b %{_topdir}', '/usr/bin/app'].map((file) => `${file}:root:1700000000\n`).join(''));
  expect(asked('%{DESCRIPTION}|%{BUILDHOST}|%{BUILDTIME}')).toBe('about 100 %{name} of it|localhost|1700000000');
  expect(asked('%{POSTIN}')).toContain('echo ${x%%y} %{version}');
});

test.each(['no-sandbox', 'no-sandbox-and-elevated', 'disable-namespace-sandbox', 'disable-seccomp-filter-sandbox', 'no-zygote-sandbox', 'disable-gpu-sandbox', 'single-process', 'allow-sandbox-debugging'])('row 2: a packaged app does not run with --%s', (name) => {
  const started = (isPackaged: boolean, given: string) => ({ isPackaged, commandLine: { hasSwitch: (asked: string) => asked === given } });
  expect(lacksSandbox(started(true, name))).toBe(true);
  expect(lacksSandbox(started(false, name))).toBe(false);
  expect(lacksSandbox(started(true, 'listen'))).toBe(false);
});

test('a packaged app is not driven from outside in its usual folder', () => {
  const started = (isPackaged: boolean, ...switches: readonly string[]) => ({ isPackaged, commandLine: { hasSwitch: (name: string) => switches.includes(name) } });
  expect(isDrivenFromOutside(started(true, 'remote-debugging-port'), '/home/a/x', '/home/a/x')).toBe(true);
  expect(isDrivenFromOutside(started(true, 'remote-debugging-pipe'), '/home/a/x', '/home/a/x')).toBe(true);
  expect(isDrivenFromOutside(started(true, 'remote-debugging-port'), '/tmp/own', '/home/a/x')).toBe(false);
  expect(isDrivenFromOutside(started(true, 'listen'), '/home/a/x', '/home/a/x')).toBe(false);
  expect(isDrivenFromOutside(started(false, 'remote-debugging-port'), '/home/a/x', '/home/a/x')).toBe(false);
});

test('a thread is taken from beside the archive, and from where it lies without one', () => {
  expect(outOfArchive('/opt/Keyshift/resources/app.asar/out/a.cjs')).toBe('/opt/Keyshift/resources/app.asar.unpacked/out/a.cjs');
  expect(outOfArchive(String.raw`C:\K\resources\app.asar\out\a.cjs`)).toBe(String.raw`C:\K\resources\app.asar.unpacked\out\a.cjs`);
  expect(outOfArchive('/home/a/app.asary/out/a.cjs')).toBe('/home/a/app.asary/out/a.cjs');
});

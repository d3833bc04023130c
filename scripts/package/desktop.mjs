// The app itself, by electron-builder: a folder for one system and processor, and what is wrapped around it.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inCache, inRoot, root } from '../lib/paths.mjs';
import { run } from '../lib/process.mjs';
import { PlainError } from '../lib/say.mjs';
import { builderConfig, signingEnvironment, writeConfig } from './config.mjs';
import { systemFiles } from './system-files.mjs';
import { tool } from './tools.mjs';

const FLAG = { linux: '--linux', win32: '--win', darwin: '--mac' };
const SYSTEM = { linux: 'linux', win32: 'win', darwin: 'mac' };

/**
 * @param {{ runtime: import('../electron-runtime.mjs').Runtime, targets: string[], arch: string, time: number, compression: string }} options
 *   targets: electron-builder's words (dir, deb, AppImage, …); compression: of deb and rpm, as xz:6
 * @returns {Promise<{ stage: string, app: string }>} where the packages lie, and the app unpacked
 */
export async function packDesktop({ runtime, targets, arch, time, compression }) {
  const stage = inCache('package', `${runtime.kind}-${arch}`);
  // What an earlier run left is not this one's.
  rmSync(join(stage, 'packed'), { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });
  const system = systemFiles({ runtime, folder: join(stage, 'system'), time });
  const config = writeConfig(join(stage, 'config.json'), builderConfig({ runtime, arch, output: join(stage, 'packed'), system }));
  const builder = await tool('tools', 'electron-builder/cli.js');
  const suffix = arch === 'x64' ? '' : `-${arch}`;
  const folder = process.platform === 'darwin' ? `mac${suffix}` : `${SYSTEM[process.platform]}${suffix}-unpacked`;
  const app = join(stage, 'packed', folder);
  await electronBuilder([builder, FLAG[process.platform], ...targets, `--${arch}`, '--projectDir', root, '--config', config, '--publish', 'never'], {
    SOURCE_DATE_EPOCH: String(time),
    CUSTOM_FPM_PATH: inRoot('scripts/package/fpm-shim.mjs'),
    PACK_COMPRESSION: compression,
    PACK_STAGE: stage,
  });
  return { stage: join(stage, 'packed'), app };
}

async function electronBuilder(args, env) {
  const { code, stdout, stderr } = await run(process.execPath, args, { cwd: root, timeout: 60 * 60_000, env: { ...signingEnvironment(process.env), ...env, NODE_ENV: 'production' } });
  if (code !== 0) throw new PlainError(`electron-builder failed.\n${short(`${stdout}${stderr}`)}`);
}

/** Its words without the empty width it pads them with, and without their second and third telling. */
function short(text) {
  const lines = text.split('\n').map((line) => line.trimEnd().slice(0, 600)).filter(Boolean);
  return [...new Set(lines)].slice(0, 60).join('\n');
}

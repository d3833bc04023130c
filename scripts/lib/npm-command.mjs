// How to call npm: the very npm that started us where there is one, else the one beside this Node, else the one on the path.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** @returns {{ file: string, args: string[], env: NodeJS.ProcessEnv }} */
export function npmCommand(args) {
  const cli = npmCli();
  const env = cleanEnvironment();
  if (cli) return { file: process.execPath, args: [cli, ...args], env };
  return { file: process.platform === 'win32' ? 'npm.cmd' : 'npm', args, env };
}

function npmCli() {
  const here = dirname(process.execPath);
  const candidates = [
    process.env.npm_execpath,
    join(here, 'node_modules/npm/bin/npm-cli.js'),
    join(here, '../lib/node_modules/npm/bin/npm-cli.js'),
  ];
  return candidates.find((file) => file?.endsWith('npm-cli.js') && existsSync(file));
}

// Options given to the outer npm (`npm -s …`, `npm test -- …`) reach us as npm_* variables; the inner npm must not obey those that
// change what is installed or where. The registry, proxies and certificates it needs.
const DROPPED = /^npm_(lifecycle_|package_|command$|config_(global|prefix|local_prefix|workspace|workspaces|omit|include|production|only|loglevel|silent|dry_run|json|long|node_gyp|noproxy_)$)/i;

function cleanEnvironment() {
  const env = Object.entries(process.env).filter(([name]) => !DROPPED.test(name) && name !== 'NODE_ENV' && name !== 'INIT_CWD');
  return Object.fromEntries(env);
}

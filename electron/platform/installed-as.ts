import { accessSync, constants, existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PackageFormat } from '../services/ports/updates';

/** How this copy came here, and what a newer one takes the place of. */
export interface InstalledAs {
  readonly format: PackageFormat;
  /** The AppImage, the folder of the program, or the program. */
  readonly place: string;
}

export interface InstalledAsParts {
  readonly product: string;
  readonly platform: NodeJS.Platform;
  /** The running program. */
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
  /** For tests; else the machine's. */
  readonly root?: string;
}

/**
 * Reads it off the machine, without running anything: Debian's list of what a package brought, the folder an AppImage is mounted at, and who may write to the
 * program's folder. Undefined: somebody else put it here in a way of their own, and brings newer ones the same way.
 */
export function installedAs({ product, platform, program, env, root = '/' }: InstalledAsParts): InstalledAs | undefined {
  if (platform === 'win32') return { format: 'nsis', place: program };
  if (platform === 'darwin') return { format: 'dmg', place: program };
  if (platform !== 'linux') return undefined;
  const [image, mounted] = [env['APPIMAGE'], env['APPDIR']];
  // Variables alone are not believed: a program that an AppImage started has them as well.
  if (image !== undefined && mounted !== undefined && existsSync(image) && truePath(program).startsWith(`${truePath(mounted)}/`)) return { format: 'AppImage', place: truePath(image) };
  const path = truePath(program);
  if (lines(join(root, 'var/lib/dpkg/info', `${product}.list`)).includes(path)) return { format: 'deb', place: path };
  const folder = dirname(path);
  // A newer one comes beside it: that is where one must be able to write.
  if (mayWrite(folder) && mayWrite(dirname(folder))) return { format: 'tar.gz', place: folder };
  const rpm = ['usr/lib/sysimage/rpm', 'var/lib/rpm'].some((one) => existsSync(join(root, one)));
  return rpm && path.startsWith('/opt/') ? { format: 'rpm', place: path } : undefined;
}

function truePath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function lines(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}

function mayWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

import { resolve } from 'node:path';
import { version } from '../package.json';
import { KeyshiftError } from '../shared/errors';
import { startApp } from './compose';
import { runtimeLocale } from './compose/about';
import { readRest } from './compose/read-rest';
import { parseArguments, usage, type HeadlessArguments } from './headless/arguments';
import { JsonRpcDoor } from './headless/json-rpc-door';
import { readPassphraseFile } from './headless/passphrase-file';
import { readRegistrationFile } from './headless/registration-file';
import { SocketDoors, SocketRefused } from './headless/socket-doors';
import { keepMemoryOutOfCoreFiles } from './platform/core-dumps';
import { systemClock } from './platform/clock';
import { describeError } from './platform/describe-error';
import { collectGarbageSoon } from './platform/collect-garbage';
import { FilePreferences } from './platform/file-preferences';
import { keepDebuggerShut } from './platform/keep-debugger-shut';
import { endOnUncaught } from './platform/last-resort';
import { makeLogger } from './platform/logger';
import { systemRandom } from './platform/random';
import { sayOnStandardError } from './platform/standard-error';
import { timesLocale } from './platform/times-locale';

/** Milliseconds between a signal and the end, at the most. */
const longestEnd = 8000;

/** The headless peer: the same services as the window's, behind JSON-RPC 2.0 on standard input and output, or on a socket. */
async function run(options: HeadlessArguments): Promise<number> {
  const logger = makeLogger(options.logLevel, () => systemClock.now(), sayOnStandardError);
  endOnUncaught(logger, (code) => process.exit(code));
  const passphrase = options.passphraseFile === undefined ? undefined : readPassphraseFile(options.passphraseFile);
  if (passphrase !== undefined && 'sentence' in passphrase) return say(passphrase.sentence, 1);
  const registration = options.mailbox === undefined ? undefined : readRegistrationFile(options.mailbox);
  if (registration !== undefined && 'sentence' in registration) return say(registration.sentence, 1);
  if (registration !== undefined && 'hint' in registration) say(registration.hint, 0);

  // Before anybody can know that this peer is there: whoever reads `ready` may send a signal at once.
  let door: JsonRpcDoor | SocketDoors | undefined;
  let asked = false;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      asked = true;
      door?.close();
      // Orderly, but not for ever: a reader that stopped reading must not keep a peer alive that was told to end.
      setTimeout(() => process.exit(0), longestEnd).unref();
    });
  }

  const profileDirectory = resolve(options.profile);
  const app = await startApp({
    profileDirectory,
    ...(options.listen === undefined ? {} : { listen: options.listen }),
    ...(options.cacheEntries === undefined ? {} : { dialogLimits: { cacheEntries: options.cacheEntries } }),
    clock: systemClock,
    random: systemRandom,
    logger,
    preferences: new FilePreferences(profileDirectory, () => logger.warn('preferences.damaged')),
    onLocked: collectGarbageSoon,
    timesLocale: () => timesLocale(process.platform, process.env, runtimeLocale),
    appVersion: version,
    runtime: `Node ${process.versions.node}`,
    trial: false,
  });

  if ((await app.handlers.diagnostics.about(undefined)).openToOthers) say(`Other accounts of this computer can get into the profile folder ${profileDirectory}: its disk keeps no rights. What lies in it is sealed with your passphrase all the same; connect the disk for your account alone, or choose another folder.`, 0);
  const parts = {
    handlers: app.handlers,
    report: (call: string, error: unknown) => logger.error('call.failed', { call, ...describeError(error) }),
    version,
    listening: app.listening,
  };
  const opened = options.socket === undefined ? new JsonRpcDoor({ ...parts, input: process.stdin, output: process.stdout }) : await SocketDoors.open(resolve(options.socket), parts);
  door = opened;
  if (asked) opened.close();
  const silence = app.onEvent((event) => {
    opened.tell(event);
    if (registration === undefined || !('text' in registration) || event.type !== 'vault.changed' || event.state !== 'open') return;
    void opened.call('mailbox.register', { registration: registration.text }).then((sentence) => {
      if (sentence !== undefined) say(`Not registered with the mailbox: ${sentence}`, 0);
    });
  });
  if (passphrase !== undefined) {
    void opened.call('vault.unlock', passphrase).then((sentence) => {
      if (sentence !== undefined) say(`Not unlocked with the passphrase file: ${sentence}`, 0);
    });
  }

  readRest(systemClock, logger);
  const end = await opened.serve();
  silence();
  await app.stop();
  return end === 'output-stalled' ? say('Nobody reads standard output, and too much is waiting there.', 1) : 0;
}

function say(sentence: string, code: number): number {
  sayOnStandardError(`keyshift: ${sentence}\n`);
  return code;
}

async function main(): Promise<number> {
  keepMemoryOutOfCoreFiles();
  keepDebuggerShut();
  const parsed = parseArguments(process.argv.slice(2));
  if (parsed.kind === 'help') {
    sayOnStandardError(usage);
    return 0;
  }
  if (parsed.kind === 'wrong') {
    sayOnStandardError(`keyshift: ${parsed.sentence}\n\n${usage}`);
    return 2;
  }
  try {
    return await run(parsed.arguments);
  } catch (error) {
    if (error instanceof KeyshiftError) return say(`${error.message} (${error.code})`, 1);
    if (error instanceof SocketRefused) return say(error.message, 1);
    throw error;
  }
}

void main().then((code) => process.exit(code));

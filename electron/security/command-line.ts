/** The part of `app.commandLine` that is used. */
export interface CommandLine {
  hasSwitch(name: string): boolean;
  getSwitchValue(name: string): string;
  appendSwitch(name: string, value?: string): void;
}

/**
 * Chromium's own habits of talking to the world, switched off. Our connections are made by Node and do not pass here:
 * so Chromium may resolve no name at all.
 */
const quietSwitches: readonly (readonly [string, string?])[] = [
  ['host-resolver-rules', 'MAP * ~NOTFOUND'],
  ['disable-background-networking'],
  ['disable-component-update'],
  ['disable-domain-reliability'],
  ['disable-client-side-phishing-detection'],
  ['no-pings'],
  ['force-webrtc-ip-handling-policy', 'disable_non_proxied_udp'],
];

export function quietChromium(commandLine: Pick<CommandLine, 'appendSwitch'>): void {
  for (const [name, value] of quietSwitches) commandLine.appendSwitch(name, value);
}

/** How much of what a page holds, in percent, may come on top of it before V8 and Blink look what of it is still held. */
const pageGrowth = 40;

/**
 * A page lets go of what it showed before when it holds two fifths more than it did behind the last time, and not four times as much, which V8 allows where there is much memory: by then whoever
 * went through some conversations has a third of all memory in what nobody looks at any more. The young generation, whose collecting one waits for, stays as it is. What the person
 * themself says to V8 goes before this. Of this process V8 reads its flags before the first line runs: this is for pages alone.
 */
export function sparePages(commandLine: Pick<CommandLine, 'getSwitchValue' | 'appendSwitch'>): void {
  commandLine.appendSwitch('js-flags', `--heap-growing-percent=${pageGrowth} ${commandLine.getSwitchValue('js-flags')}`.trim());
}

/**
 * Hardening row 2: every renderer sandboxed, before ready. Started with `--no-sandbox`, which Chromium demands for root,
 * asking for the sandbox would end every child process at once.
 */
export function enforceSandbox(app: { readonly commandLine: Pick<CommandLine, 'hasSwitch'>; enableSandbox(): void }): void {
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
}

/** Switches by which another program reads and drives the pages of a Chromium. */
const remoteControl = ['remote-debugging-port', 'remote-debugging-pipe', 'remote-debugging-address'];

/**
 * True when a packaged app is started to be driven from outside with the folder it always uses. There it ends instead, as Chrome does: a program
 * that starts Keyshift in this way must name a folder of its own, and with it a profile nobody has opened. No fuse of Electron's says this.
 */
export function isDrivenFromOutside(app: { readonly isPackaged: boolean; readonly commandLine: Pick<CommandLine, 'hasSwitch'> }, folder: string, usualFolder: string): boolean {
  return app.isPackaged && remoteControl.some((name) => app.commandLine.hasSwitch(name)) && folder === usualFolder;
}

/** Switches that take the sandbox away, half of it, or that of some processes. Without the setuid helper (`disable-setuid-sandbox`) Chromium takes namespaces, or does not start. */
const unsandboxed = ['no-sandbox', 'no-sandbox-and-elevated', 'disable-namespace-sandbox', 'disable-seccomp-filter-sandbox', 'no-zygote-sandbox', 'disable-gpu-sandbox', 'single-process', 'allow-sandbox-debugging'];

/**
 * Hardening row 2: a packaged app does not run without the sandbox, whoever asks for that. AppImages, for one, are started by a script that
 * adds the switch where user namespaces are missing, without a word.
 */
export function lacksSandbox(app: { readonly isPackaged: boolean; readonly commandLine: Pick<CommandLine, 'hasSwitch'> }): boolean {
  return app.isPackaged && unsandboxed.some((name) => app.commandLine.hasSwitch(name));
}

import { renameSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import type { Report } from './report';

/**
 * Runs cases in this process, Node or Electron's main, and leaves their reports in the file of its arguments:
 * `<executable> <bundle> <report file> <rounds>`. What goes wrong is told on standard error and by the missing file.
 */
export async function runCases(...cases: ((runtime: string, rounds: number) => Promise<Omit<Report, 'load'>>)[]): Promise<void> {
  const [file = '', rounds = ''] = process.argv.slice(-2);
  const electron = process.versions['electron'] === undefined ? undefined : await import('electron');
  try {
    await electron?.app.whenReady();
    // Until Chromium's network part is up, node:crypto's AES runs without the processor's instructions.
    void electron?.session.defaultSession;
    const runtime = electron ? `Electron ${process.versions['electron']} main process (Node ${process.versions.node})` : `Node ${process.versions.node}`;
    const reports: Report[] = [];
    for (const each of cases) {
      const before = loadavg()[0] ?? 0;
      const report = await each(runtime, Number(rounds));
      reports.push({ ...report, load: [before, loadavg()[0] ?? 0] });
    }
    writeFileSync(`${file}.part`, JSON.stringify(reports));
    renameSync(`${file}.part`, file);
  } catch (error) {
    console.error(error);
  }
  electron?.app.exit(0);
}

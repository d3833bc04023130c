import { type BrowserWindow, session } from 'electron';
import { silenceNetwork } from '../security/network-silence';
import { appPage, appScheme } from '../security/origin';
import { guardPermissions } from '../security/permissions';
import { createPrintWindow } from './create-window';
import { mark } from './kit-kind';
import { kitPage, kitPolicy, type PrintableSheet } from './kit-page';

/** In memory only, and of its own: no other page can ask for what is served here. */
const partition = 'keyshift-recovery-kit';
/** Milliseconds after which printing has failed. */
const patience = 30_000;

/** The recovery kit as a PDF, printed from a window that nobody sees and in which nothing runs. Nothing of it touches the disk. */
export async function printKit(sheet: PrintableSheet): Promise<Uint8Array> {
  const page = session.fromPartition(partition, { cache: false });
  silenceNetwork(page, false);
  guardPermissions(page, () => false);
  page.protocol.handle(appScheme, ({ url }) =>
    url === appPage
      ? new Response(kitPage(sheet), { headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': kitPolicy, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' } })
      : new Response('Not found', { status: 404 }),
  );
  let window: BrowserWindow | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    window = createPrintWindow(page);
    const printed = print(window);
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('printing took too long')), patience);
    });
    return await Promise.race([printed, late]);
  } finally {
    clearTimeout(timer);
    window?.destroy();
    page.protocol.unhandle(appScheme);
  }
}

async function print(window: BrowserWindow): Promise<Uint8Array> {
  await window.loadURL(appPage);
  const pdf = await window.webContents.printToPDF({ pageSize: 'A4', preferCSSPageSize: true, printBackground: false });
  const marked = new Uint8Array(Buffer.concat([pdf, mark]));
  pdf.fill(0);
  return marked;
}

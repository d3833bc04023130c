import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { parseArguments } from '../../electron/headless/arguments';
import { JsonRpcDoor } from '../../electron/headless/json-rpc-door';
import { systemClock } from '../../electron/platform/clock';
import { describeError } from '../../electron/platform/describe-error';
import { FilePreferences } from '../../electron/platform/file-preferences';
import { systemRandom } from '../../electron/platform/random';
import { parseWebLink } from '../../electron/security/external-links';
import { listPageFiles, servePage } from '../../electron/security/scheme';
import { callNames } from '../../shared/contract/contract';
import { recordingHandlers, sampleInputs } from '../support/fake-handlers';

// The doors and the platform in Electron's own Node, which is older than the one the other tests run in.

test('every call passes through the JSON-RPC door', async () => {
  const { handlers, seen } = recordingHandlers();
  const input = new PassThrough();
  const output = new PassThrough();
  let text = '';
  output.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const door = new JsonRpcDoor({ handlers, input, output, report: (call, error) => assert.fail(`${call}: ${String(error)}`), version: '1', listening: [] });
  for (const name of callNames()) input.write(`${JSON.stringify({ jsonrpc: '2.0', id: name, method: name, params: sampleInputs[name] })}\n`);
  input.end();
  assert.equal(await door.serve(), 'input-ended');
  const lines = text.trim().split('\n').map((line) => JSON.parse(line) as { id?: string; result?: unknown });
  assert.equal(lines.length, callNames().length + 1);
  assert.deepEqual(lines.slice(1).filter(({ result }) => result === undefined), []);
  assert.equal(seen.length, callNames().length);
});

test('pages are served as Response objects with their headers', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyshift-shell-'));
  try {
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<p>');
    const files = listPageFiles(folder);
    const page = servePage(files, { url: 'app-keyshift://ui/', method: 'GET' });
    assert.equal(page.status, 200);
    assert.equal(await page.text(), '<p>');
    assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/);
    assert.equal(servePage(files, { url: 'app-keyshift://ui/../x', method: 'GET' }).status, 404);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('preferences, clock, randomness, arguments, links and error places', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyshift-shell-'));
  try {
    new FilePreferences(folder).set({ listen: { host: '::', port: 5 } });
    assert.deepEqual(new FilePreferences(folder).get().listen, { host: '::', port: 5 });
  } finally {
    rmSync(folder, { recursive: true });
  }
  assert.equal(systemRandom.bytes(32).buffer.byteLength, 32);
  await new Promise<void>((resolve) => {
    // Timers of the clock do not keep a process alive; this one does until then.
    const alive = setTimeout(() => assert.fail('the timer did not run'), 5000);
    systemClock.setTimer(5, () => {
      clearTimeout(alive);
      resolve();
    });
  });
  assert.equal(parseArguments(['--profile', 'p']).kind, 'run');
  assert.equal(parseArguments(['--nothing']).kind, 'wrong');
  assert.equal(parseWebLink('https://\u0430pple.com/'), 'https://xn--pple-43d.com/');
  assert.match(String(describeError(new Error('x'))['where']), /shell\.cjs:\d+/);
});

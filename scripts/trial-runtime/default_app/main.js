// What `electron <path>` runs when the runtime came without Electron's own default app. It understands what our scripts and Playwright
// use: `-v`, `-r module`, and the path of an app. Modelled on Electron's default_app (MIT, Electron contributors and GitHub Inc.).
'use strict';
const { app } = require('electron');
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');

const preloads = [];
let target;
const args = process.argv.slice(1);
while (args.length > 0 && target === undefined) {
  const arg = args.shift();
  if (arg === '-v' || arg === '--version') {
    console.log(`v${process.versions.electron}`);
    process.exit(0);
  } else if (arg === '-r' || arg === '--require') {
    preloads.push(args.shift());
  } else if (!arg.startsWith('-')) {
    target = path.resolve(arg);
  }
}
if (target === undefined) {
  console.error('usage: electron [options] <path to an app>');
  process.exit(1);
}

Object.defineProperty(process, 'defaultApp', { enumerable: true, value: true });
Module._preloadModules(preloads);
try {
  const entry = Module._resolveFilename(target, null, true);
  const manifest = path.join(target, 'package.json');
  if (fs.existsSync(manifest)) {
    const { version, name, productName } = JSON.parse(fs.readFileSync(manifest, 'utf8'));
    if (version) app.setVersion(version);
    if (productName || name) app.name = productName || name;
    app.setAppPath(target);
  } else {
    app.setAppPath(path.dirname(entry));
  }
  Module._load(entry, Module, true);
} catch (error) {
  console.error(error);
  process.exit(1);
}

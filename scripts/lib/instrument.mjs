// Counters for the fuzzer, put into the program's own code when it is bundled: which places an input came by and how often, what was
// compared with what, and how much memory was asked for. What is counted is work and not time, so that a busy machine changes nothing.
import { readFile } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { parseAst } from 'vite';

/** Literals longer than this are sentences and not parts of a format. */
const WORD = 40;
const COMPARED = new Set(['===', '!==', '<', '<=', '>', '>=']);

/**
 * The same program with calls of `__fuzz.at(place)` at the beginning of every function and branch, `__fuzz["==="](a, b)` and the like in the place of
 * comparisons, and `__fuzz.size(n)` around the lengths of new arrays. `first` is the number of the first place. Code is JavaScript.
 * @returns {{ code: string, places: number, words: (string | number)[] }}
 */
export function instrument(code, first = 0) {
  const inserts = [];
  const words = new Set();
  let next = first;
  const here = () => `__fuzz.at(${next++})`;
  const open = (at, text) => inserts.push({ at, text, closes: false });
  const close = (at, text) => inserts.push({ at, text, closes: true });
  const around = (node, before, after) => (open(node.start, before), close(node.end, after));
  const value = (node) => node && around(node, `(${here()},`, ')');
  /** A statement of which it is to be known that it was come by; `rest` is put behind it. */
  const branch = (node, rest = '') => {
    if (node.type === 'BlockStatement') {
      open(node.start + 1, `${here()};`);
      if (rest) close(node.end, rest);
    } else around(node, `{${here()};`, `}${rest}`);
  };
  const visit = {
    IfStatement(node) {
      branch(node.consequent, node.alternate ? '' : ` else ${here()};`);
      if (node.alternate) branch(node.alternate);
    },
    ConditionalExpression: (node) => (value(node.consequent), value(node.alternate)),
    LogicalExpression: (node) => value(node.right),
    AssignmentPattern: (node) => value(node.right),
    SwitchCase(node) {
      const colon = code.indexOf(':', node.test ? node.test.end : node.start);
      open(colon + 1, `${here()};`);
    },
    CatchClause: (node) => branch(node.body),
    BinaryExpression(node) {
      if (!COMPARED.has(node.operator)) return;
      const between = code.slice(node.left.end, node.right.start);
      const at = node.left.end + between.indexOf(node.operator);
      around(node, `__fuzz[${JSON.stringify(node.operator)}](`, ')');
      inserts.push({ at, text: ',', closes: false, instead: node.operator.length });
    },
    NewExpression(node) {
      if (node.callee.type === 'Identifier' && /^(Uint\w*Array|Array|ArrayBuffer)$/.test(node.callee.name)) measured(node);
    },
    CallExpression(node) {
      const { callee } = node;
      if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return;
      if (/^(alloc|allocUnsafe|repeat|padStart|padEnd)$/.test(callee.property.name)) measured(node);
    },
    Literal: (node) => note(node.value),
    TemplateElement: (node) => note(node.value.cooked),
  };
  for (const loop of ['ForStatement', 'ForInStatement', 'ForOfStatement', 'WhileStatement', 'DoWhileStatement']) visit[loop] = (node) => branch(node.body);
  const measured = (node) => {
    const [length] = node.arguments;
    if (length && length.type !== 'SpreadElement') around(length, '__fuzz.size(', ')');
  };
  const note = (literal) => {
    if (typeof literal === 'string' && literal.length > 0 && literal.length <= WORD) words.add(literal);
    if (typeof literal === 'number' && Number.isSafeInteger(literal) && literal >= 0) words.add(literal);
  };
  const walk = (node) => {
    if (node.type === 'ImportDeclaration' || node.type === 'ExportAllDeclaration') return;
    if (/Function/.test(node.type) && node.body) {
      if (node.body.type === 'BlockStatement') open(afterDirectives(node.body), `${here()};`);
      else value(node.body);
    }
    visit[node.type]?.(node);
    for (const child of Object.values(node)) {
      for (const each of Array.isArray(child) ? child : [child]) if (each?.type) walk(each);
    }
  };
  walk(parseAst(code));
  return { code: put(code, inserts), places: next - first, words: [...words] };
}

/** 'use strict' must stay first. */
function afterDirectives(body) {
  return body.body.findLast(({ directive }) => directive)?.end ?? body.start + 1;
}

/** At one place: what closes first, the inner before the outer, then what opens, the outer before the inner. */
export function put(code, inserts) {
  const order = inserts.map((each, number) => ({ ...each, number }));
  order.sort((a, b) => a.at - b.at || Number(b.closes) - Number(a.closes) || (a.closes ? b.number - a.number : a.number - b.number));
  let out = '';
  let at = 0;
  for (const insert of order) {
    out += code.slice(at, insert.at) + insert.text;
    at = insert.at + (insert.instead ?? 0);
  }
  return out + code.slice(at);
}

/**
 * For esbuild: everything below `folders` (whole paths) with counters; afterwards `modules` holds which places and words each file has.
 * @returns {{ plugin: import('esbuild').Plugin, modules: { file: string, first: number, places: number, words: (string | number)[] }[] }}
 */
export function counting(root, folders) {
  const modules = [];
  let first = 0;
  return {
    modules,
    plugin: {
      name: 'counters',
      setup({ onLoad, esbuild }) {
        onLoad({ filter: /\.ts$/ }, async ({ path }) => {
          const file = relative(root, path).split(sep).join('/');
          if (!folders.some((folder) => file.startsWith(folder))) return undefined;
          const { code } = await esbuild.transform(await readFile(path, 'utf8'), { loader: 'ts', target: 'esnext', sourcefile: path });
          const made = instrument(code, first);
          modules.push({ file, first, places: made.places, words: made.words });
          first += made.places;
          return { contents: made.code, loader: 'js' };
        });
      },
    },
  };
}

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseSync } from 'vite';

/** One source file, reduced to what the rules look at. */
export interface SourceFacts {
  /** Path below the repository, with forward slashes. */
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** Names after `new`, the last one of a dotted name: `BrowserWindow`. A constructor without arguments carries `()`. */
  readonly constructed: readonly string[];
  /** Dotted pairs that are read or called: `Date.now`, `ipcMain.handle`. */
  readonly members: readonly string[];
  /** Plain functions that are called: `setTimeout`. */
  readonly called: readonly string[];
  /** Names of properties that are read, written or given in JSX and objects: `innerHTML`. */
  readonly properties: readonly string[];
  /** What an effect of React answers with, where that is all its function does: the method of an element (`ref.current?.scrollIntoView()`). */
  readonly effectsAnswer: readonly string[];
  /** True when every statement hands on another module's exports. */
  readonly onlyReexports: boolean;
}

export interface Import {
  readonly specifier: string;
  /** `import type`, `export type … from`, `import('…').T`. */
  readonly typeOnly: boolean;
  readonly names: readonly string[];
}

export const ROOT = join(__dirname, '..', '..');

/** Every TypeScript file of the product below the given folders. */
export function readSources(folders: readonly string[]): SourceFacts[] {
  return folders.flatMap(filesBelow).map((path) => factsOf(path, readFileSync(join(ROOT, path), 'utf8')));
}

export const linesOf = (source: string): number => source.split('\n').length;

/** Paths below the repository of every TypeScript file in a folder. */
export function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .toSorted();
}

// The parser's own node types are a large union; the rules need only a node's type and its children.
interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

export function factsOf(path: string, source: string): SourceFacts {
  const { program, errors } = parseSync(path, source);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`);
  const imports: Import[] = [];
  const constructed: string[] = [];
  const members: string[] = [];
  const called: string[] = [];
  const properties: string[] = [];
  const effectsAnswer: string[] = [];

  walk(program, (node) => {
    switch (node.type) {
      case 'ImportDeclaration':
        imports.push({ specifier: text(node.source), typeOnly: isTypeOnly(node), names: list(node.specifiers).map((one) => nameOf(one.imported) ?? '*') });
        break;
      case 'ExportNamedDeclaration':
      case 'ExportAllDeclaration':
        if (isNode(node.source)) imports.push({ specifier: text(node.source), typeOnly: node.exportKind === 'type', names: list(node.specifiers).map((one) => nameOf(one.local) ?? '*') });
        break;
      case 'TSImportType':
        imports.push({ specifier: text(node.source ?? node.argument), typeOnly: true, names: [] });
        break;
      case 'ImportExpression':
        imports.push({ specifier: text(node.source), typeOnly: false, names: ['*'] });
        break;
      case 'CallExpression': {
        const callee = nameOf(node.callee);
        if (callee) called.push(callee);
        if ((callee ?? (isNode(node.callee) ? nameOf(node.callee.property) : undefined))?.endsWith('Effect')) effectsAnswer.push(...methodOfElement(list(node.arguments)[0]?.body));
        if (callee === 'require') imports.push({ specifier: text(list(node.arguments)[0]), typeOnly: false, names: ['*'] });
        break;
      }
      case 'NewExpression': {
        const name = nameOf(node.callee) ?? (isNode(node.callee) ? nameOf(node.callee.property) : undefined);
        if (name) constructed.push(list(node.arguments).length === 0 ? `${name}()` : name);
        break;
      }
      case 'MemberExpression': {
        const property = nameOf(node.property) ?? text(node.property);
        properties.push(property);
        const object = nameOf(node.object) ?? (isNode(node.object) ? nameOf(node.object.property) : undefined);
        if (object) members.push(`${object}.${property}`);
        break;
      }
      case 'VariableDeclarator':
        // `const { now } = Date` reads Date.now as well.
        if (isNode(node.id) && node.id.type === 'ObjectPattern') {
          for (const property of list(node.id.properties)) members.push(`${nameOf(node.init) ?? ''}.${nameOf(property.key) ?? ''}`);
        }
        break;
      case 'Property':
        properties.push(nameOf(node.key) ?? text(node.key));
        break;
      case 'JSXAttribute':
        properties.push(nameOf(node.name) ?? '');
        break;
    }
  });

  const statements = list((program as unknown as Node).body); // the root of every tree has a body
  return {
    path,
    lines: linesOf(source),
    imports,
    constructed,
    members,
    called,
    properties,
    effectsAnswer,
    onlyReexports: statements.length > 0 && statements.every((one) => one.type.startsWith('Export') && isNode(one.source)),
  };
}

function walk(value: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(value)) {
    for (const one of value) walk(one, visit);
  } else if (isObject(value)) {
    if (isNode(value)) visit(value);
    for (const child of Object.values(value)) if (isObject(child)) walk(child, visit);
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const isNode = (value: unknown): value is Node => isObject(value) && 'type' in value && typeof value.type === 'string';
const list = (value: unknown): Node[] => (Array.isArray(value) ? value.filter(isNode) : []);

function nameOf(value: unknown): string | undefined {
  return isNode(value) && (value.type === 'Identifier' || value.type === 'JSXIdentifier') ? String(value.name) : undefined;
}

/** The method that an expression calls of what a ref holds, or none. */
function methodOfElement(value: unknown): string[] {
  const bare = (node: unknown): Node | undefined => (isNode(node) ? (node.type === 'ChainExpression' ? bare(node.expression) : node) : undefined);
  const callee = bare(bare(value)?.callee);
  return callee?.type === 'MemberExpression' && nameOf(bare(callee.object)?.property) === 'current' ? [nameOf(callee.property) ?? '<computed>'] : [];
}

/** The text of a string literal; anything computed is written as such, so that a rule can refuse it. */
function text(value: unknown): string {
  if (isNode(value) && value.type === 'Literal' && typeof value.value === 'string') return value.value;
  return '<computed>';
}

function isTypeOnly(node: Node): boolean {
  if (node.importKind === 'type') return true;
  const specifiers = list(node.specifiers);
  return specifiers.length > 0 && specifiers.every((one) => one.importKind === 'type');
}

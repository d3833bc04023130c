// Changes that a test should notice, built into a file as switches: the program stays as it is until one of them is thrown (`mutant-runner.mjs`). Parts of
// lines only, so that places in errors stay right. Code is TypeScript.
import { parseAst } from 'vite';
import { put } from './instrument.mjs';

/**
 * `never`: a condition that does not hold any more; `turned`: a comparison that says the opposite; `edge`: one that counts its bound to the other side;
 * `part`: one side of `&&` or `||` left away; `throw`, `wipe`, `check`: a statement left out.
 * @typedef {{ line: number, kind: 'never' | 'turned' | 'edge' | 'part' | 'throw' | 'wipe' | 'check', text: string }} Mutant
 */

const OPPOSITE = { '===': '!==', '!==': '===', '<': '>=', '>=': '<', '>': '<=', '<=': '>' };
const OTHER_EDGE = { '<': '<=', '<=': '<', '>': '>=', '>=': '>' };

/** Calls whose result nobody takes, by the last word of their name. */
const WIPES = /^(wipe\w*|fill|destroy|zero\w*|forget\w*)$/i;
const CHECKS = /^(assert\w*|check\w*|require\w*|refuse\w*|guard\w*|verify\w*|end)$/i;

/**
 * The same file with a switch for each change; `first` is the number of the first.
 * @returns {{ code: string, mutants: Mutant[] }}
 */
export function withMutants(code, first = 0) {
  const inserts = [];
  /** @type {Mutant[]} */
  const mutants = [];
  const lines = lineStarts(code);
  const around = (node, before, after) => inserts.push({ at: node.start, text: before, closes: false }, { at: node.end, text: after, closes: true });
  /** Takes a number for a change of `node`. */
  const mutant = (kind, node, to) => {
    const text = code.slice(node.start, node.end).replaceAll(/\s+/g, ' ').slice(0, 110);
    mutants.push({ line: lines.findLastIndex((start) => start <= node.start) + 1, kind, text: to ? `${text} → ${to}` : text });
    return first + mutants.length - 1;
  };
  const condition = (test) => around(test, `__mutant.never(${mutant('never', test)}, (`, '))');
  const leftOut = (kind, statement) => around(statement, `if (__mutant.stays(${mutant(kind, statement)})) { `, ' }');
  const visit = {
    IfStatement: ({ test }) => condition(test),
    ConditionalExpression: ({ test }) => isCondition(test) || condition(test),
    BinaryExpression(node) {
      const { operator, left, right } = node;
      if (!OPPOSITE[operator]) return;
      const at = left.end + code.slice(left.end, right.start).indexOf(operator);
      const turned = mutant('turned', node, OPPOSITE[operator]);
      const edge = OTHER_EDGE[operator] ? mutant('edge', node, OTHER_EDGE[operator]) : -1;
      around(node, `__mutant.compares(${turned}, ${edge}, ${JSON.stringify(operator)}, `, ')');
      inserts.push({ at, text: ',', closes: false, instead: operator.length });
    },
    LogicalExpression(node) {
      // Elsewhere the value itself is wanted, and a side left away is no value.
      if (node.operator === '??' || !(node.decides || isCondition(node.left) || isCondition(node.right))) return;
      const without = node.operator === '&&' ? 'always' : 'never';
      // Of `a && b && c` each of the three, and not two of them at once.
      for (const side of [node.left, node.right]) if (side.operator !== node.operator) around(side, `__mutant.${without}(${mutant('part', side, 'left away')}, (`, '))');
    },
    ThrowStatement: (node) => node.only || leftOut('throw', node),
    ExpressionStatement(node) {
      const kind = kindOfCall(node.expression);
      if (kind) leftOut(kind, node);
    },
    ArrowFunctionExpression({ body }) {
      const kind = kindOfCall(body);
      if (kind) around(body, `(__mutant.stays(${mutant(kind, body)}) ? (`, ') : undefined)');
    },
  };
  const walk = (node) => {
    if (/^(Import|ExportAll)Declaration$|^TS(TypeAlias|Interface)Declaration$/.test(node.type)) return;
    // What decides over its own conditions: `a && b` there need be no comparison to be one.
    if (node.test) node.test.decides = true;
    if (node.type === 'UnaryExpression' && node.operator === '!') node.argument.decides = true;
    if (node.type === 'LogicalExpression' && node.decides) for (const side of [node.left, node.right]) side.decides = true;
    // A throw that is all an `if` does falls with its condition.
    if (node.type === 'IfStatement') for (const only of [node.consequent, node.consequent.body?.[0]]) if (only) only.only = true;
    visit[node.type]?.(node);
    for (const child of Object.values(node)) {
      for (const each of Array.isArray(child) ? child : [child]) if (each?.type) walk(each);
    }
  };
  walk(parseAst(code, { lang: 'ts' }));
  return { code: put(code, inserts), mutants };
}

const isCondition = ({ type, operator }) => (type === 'BinaryExpression' && operator in OPPOSITE) || (type === 'UnaryExpression' && operator === '!') || (type === 'LogicalExpression' && operator !== '??');

function kindOfCall(expression) {
  if (expression.type === 'AwaitExpression') return kindOfCall(expression.argument);
  const { type, callee } = expression.type === 'ChainExpression' ? expression.expression : expression;
  if (type !== 'CallExpression') return undefined;
  const name = callee.type === 'MemberExpression' ? callee.property.name : callee.name;
  return WIPES.test(name) ? 'wipe' : CHECKS.test(name) ? 'check' : undefined;
}

function lineStarts(code) {
  const starts = [0];
  for (let at = code.indexOf('\n'); at >= 0; at = code.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

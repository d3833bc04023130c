import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { calls } from '../../../shared/contract/calls';
import type { Call } from '../../../shared/contract/call';
import { events } from '../../../shared/contract/events';

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly additionalProperties?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
}

/** Everything that may leave the main process, by name. */
const outputs: readonly (readonly [string, Schema])[] = [
  ...Object.entries(calls).flatMap(([group, members]) =>
    Object.entries<Call>(members).map(([name, { output }]) => [`${group}.${name}`, z.toJSONSchema(output) as Schema] as const),
  ),
  ...Object.entries(events).map(([name, schema]) => [`event ${name}`, z.toJSONSchema(schema) as Schema] as const),
];

function visit(schema: Schema, path: string, see: (schema: Schema, path: string) => void): void {
  see(schema, path);
  for (const [name, member] of Object.entries(schema.properties ?? {})) visit(member, `${path}.${name}`, see);
  if (schema.items) visit(schema.items, `${path}[]`, see);
  for (const one of schema.anyOf ?? []) visit(one, path, see);
}

describe('row 14: secrets stay in the main process', () => {
  test.each(outputs)('%s has no field that could be one', (_name, schema) => {
    const names: string[] = [];
    visit(schema, '', (_part, path) => names.push(path.split('.').at(-1) ?? ''));
    expect(names.filter((name) => /secret|private|passphrase|password|seed|mnemonic|plaintext|^key$|keyBytes|keyMaterial|sessionKey|wrapped/i.test(name))).toEqual([]);
  });

  test.each(outputs)('%s says all there is to say: no open objects, nothing untyped', (_name, schema) => {
    visit(schema, '', (part, path) => {
      if (part.type === 'object') expect([path, part.additionalProperties]).toEqual([path, false]);
      expect([path, part.type ?? part.anyOf ?? part.enum ?? part.const]).not.toEqual([path, undefined]);
    });
  });

  test('the rule can fail', () => {
    const names: string[] = [];
    visit(z.toJSONSchema(z.object({ list: z.array(z.object({ privateKey: z.string() })) })) as Schema, '', (_part, path) => names.push(path));
    expect(names).toContain('.list[].privateKey');
  });
});

import { z } from 'zod';
import type { Path } from './positions.js';
import { scenarioSchema } from './schema.js';

/** The parts of JSON Schema that the scenario's schema uses. */
export interface JsonSchema {
  readonly description?: string;
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

const QUICK = 'What --quick lays over the rest before it is checked: any of the other fields, none required.';

/** JSON Schema (draft 2020-12) of a scenario file, for editors. */
export function scenarioJsonSchema(): JsonSchema {
  const full = z.toJSONSchema(scenarioSchema, { io: 'input' }) as JsonSchema;
  const quick = { ...optional({ properties: full.properties ?? {} }), additionalProperties: false, description: QUICK };
  return { ...full, properties: { ...full.properties, quick } };
}

/** Names of the fields that a section may have, by its path; of every kind of section, where there are several. */
export function fieldsAt(schema: JsonSchema, path: Path): string[] {
  const names = sectionsAt(schema, path).flatMap((section) => Object.keys(section.properties ?? {}));
  return [...new Set(names)];
}

/** The kinds of section (`arrivals: poisson`) at `path` that have a field `name`. */
export function kindsWith(schema: JsonSchema, path: Path, name: string): string[] {
  return sectionsAt(schema, path)
    .filter((section) => section.properties && Object.hasOwn(section.properties, name))
    .flatMap((section) =>
      Object.entries(section.properties ?? {})
        .filter(([, field]) => field.const !== undefined)
        .map(([field, { const: kind }]) => `${field}: ${String(kind)}`)
        .slice(0, 1),
    );
}

function sectionsAt(schema: JsonSchema, path: Path): JsonSchema[] {
  return path.reduce<JsonSchema[]>(
    (nodes, key) => nodes.flatMap((node) => branches(child(node, key))),
    branches(schema),
  );
}

function child(node: JsonSchema, key: string | number): JsonSchema | undefined {
  if (typeof key === 'number') return node.items;
  if (node.properties && Object.hasOwn(node.properties, key)) return node.properties[key];
  return typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined;
}

function branches(node: JsonSchema | undefined): JsonSchema[] {
  if (!node) return [];
  return [node, ...[...(node.anyOf ?? []), ...(node.oneOf ?? [])].flatMap(branches)];
}

// Lists are replaced whole, so what is in them stays complete.
function optional(node: JsonSchema): JsonSchema {
  const { required: _required, oneOf, ...rest } = node;
  const deeper = (inner: Readonly<Record<string, JsonSchema>>): Record<string, JsonSchema> =>
    Object.fromEntries(Object.entries(inner).map(([name, field]) => [name, optional(field)]));
  return {
    ...rest,
    ...(node.properties && { properties: deeper(node.properties) }),
    ...(typeof node.additionalProperties === 'object' && { additionalProperties: optional(node.additionalProperties) }),
    // Without its discriminator a partial section can match several kinds.
    ...(oneOf && { anyOf: oneOf.map(optional) }),
  };
}

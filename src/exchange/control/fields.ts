/** What one field of a request's object may be. */
export interface Field<V> {
  /** Completes the sentence `expected …`. */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
  /** What holds when the field is left out; without it the field has to be given. Undefined: nothing holds. */
  readonly otherwise?: { readonly value: V | undefined };
}

/** A field for everything that `T` has. */
export type Fields<T> = { readonly [K in keyof T]-?: Field<T[K]> };

/**
 * Reads an object field by field; whatever is wrong with it is added to `problems`, each named by its `place`.
 * The result is a `T` when no problem was added.
 */
export function readFields<T>(value: unknown, fields: Fields<T>, place: string, problems: string[]): T {
  if (!isObject(value)) {
    problems.push(`${place || 'the body'}: expected an object`);
    return {} as T;
  }
  const known = Object.keys(fields);
  for (const name of Object.keys(value)) {
    if (!known.includes(name)) problems.push(`${at(place, name)}: unknown; there are ${known.join(', ')}`);
  }
  const read: [string, unknown][] = [];
  for (const [name, field] of Object.entries<Field<unknown>>(fields)) {
    const given = Object.hasOwn(value, name) ? value[name] : undefined;
    if (given === undefined && field.otherwise) {
      if (field.otherwise.value !== undefined) read.push([name, field.otherwise.value]);
    } else if (field.accepts(given)) read.push([name, given]);
    else problems.push(`${at(place, name)}: expected ${field.expected}${given === undefined ? '' : shown(given)}`);
  }
  return Object.fromEntries(read) as T;
}

/** The field may be left out, which means `value`. */
export function optional<V>(field: Field<V>, value?: V): Field<V> {
  return { ...field, otherwise: { value } };
}

export function numberFrom(least: number, most: number, unit = 'a number'): Field<number> {
  return {
    expected: `${unit} from ${least} to ${most}`,
    accepts: (value) => typeof value === 'number' && value >= least && value <= most,
  };
}

export function integerFrom(least: number, most: number): Field<number> {
  return {
    expected: `a whole number from ${least} to ${most}`,
    accepts: (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
  };
}

export function oneOf<V extends string>(values: readonly V[]): Field<V> {
  return { expected: values.join(', '), accepts: (value) => (values as readonly unknown[]).includes(value) };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function at(place: string, name: string): string {
  return place === '' ? name : `${place}.${name}`;
}

const LONGEST_SHOWN = 60;

function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? ', got a list' : ', got an object';
  const text = JSON.stringify(value);
  return `, got ${text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text}`;
}

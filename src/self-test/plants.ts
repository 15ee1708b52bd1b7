/** What is planted in a client, by name, and in words. */
const PLANTS = {
  slow: '+10 % service time',
  misses: 'about −10 points of hit rate',
  leak: 'one leaked connection',
  loss: 'one lost message',
  miscount: 'a client that claims nine of ten requests',
} as const;

export type Plant = keyof typeof PLANTS;

/** The environment variable that names the plant to an arm's process. */
export const PLANT_VARIABLE = 'MP_BENCH_PLANT';

export function isPlant(name: string | undefined): name is Plant {
  return name !== undefined && Object.hasOwn(PLANTS, name);
}

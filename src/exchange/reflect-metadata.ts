type Metadata = Map<unknown, unknown>;

const store = new WeakMap<object, Metadata>();

function getOwnMetadata(key: unknown, target: object): unknown {
  return store.get(target)?.get(key);
}

function getMetadata(key: unknown, target: object): unknown {
  for (let owner: object | null = target; owner; owner = Object.getPrototypeOf(owner) as object | null) {
    const found = getOwnMetadata(key, owner);
    if (found !== undefined) return found;
  }
  return undefined;
}

function defineMetadata(key: unknown, value: unknown, target: object): void {
  const own = store.get(target) ?? new Map<unknown, unknown>();
  store.set(target, own.set(key, value));
}

function metadata(key: unknown, value: unknown): (target: object) => void {
  return (target) => {
    defineMetadata(key, value, target);
  };
}

/**
 * Puts four functions of the old decorator-metadata proposal on `Reflect`, where no polyfill has done so already: the
 * dependency container of the certificate library wants them there when it is loaded.
 */
export function installReflectMetadata(): void {
  if (!('getMetadata' in Reflect)) Object.assign(Reflect, { getMetadata, getOwnMetadata, defineMetadata, metadata });
}

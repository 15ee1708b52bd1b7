import { connect, type Socket } from 'node:net';
import type { Driver, DriverContext, DriverFactory, DriverResponse, StreamConsumer } from '../driver/index.js';
import { createDriver as createPooled } from '../driver/pooled.js';
import { isPlant, PLANT_VARIABLE, type Plant } from './plants.js';

// One fault in ten: what 10 % and 10 points come from.
const TENTH = 10;
const SLOWER = 0.1;
const LOST_MESSAGE = 5;

/**
 * The pooled driver with a fault planted in it, which the environment names: what the whole program must find. With none
 * it is the pooled driver.
 */
class PlantedDriver implements Driver {
  readonly accounts: Driver['accounts'];
  readonly #context: DriverContext;
  readonly #plant: Plant | undefined;
  readonly #inner: Driver;
  #messages = 0;
  #leaked: Socket | undefined;

  constructor(context: DriverContext, plant: Plant | undefined) {
    this.#context = context;
    this.#plant = plant;
    this.#inner = createPooled(
      plant === 'miscount' ? { ...context, claims: miscounting(context) } : aged(context, plant),
    );
    this.accounts = this.#inner.accounts;
  }

  async start(): Promise<void> {
    await this.#inner.start();
    if (this.#plant === 'leak') await this.#leak();
  }

  async request(path: string): Promise<DriverResponse> {
    if (this.#plant !== 'slow') return this.#inner.request(path);
    const beganAtMs = this.#context.clock.now();
    const response = await this.#inner.request(path);
    const untilMs = beganAtMs + (1 + SLOWER) * (this.#context.clock.now() - beganAtMs);
    // Timers tick by the millisecond, which would be half of what is planted.
    while (this.#context.clock.now() < untilMs);
    return response;
  }

  subscribe(stream: string, consumer: StreamConsumer): Promise<void> {
    return this.#inner.subscribe(stream, this.#plant === 'loss' ? this.#losing(consumer) : consumer);
  }

  unsubscribe(stream: string): Promise<void> {
    return this.#inner.unsubscribe(stream);
  }

  async close(): Promise<void> {
    this.#leaked?.destroy();
    await this.#inner.close();
  }

  /** A connection that nobody uses and nobody closes; the witness is told, or the run would be invalid. */
  async #leak(): Promise<void> {
    const { endpoints, claims, clock } = this.#context;
    const { hostname, port } = new URL(endpoints[0]?.rest ?? '');
    const socket = connect({ host: hostname, port: Number(port) });
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject);
    });
    this.#leaked = socket;
    claims.connection({
      endpoint: 0,
      localPort: socket.localPort ?? 0,
      carries: 'requests',
      connected: true,
      openedAtMs: clock.now(),
      closedAtMs: null,
      requestsSent: 0,
      responsesReceived: 0,
    });
  }

  #losing(consumer: StreamConsumer): StreamConsumer {
    return {
      acknowledged: (stream, atMs) => consumer.acknowledged(stream, atMs),
      interrupted: (stream, atMs) => consumer.interrupted(stream, atMs),
      gap: (stream, gap) => consumer.gap(stream, gap),
      message: (...message) => {
        this.#messages += 1;
        if (this.#messages !== LOST_MESSAGE) consumer.message(...message);
      },
    };
  }
}

export const createDriver: DriverFactory = (context) => {
  const plant = process.env[PLANT_VARIABLE];
  return new PlantedDriver(context, isPlant(plant) ? plant : undefined);
};

/** One attempt in ten is not claimed. */
function miscounting({ claims }: DriverContext): DriverContext['claims'] {
  let attempts = 0;
  return {
    connection: (facts) => claims.connection(facts),
    attempt: (failure, again) => {
      attempts += 1;
      if (attempts % TENTH > 0) claims.attempt(failure, again);
    },
    subscriptionAcknowledged: () => claims.subscriptionAcknowledged(),
    declaredDead: (endpoint, atMs) => claims.declaredDead(endpoint, atMs),
    countFailovers: (read) => claims.countFailovers(read),
  };
}

// A pool whose connections are closed when they have been idle for as long as a request takes to come: some have to be
// dialled again, so that fewer acquires find one.
function aged(context: DriverContext, plant: Plant | undefined): DriverContext {
  return plant === 'misses'
    ? { ...context, settings: { ...context.settings, idleTimeoutMs: MISSES_IDLE_MS } }
    : context;
}

// With Poisson arrivals at 50 a second and one connection idle, a pause of 46 ms or more comes with probability e^-2.3.
const MISSES_IDLE_MS = 46;

/**
 * The scenarios of the self-test, as YAML: small, plain http and one endpoint, so that what is planted is all that
 * differs. `driver` is the path of the client that carries the plants.
 */
export function timingScenario(driver: string): string {
  return `# Two arms of the same client, of which one has the plant.
name: self-test-timing
question: Is a slower client told from one that is not?
onlyByName: true
venue: binance
endpoints: 1
tls: false
link: { rtt: 20ms }
market: { symbols: 20, activity: 1 }
load:
  requests: { operation: depth, levels: 20, arrivals: poisson, ratePerSecond: 50, operations: 50, maxInFlight: 32, timeout: 900ms }
warmUp: { operations: 32 }
pool: { min: 0, max: 16, warmStart: none, tries: 2, acquireTimeout: 900ms }
arms:
  base: { stack: day3, driver: pooled, role: control }
  candidate: { stack: day3, driver: ${JSON.stringify(driver)}, role: test }
sampling: { unit: slice, pairs: 10, blocks: 1 }
gates:
  - { arm: candidate, metric: serviceTimeMs.p50, against: base }
targets:
  - { id: hit-rate, title: no more than 5 points fewer hits, arm: candidate, metric: hitRate, compare: difference, against: base, is: ">=", limit: -0.05 }
  - { id: errors, title: no operation fails, arm: candidate, metric: operationErrorRate, compare: maximum, is: "<=", limit: 0 }
`;
}

export function countsScenario(driver: string): string {
  return `# Requests and streams whose every count repeats.
name: self-test-counts
question: Is one connection too many noticed, or one message too few?
onlyByName: true
venue: binance
endpoints: 1
tls: false
link: { rtt: 10ms }
market: { symbols: 20, activity: 1 }
load:
  streams:
    subscriptions:
      - { channel: depth, symbols: 4 }
    hold: 600ms
warmUp: { operations: 0 }
pool: { min: 0, max: 2, streamsPerConnection: 4, warmStart: none, acquireTimeout: 2s }
arms:
  base: { stack: day2, driver: unpooled, role: control }
  candidate: { stack: day3, driver: ${JSON.stringify(driver)}, role: test }
sampling: { unit: launch, pairs: 2 }
deterministic:
  candidate: [connectionsOpened, subscriptions, messagesLost, messagesRepeated]
`;
}

/** The control endpoint of a mock, by its origin. */
export class Control {
  #origin;

  constructor(origin) {
    this.#origin = origin;
  }

  /** What the exchange has counted until now. */
  ledger() {
    return this.#ask('/ledger');
  }

  /** Breaks something, at once or `inMs` later; resolves with the id of the fault when it is planned. */
  async inject(fault) {
    const { ids } = await this.#ask('/faults', { method: 'POST', body: JSON.stringify(fault) });
    return ids[0];
  }

  async #ask(path, init) {
    const response = await fetch(`${this.#origin}${path}`, init);
    const body = await response.json();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${body.error}`);
    return body;
  }
}

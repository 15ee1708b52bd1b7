const MINUTE = 'YYYY-MM-DDTHH:MM'.length;
const ZERO = 48;

/**
 * Reads times like `2026-11-07T08:19:27.028459Z`, fractions of milliseconds included. The minute is parsed when it
 * changes, the rest digit by digit: `Date.parse` takes several times as long, and drops what is below a millisecond.
 */
export class IsoClock {
  // A minute that no text begins with.
  #minute = '-';
  #minuteMs = Number.NaN;

  /** Milliseconds since 1970; NaN for what is no time. */
  read(text: string): number {
    if (!text.startsWith(this.#minute)) {
      this.#minute = text.slice(0, MINUTE);
      this.#minuteMs = Date.parse(`${this.#minute}Z`);
    }
    let units = digit(text, MINUTE + 1) * 10 + digit(text, MINUTE + 2);
    let unitsPerSecond = 1;
    for (let at = MINUTE + 4; at < text.length; at += 1) {
      const value = digit(text, at);
      if (!(value >= 0 && value <= 9)) break;
      units = units * 10 + value;
      unitsPerSecond *= 10;
    }
    return this.#minuteMs + (units / unitsPerSecond) * 1e3;
  }
}

function digit(text: string, at: number): number {
  return text.charCodeAt(at) - ZERO;
}

/** Id of the order that took liquidity: all its fills share it. */
export function takerOrderId(order: number): string {
  return uuid(1, order);
}

/** Id of the resting order that one trade filled. */
export function makerOrderId(trade: number): string {
  return uuid(2, trade);
}

/** Id of a resting order: the how-manieth at its price, from 0. */
export function restingOrderId(side: 'bids' | 'asks', ticks: number, index: number): string {
  return uuid(side === 'bids' ? 3 : 4, ticks * 8 + index);
}

// A UUID whose last twelve digits are the number itself, so that an order can be recognised.
function uuid(kind: number, number: number): string {
  return `0000000${kind}-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}

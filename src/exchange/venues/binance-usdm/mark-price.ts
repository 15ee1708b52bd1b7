import type { PerpetualSymbol } from '../../market/index.js';
import { sentAt } from '../binance-common/channel.js';
import type { WriteReport } from '../binance-common/channels/periodic-channels.js';
import { fundingNow } from './funding.js';

/** `markPriceUpdate`: mark, index and estimated settlement price, funding rate and when it is paid. */
export const writeMarkPrice: WriteReport<PerpetualSymbol> = ({ time }, symbol, { marketMs, wallMs }) => {
  const { contract } = symbol.market;
  const mark = symbol.meanPrice(contract.markTicks(marketMs));
  const index = symbol.meanPrice(contract.indexTicks(marketMs));
  const { rate, nextMs } = fundingNow(contract, time, marketMs);
  return (unit) =>
    `{"e":"markPriceUpdate","E":${sentAt(wallMs, unit)},"s":"${symbol.name}","p":"${mark}","i":"${index}","P":"${index}","r":"${rate}","T":${nextMs * unit}}`;
};

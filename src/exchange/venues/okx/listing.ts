import { LISTED_AT_MS, type OkxInstrument } from './instruments.js';

const FIRST_CODE = 1_000_000_000;

/** An item of `public/instruments`. */
export function listing(instrument: OkxInstrument): object {
  const { rank, meanLots } = instrument.market.spec;
  const swap = instrument.type === 'SWAP';
  const largest = instrument.size(meanLots * 10_000);
  return {
    alias: '',
    auctionEndTime: '',
    category: '1',
    contTdSwTime: String(LISTED_AT_MS),
    expTime: '',
    futureSettlement: false,
    instCategory: '1',
    instId: instrument.id,
    instIdCode: FIRST_CODE + 2 * rank + (swap ? 1 : 0),
    instType: instrument.type,
    listTime: String(LISTED_AT_MS),
    lotSz: instrument.size(1),
    maxIcebergSz: largest,
    maxLmtAmt: '20000000',
    maxLmtSz: largest,
    maxTriggerSz: largest,
    maxTwapSz: largest,
    minSz: instrument.size(1),
    openType: '',
    optType: '',
    preMktSwTime: '',
    ruleType: 'normal',
    state: 'live',
    stk: '',
    tickSz: instrument.price(1),
    upcChg: [],
    ...(swap ? contractFields(instrument, largest) : spotFields(instrument)),
  };
}

function spotFields({ market }: OkxInstrument): object {
  const { base, quote } = market.spec;
  return {
    baseCcy: base,
    ctMult: '',
    ctType: '',
    ctVal: '',
    ctValCcy: '',
    groupId: '1',
    instFamily: '',
    lever: '10',
    maxMktAmt: '1000000',
    maxMktSz: '1000000',
    maxStopSz: '1000000',
    quoteCcy: quote,
    settleCcy: '',
    tradeQuoteCcyList: [quote],
    uly: '',
  };
}

function contractFields({ market, pair, contractValue }: OkxInstrument, largest: string): object {
  const { base, quote } = market.spec;
  return {
    baseCcy: '',
    ctMult: '1',
    ctType: 'linear',
    ctVal: contractValue,
    ctValCcy: base,
    groupId: '2',
    instFamily: pair,
    lever: '100',
    maxMktAmt: '',
    maxMktSz: largest,
    maxStopSz: largest,
    quoteCcy: '',
    settleCcy: quote,
    tradeQuoteCcyList: [],
    uly: pair,
  };
}

import { MpBenchError, systemClock } from '../../base/index.js';
import { examine, type Needs, thisMachine, worstOf } from '../../doctor/index.js';
import { environment } from '../../record/environment.js';
import { renderFindings } from '../../report/findings.js';
import { choosePinning } from '../../runner/pinning.js';
import { findScenarios } from '../../scenario/index.js';
import { EXIT } from '../exit-codes.js';
import { type Io, isColoured } from '../io.js';
import { loadScenarios } from '../load-scenarios.js';
import { reportPlace, scenarioPlaces } from '../lookup.js';
import { needsOf } from '../needs.js';
import { packageVersion } from '../version.js';

/**
 * `mp-bench doctor`: what on this machine will disturb a measurement. With --json `{ tool, worst, environment }`, whose
 * environment is that of a record. 96, as for a run that was spoiled, when something is bad.
 */
export async function doctor(io: Io, { json }: { readonly json: boolean }): Promise<number> {
  const machine = thisMachine(io.env);
  const out = reportPlace(io, undefined);
  const findings = await examine({ machine, clock: systemClock, needs: await needs(io), out });
  const here = { ...environment(choosePinning()), findings };
  const worst = worstOf(findings);
  const tool = { name: 'mp-bench', version: packageVersion() };
  const options = { colour: isColoured(io.stdout, io.env), columns: io.stdout.columns };
  io.stdout.write(json ? `${JSON.stringify({ tool, worst, environment: here })}\n` : renderFindings(here, options));
  return worst === 'bad' ? EXIT.spoiled : EXIT.ok;
}

// A broken scenario is the business of `validate`; the machine can be looked at all the same.
async function needs(io: Io): Promise<Needs | null> {
  try {
    const names = (await findScenarios(scenarioPlaces(io))).map(({ file }) => file);
    return needsOf(await loadScenarios(io, { names, quick: false, overrides: [] }));
  } catch (error) {
    if (!(error instanceof MpBenchError)) throw error;
    io.stderr.write('the scenarios cannot be read (see mp-bench validate), so nothing is compared with their needs\n');
    return null;
  }
}

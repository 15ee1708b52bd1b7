// One launch of one ratio in a process of its own:  node bench/launch.mjs <group> <id>  prints the result as JSON.
import { measureLaunch } from './measure.mjs';

const [group, id] = process.argv.slice(2);
const { ratios } = (await import(`./groups/${group}.mjs`)).default;
const ratio = ratios.find((one) => one.id === id);
process.stdout.write(JSON.stringify(await measureLaunch(ratio)));

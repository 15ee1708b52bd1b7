import { cannotTell, type Finding, found, type Subject } from './finding.js';
import type { Machine } from './machine.js';

const BATTERY: Subject = {
  id: 'battery',
  unit: '',
  effect: 'on battery the machine saves power: lower clock rates, later timers, in steps while it empties',
  remedy: 'plug it in',
};

/** Whether the machine runs on a battery at the moment. */
export function battery({ read, list }: Machine): Finding {
  const directory = '/sys/class/power_supply';
  const names = list(directory);
  if (names === null) return cannotTell(BATTERY, 'no power supplies in /sys');
  const about = (name: string, file: string): string => read(`${directory}/${name}/${file}`)?.trim() ?? '';
  // A mouse has a battery as well; its scope says so.
  const own = names.filter((name) => about(name, 'type') === 'Battery' && about(name, 'scope') !== 'Device');
  if (own.length === 0) return found(BATTERY, 'ok', null, 'no battery');
  const discharging = own.some((name) => about(name, 'status') === 'Discharging');
  return discharging ? found(BATTERY, 'warn', null, 'discharging') : found(BATTERY, 'ok', null, 'plugged in');
}

/** Factor from milliseconds to the unit of a connection's timestamps. */
export type TimeUnit = 1 | 1000;

/** How a connection wants its events: wrapped with the stream's name or not, and in which time unit. */
export interface FrameForm {
  readonly combined: boolean;
  readonly unit: TimeUnit;
}

const FORMS: readonly FrameForm[] = [
  { combined: false, unit: 1 },
  { combined: true, unit: 1 },
  { combined: false, unit: 1000 },
  { combined: true, unit: 1000 },
];

/** The one object for each form, so that forms can be compared by identity. */
export function frameForm(combined: boolean, unit: TimeUnit): FrameForm {
  const form = FORMS.find((one) => one.combined === combined && one.unit === unit);
  if (!form) throw new RangeError(`no form with time unit ${unit}`);
  return form;
}

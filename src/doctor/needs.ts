/** The scenario that asks for most of something, and for how much. */
export interface Need {
  readonly scenario: string;
  readonly count: number;
}

/** What the planned scenarios ask of the machine at most; computed without running them, upper bounds. */
export interface Needs {
  /** Files and sockets that one process has open at the same time. */
  readonly openFiles: Need;
  /** Connections that one arm dials at the same time. */
  readonly dialsAtOnce: Need;
  /** Connections that are opened within a minute, by all arms together. */
  readonly dialsAMinute: Need;
}

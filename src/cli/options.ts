/** Options that every sub-command takes. */
export interface CommonOptions {
  /** Seconds between readings. */
  readonly refresh: number;
  readonly interface?: string;
  readonly ascii?: boolean;
  readonly color: boolean;
  readonly theme?: string;
  readonly readOnly?: boolean;
  readonly screenReader?: boolean;
  readonly orDemo?: boolean;
}

/** Seconds until a risky change is taken back unless it is confirmed, where nothing else was said. */
export const confirmWithin = 120;

/** What holds where nothing was said. */
export const defaultOptions: CommonOptions = { refresh: 1, color: true };

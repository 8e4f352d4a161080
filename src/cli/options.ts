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

/** What holds where nothing was said. */
export const defaultOptions: CommonOptions = { refresh: 1, color: true };

/** What `--json` prints for one number of BMCs; times are medians in milliseconds. */
export interface Figures {
  readonly n: number;
  readonly warmMs: number;
  readonly coldMs: number;
  readonly ipmipowerMs: number;
  /** Our time over ipmipower's: below 1 is faster. */
  readonly warmRatio: number;
  readonly coldRatio: number;
  /** Our CPU per verified power-off, warm, over ipmipower's. */
  readonly cpuRatio: number;
  /** Bare Get Device ID round trips in a warm session, as many as a warm stop needs. */
  readonly floorMs: number;
  readonly warmCpuMs: number;
  readonly coldCpuMs: number;
  readonly ipmipowerCpuMs: number;
  /** Datagrams per stop, both directions. */
  readonly warmPackets: number;
  readonly coldPackets: number;
  readonly ipmitoolMs?: number;
  readonly fenceIpmilanMs?: number;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
};

const rounded = (value: number): number => Math.round(value * 100) / 100;

export const round = <Value extends object>(figures: Value): Value =>
  Object.fromEntries(
    Object.entries(figures).map(([key, value]) => [key, typeof value === 'number' ? rounded(value) : value]),
  ) as Value;

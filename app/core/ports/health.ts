/** One line of the health page. A part has one line at a time: a new report replaces the old. */
export interface HealthReport {
  readonly part: string;
  readonly level: 'ok' | 'warning' | 'failed';
  readonly says: string;
}

export interface Health {
  report(line: HealthReport): void;
}

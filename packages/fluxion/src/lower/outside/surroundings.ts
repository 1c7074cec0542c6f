/** What the host offers beside the language. Not every place where scripts run has all of it, so nothing here is taken for granted. */
interface Surroundings {
  readonly console?: Console;
  readonly performance?: { now(): number };
}

export const { console: log, performance: watch } = globalThis as Surroundings;

/** Objects of the host's whose properties are as they always are. */
export const hostObjects: readonly object[] = [log, watch].filter((o) => o !== undefined);

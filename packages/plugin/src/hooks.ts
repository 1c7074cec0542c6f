/** The load hook that `module.register` runs in a thread of its own. */
import { instrumentLoaded, type Loaded } from './load.ts';

type NextLoad = (url: string, context: unknown) => Promise<Loaded>;

export async function load(url: string, context: unknown, nextLoad: NextLoad): Promise<Loaded> {
  return instrumentLoaded(await nextLoad(url, context), url);
}

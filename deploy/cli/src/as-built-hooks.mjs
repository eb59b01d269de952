/** The helper as esbuild writes it for tsx, at the top of each module. */
const naming = '=(target,value)=>__defProp(target,"name",{value,configurable:true})';

/**
 * Runs behind tsx's own hook, so it sees what that made.
 *
 * @type {import('node:module').LoadHook}
 */
export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  if (!loaded.source || !/\.ts(\?|$)/.test(url)) return loaded;
  const source = typeof loaded.source === "string" ? loaded.source : new TextDecoder().decode(loaded.source);
  return { ...loaded, source: source.replace(naming, '=(target)=>target') };
}

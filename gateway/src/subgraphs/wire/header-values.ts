/** What must not stand in a header: it would begin another. */
const unsafe = /[^\t\x20-\x7e]/;

/** The first name whose value has it; `headers`: names and values in turn. */
export function unsafeHeaderIn(headers: readonly string[]): string | undefined {
  for (let index = 0; index < headers.length; index += 2)
    if (unsafe.test(headers[index + 1] ?? '')) return headers[index];
  return undefined;
}

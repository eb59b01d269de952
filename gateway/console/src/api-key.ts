/** The key lives in this tab only and goes nowhere but to this page's own origin. */
const storageName = 'fathom.apiKey';

export function readKey(): string {
  return sessionStorage.getItem(storageName) ?? '';
}

export function storeKey(key: string): void {
  sessionStorage.setItem(storageName, key);
}

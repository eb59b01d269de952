/** PEM texts, and what is asked of clients. */
export interface TlsSettings {
  readonly cert: string;
  readonly key: string;
  readonly clients:
    | { readonly kind: 'anybody' }
    /** Who shows a certificate must have it from this authority; `required`: everybody must show one. */
    | { readonly kind: 'certified'; readonly authority: string; readonly required: boolean };
}

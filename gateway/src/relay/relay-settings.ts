/** The door for a router that stands before the services: see `subgraph-relay.ts`. */
export interface RelaySettings {
  readonly host: string;
  readonly port: number;
  /** What the router sends in `x-fathom-relay-key`. */
  readonly key: string;
}

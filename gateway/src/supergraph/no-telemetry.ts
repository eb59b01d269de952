/** Imported before `@apollo/gateway`: without this it reports metrics to Apollo. The gateway calls nobody unasked. */
process.env['APOLLO_TELEMETRY_DISABLED'] = '1';

export {};
